// Where one writes: text, photos, the menu of quick actions.
import { find, icon, make, toast } from "./dom.js";
import { firstLine } from "./message.js";
import { smaller } from "./photos.js";
import { t } from "./texts.js";

export class Composer {
  #photos = [];
  #paper = null;
  #reply = null;
  #waiting = 0;

  constructor(form, { send, actions, limits }) {
    Object.assign(this, { form, send, actions, limits });
    this.text = find("textarea", form);
    this.menu = find(".menu", form);
    this.more = find(".more", form);
    this.files = find(".files", form);
    this.text.maxLength = limits.text;
    this.text.addEventListener("input", () => this.#fit());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("paste", (event) => this.#paste(event));
    this.more.addEventListener("click", () => this.#open(this.menu.hidden));
    find(".attach", form).addEventListener("click", () => this.files.click());
    find(".answered .round", form).addEventListener("click", () => this.reply(null));
    this.files.addEventListener("change", () => this.#take([...this.files.files]));
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("keydown", (event) => event.key === "Escape" && !this.menu.hidden && this.#open(false));
    this.menu.addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("click", (event) => this.menu.contains(event.target) || this.more.contains(event.target) || this.#open(false, false));
    this.#dropping(form.closest(".pane"));
    this.relabel();
  }

  relabel() {
    this.menu.replaceChildren(
      ...this.actions.map((name) => {
        const item = make("button", "", t(`web-action-${name}`));
        item.type = "button";
        item.setAttribute("role", "menuitem");
        item.dataset.action = name;
        item.addEventListener("click", () => {
          this.#open(false);
          this.send({ text: `/${name}`, photos: [] });
        });
        return item;
      }),
    );
  }

  /** The message that the next words answer; null for none. */
  reply(message) {
    this.#reply = message;
    const shown = find(".answered", this.form);
    shown.hidden = !message;
    find(".quote", shown).textContent = message ? firstLine(message) : "";
    if (message) this.text.focus();
  }

  #open(open, focus = true) {
    if (this.menu.hidden === !open) return;
    this.menu.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
    if (focus) (open ? this.menu.firstElementChild : this.text)?.focus();
  }

  /** Up and down through the menu, round and round. */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...this.menu.children];
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  }

  /** Enter sends, Shift+Enter breaks the line; Enter that ends a Chinese input does neither. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    if ((!text && !this.#photos.length && !this.#paper) || this.#waiting) return;
    this.send({ text, photos: this.#photos, paper: this.#paper ?? undefined, reply: this.#reply?.id });
    this.text.value = "";
    this.reply(null);
    this.#photos = [];
    this.#paper = null;
    this.#show();
    this.#fit();
    this.text.focus();
  }

  #fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 140)}px`;
    find(".send", this.form).disabled = (!this.text.value.trim() && !this.#photos.length && !this.#paper) || this.#waiting > 0;
  }

  #paste(event) {
    const images = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!images.length) return;
    event.preventDefault();
    this.#take(images);
  }

  #dropping(pane) {
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    pane.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      pane.classList.add("dropping");
    });
    pane.addEventListener("dragleave", (event) => pane.contains(event.relatedTarget) || pane.classList.remove("dropping"));
    pane.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      pane.classList.remove("dropping");
      this.#take([...event.dataTransfer.files]);
    });
  }

  async #take(files) {
    this.files.value = "";
    for (const file of files) {
      if (file.type && !file.type.startsWith("image/")) {
        if (file.size > this.limits.document) toast(t("web-photo-too-large", { limit: Math.floor(this.limits.document / 1e6) }));
        else this.#paper = file;
        continue;
      }
      if (this.#photos.length + this.#waiting >= this.limits.photos) {
        toast(t("web-too-many-photos", { limit: this.limits.photos }));
        break;
      }
      this.#waiting += 1;
      this.#fit();
      const photo = await smaller(file);
      this.#waiting -= 1;
      if (photo.size > this.limits.photo) toast(t("web-photo-too-large", { limit: Math.floor(this.limits.photo / 1e6) }));
      else this.#photos = [...this.#photos, photo];
    }
    this.#show();
    this.#fit();
    this.text.focus();
  }

  #paperItem() {
    const remove = make("button", "round", icon("close"));
    remove.type = "button";
    remove.setAttribute("aria-label", t("web-remove-photo"));
    remove.addEventListener("click", () => {
      this.#paper = null;
      this.#show();
      this.#fit();
    });
    return make("li", "paper", icon("paper"), make("span", "", this.#paper.name), remove);
  }

  #show() {
    const queue = find(".queue", this.form);
    queue.hidden = !this.#photos.length && !this.#paper;
    queue.replaceChildren(
      ...this.#photos.map((photo) => {
        const image = make("img");
        image.alt = t("web-photo");
        image.src = URL.createObjectURL(photo);
        image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
        const remove = make("button", "round", icon("close"));
        remove.type = "button";
        remove.setAttribute("aria-label", t("web-remove-photo"));
        remove.addEventListener("click", () => {
          this.#photos = this.#photos.filter((other) => other !== photo);
          this.#show();
          this.#fit();
        });
        return make("li", "", image, remove);
      }),
    );
    if (this.#paper) queue.append(this.#paperItem());
  }
}
