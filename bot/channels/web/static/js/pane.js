// A pane: somebody's view of their private chat and of their groups.
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { badge, copy, dye, find, make, random, toast } from "./dom.js";
import { ChatLog } from "./log.js";
import { initial, settle } from "./message.js";
import { current, has, t, translate } from "./texts.js";

const FOLLOWED = 12; // people of a pane whose news are noticed although somebody else is shown
const OWN = ["report", "mytickets", "help"];
const ACTIONS = { owner: OWN, me: OWN, staff: ["mytickets", "board", "help"], manager: ["announce", "announcements", "board", "help"] };

export class Pane {
  logs = new Map();
  online = false;

  constructor({ key, people, groups }, { limits, changed, follow }) {
    Object.assign(this, { key, people, rooms: groups, changed, follow });
    this.element = copy("pane");
    this.element.dataset.pane = key;
    this.select = find("select", this.element);
    this.person = this.#somebody();
    this.composer = new Composer(find(".composer", this.element), { send: (words) => this.#send(words), actions: ACTIONS[key], limits });
    this.select.addEventListener("change", () => this.#become(people.find((person) => String(person.id) === this.select.value)));
    this.room = this.groups[0] ?? this.person?.chat;
    this.relabel();
    if (this.person) this.#enter(this.room);
    else find(".stage", this.element).append(make("p", "nobody", t("web-nobody")));
    find(".composer", this.element).hidden = !this.person;
  }

  /** The chats to follow: the groups, and private ones. */
  chats() {
    return [...this.logs.values()].map((log) => [log.chat, log.seq]);
  }

  /** A group that speaks the page's language stands for those that hear the same in another one. */
  get groups() {
    const own = this.rooms.filter(({ language }) => language === current());
    return (own.length ? own : this.rooms).map(({ chat }) => chat);
  }

  get unread() {
    return this.#rooms().reduce((sum, chat) => sum + (this.logs.get(chat)?.unread ?? 0), 0);
  }

  /** Back on line, what the network alone had stopped goes out by itself. */
  stands(online) {
    const back = online && !this.online;
    this.online = online;
    for (const log of back ? this.logs.values() : []) {
      for (const { message } of [...log.pending.values()]) if (message.state === "failed" && !message.told) this.#deliver(log, message);
    }
    this.#presence();
  }

  look() {
    for (const log of this.logs.values()) log.look();
  }

  /** In another language: its people, its groups, and all labels. */
  speak() {
    const group = this.rooms.some(({ chat }) => chat === this.room);
    this.person = this.#somebody();
    this.relabel();
    if (this.person) this.#enter(group ? this.groups[0] : this.person.chat);
  }

  relabel() {
    translate(this.element);
    this.composer.relabel();
    this.select.replaceChildren(...this.people.map((person) => this.#option(person)));
    find(".picker", this.element).hidden = this.people.length < 2;
    this.#title();
    this.#tabs();
    for (const log of this.logs.values()) {
      log.redraw(this.#viewer(log.chat));
      this.#hello(log);
    }
  }

  /** The page itself says something in the person's private chat; it is not shown. */
  whisper(text) {
    if (this.person) api.send(this.person.chat, this.person.id, { key: random(), text, quiet: true }).catch((trouble) => toast(trouble.message));
  }

  /** Who was last chosen in this language, else the first who speaks it. */
  #somebody() {
    const chosen = localStorage.getItem(`guanjia.person.${this.key}.${current()}`);
    return this.people.find((person) => String(person.id) === chosen) ?? this.people.find((person) => person.language === current()) ?? this.person ?? this.people[0];
  }

  #rooms() {
    return this.person ? [...this.groups, this.person.chat] : [];
  }

  #become(person) {
    this.person = person;
    localStorage.setItem(`guanjia.person.${this.key}.${current()}`, String(person.id));
    if (!this.groups.includes(this.room)) this.room = person.chat;
    this.#title();
    this.#enter(this.room);
    for (const log of this.logs.values()) log.redraw(this.#viewer(log.chat));
  }

  #enter(chat) {
    if (chat !== this.room) this.composer.reply(null);
    this.room = chat;
    const others = this.people.slice(0, FOLLOWED).map((person) => person.chat);
    const news = [...new Set([...this.#rooms(), ...others])].filter((room) => !this.logs.has(room));
    for (const room of news) this.logs.set(room, this.#log(room));
    const log = this.logs.get(chat);
    find(".stage", this.element).replaceChildren(log.element);
    log.toBottom();
    log.look();
    this.#tabs();
    if (news.length) this.follow();
    this.#changed();
  }

  /** A private chat is its person's, a group is seen by whoever is shown. */
  #viewer(chat) {
    return (this.people.find((person) => person.chat === chat) ?? this.person).user;
  }

  #log(chat) {
    const log = new ChatLog(chat, {
      group: this.rooms.some((room) => room.chat === chat),
      press: (room, message, button, element) => this.#press(room, message, button, element),
      reply: (message) => this.composer.reply(message),
      changed: () => this.#changed(),
      again: (room, message) => this.#deliver(room, message),
    });
    log.viewer = this.#viewer(chat);
    this.#hello(log);
    return log;
  }

  #send({ text, photos, paper, reply }) {
    const shown = photos.map((photo) => URL.createObjectURL(photo));
    const words = text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
    const message = { key: random(), user: this.person.user, name: this.person.name, at: new Date().toISOString(), text: words, photos: shown, document: paper && { at: URL.createObjectURL(paper), name: paper.name }, reply_to: reply };
    this.#deliver(this.logs.get(this.room), { ...message, raw: text, files: photos, paper, as: this.person.id });
  }

  async #deliver(log, message) {
    log.expect({ ...message, state: "sending" });
    try {
      await api.send(log.chat, message.as, { key: message.key, text: message.raw, photos: message.files, paper: message.paper, reply: message.reply_to });
    } catch (trouble) {
      if (!log.pending.has(message.key)) return; // the stream was faster: it did arrive
      log.expect({ ...message, state: "failed", told: trouble.told });
      if (trouble.told) toast(trouble.message);
    }
  }

  /** The button runs until the bot answers, by a toast or in the chat. */
  async #press(log, message, button, element) {
    if (element.classList.contains("busy")) return;
    element.classList.add("busy");
    element.setAttribute("aria-busy", "true");
    element.heard = () => settle(message, button, element);
    setTimeout(() => calm(element), 4000);
    try {
      await api.press(log.chat, this.person.id, button.data, message.id);
    } catch (trouble) {
      calm(element);
      toast(trouble.message);
    }
  }

  #changed() {
    this.#presence();
    for (const tab of this.element.querySelectorAll(".rooms button")) badge(find(".badge", tab), this.logs.get(tab.dataset.chat)?.unread ?? 0);
    for (const option of this.select.options) option.textContent = this.#label(this.people[option.index]);
    this.changed();
  }

  #presence() {
    const typing = this.logs.get(this.room)?.busy;
    const state = !this.online ? "connecting" : typing ? "typing" : "online";
    find(".presence", this.element).dataset.state = state;
    const about = this.people.length > 1 || this.key === "me" ? "" : this.#about(this.person);
    find(".state", this.element).textContent = [about, t(`web-${state}`)].filter(Boolean).join(" · ");
  }

  #title() {
    const avatar = find(".avatar", this.element);
    const desk = this.key === "me";
    avatar.classList.toggle("bot", desk);
    avatar.textContent = desk ? "管" : initial(this.person?.name);
    if (this.person && !desk) dye(avatar, this.person.id);
    const title = t(`web-pane-${this.key}`);
    const alone = this.person && !desk && this.people.length < 2; // else the picker says who
    find(".title", this.element).textContent = alone ? `${title} · ${this.person.name}` : title;
    this.element.setAttribute("aria-label", title);
    find(".hint", this.element).textContent = has(`web-hint-${this.key}`) ? t(`web-hint-${this.key}`) : "";
    this.#presence();
  }

  #about(person) {
    const roles = person?.roles.map((role) => t(`web-role-${role}`)) ?? [];
    return [...roles, ...(this.key === "owner" ? (person?.homes ?? []) : [])].join(current() === "en" ? ", " : "、");
  }

  /** Who has news is marked, unless they are the one shown. */
  #label(person) {
    const about = this.#about(person);
    const news = person !== this.person && this.logs.get(person.chat)?.unread;
    const brackets = current() === "en" ? ` (${about})` : `（${about}）`;
    return `${news ? "● " : ""}${person.name}${about ? brackets : ""}`;
  }

  #option(person) {
    const option = make("option", "", this.#label(person));
    option.value = String(person.id);
    option.selected = person === this.person;
    return option;
  }

  #tabs() {
    const shelf = find(".rooms", this.element);
    shelf.hidden = !this.groups.length || !this.person;
    shelf.replaceChildren(
      ...this.#rooms().map((chat) => {
        const kind = this.groups.includes(chat) ? "group" : "private";
        const special = `web-room-${kind}-${this.key}`;
        const mark = make("span", "badge");
        const tab = make("button", "", t(has(special) ? special : `web-room-${kind}`), mark);
        badge(mark, this.logs.get(chat)?.unread ?? 0);
        tab.type = "button";
        tab.dataset.chat = chat;
        tab.dataset.testid = `room-${kind}`;
        tab.setAttribute("aria-pressed", String(chat === this.room));
        tab.addEventListener("click", () => this.#enter(chat));
        return tab;
      }),
    );
  }

  /** A button that says *text*, a command by its name. */
  #example(text) {
    const example = make("button", "pill example", text.startsWith("/") ? t(`web-action-${text.slice(1)}`) : text);
    example.type = "button";
    example.dataset.testid = "example";
    example.addEventListener("click", () => this.#send({ text, photos: [] }));
    return example;
  }

  /** What an empty chat says. */
  #hello(log) {
    const asks = this.key === "owner" || this.key === "me";
    const key = asks ? "web-empty-owner" : this.key === "manager" ? "web-empty-manager" : log.group ? "web-empty-staff" : "web-empty-private";
    const examples = asks ? [1, 2, 3].map((number) => t(`web-example-${number}`)) : this.key === "manager" ? ["/board"] : [];
    const parts = [make("p", "", t(key)), ...examples.map((text) => this.#example(text))];
    if (asks) parts.unshift(make("h3", "", t("web-empty-title")));
    log.hello.replaceChildren(...parts);
    log.scroller.setAttribute("aria-label", t("web-log", { name: find(".title", this.element).textContent }));
  }
}

/** A pressed button is at rest again; *heard*: what it asked for was not refused. */
export function calm(element, heard = false) {
  if (heard) element.heard?.();
  element.classList.remove("busy");
  element.removeAttribute("aria-busy");
}
