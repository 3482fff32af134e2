// One message as an element.
import { dye, icon, make } from "./dom.js";
import { enlarge } from "./photos.js";
import { rich, safe } from "./rich.js";
import { clock, full, has, t } from "./texts.js";

/** *viewer* is the user who looks; *press* is told of a pressed button, *reply* of a message to answer; *find* knows it. */
export function messageElement(message, { viewer, group, press, reply, find }) {
  const mine = message.user !== undefined && message.user === viewer;
  const bot = message.user === undefined;
  const item = make("li", `message ${mine ? "mine" : "theirs"}${bot ? " bot" : ""}${message.state ? ` ${message.state}` : ""}`);
  item.dataset.testid = "message";
  item.dataset.author = bot ? "bot" : mine ? "me" : "other";
  item.dataset.who = message.user ?? "bot";
  if (message.id) item.dataset.id = message.id;
  const author = make("span", "sr", `${bot ? t("web-bot") : mine ? t("web-you") : message.name}: `);
  const bubble = make("div", "bubble", author, quote(find(message.reply_to)), photos(message), words(message), paper(message), foot(message));
  const stack = make("div", "stack", bubble, buttons(message, press));
  if (group && !mine) {
    const name = make("p", "name", bot ? t("web-bot") : message.name);
    name.setAttribute("aria-hidden", "true"); // the bubble says it to who listens
    stack.prepend(name);
  }
  if (!mine) item.append(face(message, bot));
  item.append(stack);
  if (group && bot) item.append(replier(message, reply));
  return item;
}

/** The first line of what a message answers. */
export function firstLine(message) {
  return rich(message.text ?? "").textContent.split("\n")[0] || message.document?.name || t("web-photo");
}

function quote(answered) {
  return answered ? make("p", "quote", firstLine(answered)) : null;
}

function replier(message, reply) {
  const element = make("button", "round reply", icon("reply"));
  element.type = "button";
  element.dataset.testid = "reply";
  element.title = t("web-reply");
  element.setAttribute("aria-label", t("web-reply"));
  element.addEventListener("click", () => reply(message));
  return element;
}

function face(message, bot) {
  const avatar = make("span", `avatar small${bot ? " bot" : ""}`, bot ? "管" : initial(message.name));
  avatar.setAttribute("aria-hidden", "true");
  if (!bot) dye(avatar, message.user.replace(/\D/g, "").slice(-4) || 1);
  return avatar;
}

export const initial = (name) => [...(name ?? "").trim()].at(0)?.toUpperCase() ?? "·";

/** A command of the page's own menu is shown as the menu shows it. */
function words(message) {
  if (!message.text) return null;
  const key = `web-action-${message.text.slice(1)}`;
  if (message.user !== undefined && message.text.startsWith("/") && has(key)) return make("p", "text command", t(key));
  return make("p", "text", rich(message.text));
}

function foot(message) {
  const at = new Date(message.at);
  const time = make("time", "", clock(at));
  time.dateTime = message.at;
  time.title = full(at);
  const notes = make("span", "notes");
  if (message.edited) notes.append(make("span", "edited", t("web-edited")));
  if (message.state === "sending") notes.append(make("span", "sending", t("web-sending")));
  return make("span", "meta", notes, time);
}

function photos(message) {
  if (!message.photos?.length) return null;
  const own = (photo) => photo.startsWith("blob:");
  const large = message.photos.map((photo) => (own(photo) ? photo : `/photos/${photo}`));
  const grid = make("div", `photos many-${Math.min(message.photos.length, 4)}`);
  message.photos.forEach((photo, index) => {
    const image = make("img");
    image.src = own(photo) ? photo : `/photos/${photo}?size=thumb`;
    image.alt = `${t("web-photo")} ${index + 1}`;
    image.loading = "lazy";
    image.decoding = "async";
    const open = make("button", "photo", image);
    open.type = "button";
    open.title = t("web-open-photo");
    open.addEventListener("click", () => enlarge(large, index));
    grid.append(open);
  });
  return grid;
}

/** A file to be saved. */
function paper(message) {
  if (!message.document) return null;
  const { at, name } = message.document;
  const anchor = make("a", "paper", icon("paper"), make("span", "", name));
  anchor.href = at.startsWith("blob:") ? at : `/files/${at}?name=${encodeURIComponent(name)}`;
  anchor.download = name;
  anchor.dataset.testid = "document";
  return anchor;
}

function buttons(message, press) {
  if (!message.buttons?.length) return null;
  const rows = message.buttons.map((row) => make("div", "row", ...row.map((button) => pill(button, message, press)).filter(Boolean)));
  const shelf = make("div", `buttons${choice(message) ? " spent" : ""}`, ...rows);
  shelf.setAttribute("role", "group");
  return shelf;
}

/** What was pressed there; an edited message begins anew. */
const place = (message) => `guanjia.pressed.${message.id}.${message.seq}`;
const choice = (message) => sessionStorage.getItem(place(message));

/** The press was heard: the button shows it, the others step back. */
export function settle(message, button, element) {
  sessionStorage.setItem(place(message), button.data);
  const shelf = element.closest(".buttons");
  shelf.classList.add("spent");
  for (const other of shelf.querySelectorAll(".pill")) other.classList.toggle("chosen", other === element);
}

function pill(button, message, press) {
  if (button.url !== undefined) {
    const address = safe(button.url);
    if (!address) return null;
    const anchor = make("a", "pill", make("span", "", button.label), icon("out"));
    anchor.href = address;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    anchor.dataset.testid = "button";
    return anchor;
  }
  const element = make("button", "pill", make("span", "", button.label));
  element.type = "button";
  element.dataset.testid = "button";
  if (choice(message) === button.data) element.classList.add("chosen");
  element.addEventListener("click", () => press(message, button, element));
  return element;
}
