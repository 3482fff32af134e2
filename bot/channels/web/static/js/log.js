// One chat's messages: in order, in runs, by days, with what has not been seen yet.
import { badge, copy, find, make, toast } from "./dom.js";
import * as api from "./api.js";
import { messageElement } from "./message.js";
import { day, t } from "./texts.js";

const NEAR = 80; // pixels from the bottom that still count as there
const TYPING = 5000;

export class ChatLog {
  messages = new Map();
  pending = new Map();
  seq = null;
  unread = 0;
  viewer = "";
  #follows = true; // stays at the bottom, whatever grows or shrinks, until somebody scrolls up
  #top = 0;
  #seen = null;
  #mark = null; // the last message seen before new ones came
  #typing = 0;
  #divider = make("li", "divider");

  constructor(chat, { group, press, reply, changed, again }) {
    Object.assign(this, { chat, group, reply, changed, again });
    this.press = (message, button, element) => press(this, message, button, element);
    this.element = copy("log");
    this.scroller = find(".log", this.element);
    this.list = find(".messages", this.element);
    this.hello = find(".hello", this.element);
    this.bottom = find(".to-bottom", this.element);
    this.earlier = find(".older", this.element);
    this.#seen = Number(localStorage.getItem(`guanjia.seen.${chat}`)) || null;
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const growth = new ResizeObserver(() => (this.#follows ? this.toBottom() : this.look()));
    growth.observe(this.scroller);
    growth.observe(this.list);
    this.bottom.addEventListener("click", () => this.toBottom("smooth"));
    this.earlier.addEventListener("click", () => this.#older());
  }

  /** Messages from the stream: new, edited, or the first page of history. */
  hear({ messages, history, more }) {
    const there = this.#follows;
    if (history) this.scroller.setAttribute("aria-live", "off");
    if (history) this.seq ??= 0;
    for (const message of messages) this.#put(message);
    if (history) this.earlier.hidden = !more;
    if (messages.some((message) => message.user === undefined)) this.#type(false);
    this.#count(messages, there && this.visible() && !history, history);
    this.#arrange();
    if (there || history) this.toBottom("instant");
    if (history) requestAnimationFrame(() => this.scroller.setAttribute("aria-live", "polite"));
    this.look();
  }

  /** A message of ours on its way; it is replaced when the stream brings it back. */
  expect(message) {
    this.pending.get(message.key)?.element.remove();
    const element = messageElement(message, this.#view());
    if (message.state === "failed") element.append(this.#failed(message));
    this.pending.set(message.key, { message, element });
    this.list.append(element);
    this.#mark = null;
    this.#arrange();
    this.toBottom("instant");
  }

  forget(key) {
    const known = this.pending.get(key);
    known?.element.remove();
    known?.message.photos.forEach((photo) => URL.revokeObjectURL(photo));
    if (known?.message.document) URL.revokeObjectURL(known.message.document.at);
    this.pending.delete(key);
    this.#arrange();
  }

  typing() {
    this.#type(true);
  }

  /** Somebody else looks, or in another language. */
  redraw(viewer = this.viewer) {
    this.viewer = viewer;
    for (const message of this.messages.values()) find(`[data-id="${message.id}"]`, this.list)?.replaceWith(messageElement(message, this.#view()));
    for (const { message } of [...this.pending.values()]) this.expect(message);
    for (const separator of this.list.querySelectorAll(".day")) separator.remove();
    this.#arrange();
    this.look();
  }

  /** What is in view counts as seen. */
  look() {
    const there = this.#atBottom();
    if (there && this.visible() && this.messages.size) this.#see(Math.max(...this.messages.keys()));
    this.bottom.hidden = there;
    badge(find(".badge", this.bottom), this.unread);
  }

  visible() {
    return document.visibilityState === "visible" && this.element.isConnected && this.element.offsetParent !== null;
  }

  toBottom(behavior = "instant") {
    this.#follows = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }

  #view() {
    return { viewer: this.viewer, group: this.group, press: this.press, reply: this.reply, find: (id) => this.messages.get(id) };
  }

  #put(message) {
    this.seq = Math.max(this.seq ?? 0, message.seq);
    const old = find(`[data-id="${message.id}"]`, this.list);
    const known = this.messages.get(message.id);
    if (known?.seq >= message.seq) return;
    this.messages.set(message.id, message);
    if (message.key) this.forget(message.key);
    const element = messageElement(message, this.#view());
    if (!old) return this.#insert(element);
    const focused = old.contains(document.activeElement);
    element.classList.add("fresh");
    old.replaceWith(element);
    if (focused) (find("button, a", element) ?? this.scroller).focus({ preventScroll: true });
  }

  #insert(element) {
    let after = this.list.lastElementChild;
    while (after && (!after.dataset.id || Number(after.dataset.id) > Number(element.dataset.id))) after = after.previousElementSibling;
    if (after) after.after(element);
    else this.list.prepend(element);
  }

  #count(messages, watched, history) {
    const last = Math.max(0, ...messages.map((message) => message.id));
    if (history && this.#seen === null) this.#see(last);
    const fresh = messages.filter((message) => message.id > (this.#seen ?? 0) && message.user !== this.viewer);
    if (!fresh.length) return;
    if (this.#mark === null && !watched) this.#mark = this.#seen ?? 0;
    this.unread = [...this.messages.values()].filter((message) => message.id > (this.#seen ?? 0) && message.user !== this.viewer).length;
    this.changed();
  }

  #see(id) {
    if (this.#seen !== null && id <= this.#seen && !this.unread) return;
    this.#seen = Math.max(id, this.#seen ?? 0);
    localStorage.setItem(`guanjia.seen.${this.chat}`, String(this.#seen));
    this.unread = 0;
    this.changed();
  }

  /** Day separators, the mark of what is new, and runs of one author. */
  #arrange() {
    let previous = null;
    let first = null;
    for (const item of this.list.querySelectorAll(".message")) {
      const message = this.messages.get(Number(item.dataset.id));
      const today = new Date(message?.at ?? Date.now());
      const name = today.toDateString();
      this.#separate(item, name === previous?.name ? null : name, today);
      if (message && this.#mark !== null && !first && message.id > this.#mark && message.user !== this.viewer) first = item;
      const run = previous?.name === name && previous.who === item.dataset.who && item !== first;
      item.classList.toggle("run", run);
      previous = { name, who: item.dataset.who };
    }
    for (const orphan of this.list.querySelectorAll(".day:last-child, .day:has(+ .day)")) orphan.remove();
    this.#divider.textContent = t("web-new");
    if (!first) this.#divider.remove();
    else if (this.#divider.nextElementSibling !== first) first.before(this.#divider);
    this.hello.hidden = this.messages.size + this.pending.size > 0 || this.seq === null;
  }

  #separate(item, name, date) {
    let before = item.previousElementSibling;
    if (before === this.#divider) before = before.previousElementSibling;
    const have = before?.matches(".day") ? before : null;
    if (have?.dataset.day === name) return;
    have?.remove();
    if (name === null) return;
    const separator = make("li", "day", make("span", "", day(date)));
    separator.dataset.day = name;
    (item.previousElementSibling === this.#divider ? this.#divider : item).before(separator);
  }

  #failed(message) {
    const retry = make("button", "plain retry", t("web-retry"));
    const discard = make("button", "plain", t("web-discard"));
    retry.type = discard.type = "button";
    retry.addEventListener("click", () => this.again(this, message));
    discard.addEventListener("click", () => this.forget(message.key));
    return make("p", "not-sent", `${t("web-not-sent")} · `, retry, discard);
  }

  async #older() {
    this.earlier.disabled = true;
    const height = this.scroller.scrollHeight;
    try {
      const { messages, more } = await api.older(this.chat, Math.min(...this.messages.keys()));
      for (const message of messages) this.#put(message);
      this.earlier.hidden = !more;
      this.#arrange();
      this.scroller.scrollTop += this.scroller.scrollHeight - height;
    } catch (trouble) {
      toast(trouble.message);
    }
    this.earlier.disabled = false;
  }

  #type(on) {
    clearTimeout(this.#typing);
    find(".typing", this.element).hidden = !on;
    this.busy = on;
    if (on) this.#typing = setTimeout(() => this.#type(false), TYPING);
    if (this.#follows) this.toBottom();
    this.changed();
  }

  #scrolled() {
    const up = this.scroller.scrollTop < this.#top;
    if (this.#atBottom()) this.#follows = true;
    else if (up) this.#follows = false;
    this.#top = this.scroller.scrollTop;
    this.look();
  }

  #atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }
}
