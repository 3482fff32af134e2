// Puts the page together.
import * as api from "./api.js";
import { badge, find, make, toast } from "./dom.js";
import { calm, Pane } from "./pane.js";
import { readyLightbox } from "./photos.js";
import { choose, current, load, t, translate } from "./texts.js";

let panes = [];
let link = null;
let bare = 0;
const tabs = find(".tabs");

function show(key) {
  for (const pane of panes) pane.element.classList.toggle("active", pane.key === key);
  for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.tab === key));
  sessionStorage.setItem("guanjia.tab", key);
  for (const pane of panes) pane.logs.get(pane.room)?.toBottom();
  look();
}

function look() {
  for (const pane of panes) pane.look();
}

/** Badges of the tabs and the number in the document's title. */
function changed() {
  const total = panes.reduce((sum, pane) => sum + pane.unread, 0);
  document.title = `${total ? `(${total}) ` : ""}${t("web-title")}`;
  for (const pane of panes) {
    const tab = find(`[data-tab="${pane.key}"] .badge`, tabs);
    if (tab) badge(tab, pane.unread);
  }
}

function heard(name, data) {
  if (name === "toast") {
    for (const button of document.querySelectorAll(".busy")) calm(button, !data.alert);
    return data.text ? toast(data.text, data) : undefined; // without words it only says that the press was heard
  }
  for (const pane of panes) {
    const log = pane.logs.get(data.chat);
    if (!log) continue;
    if (name === "typing") log.typing();
    else {
      const answered = data.messages.some((message) => message.user === undefined);
      for (const button of answered ? log.list.querySelectorAll(".busy") : []) calm(button, true);
      log.hear(data);
    }
  }
  return undefined;
}

/** A short gap is nobody's business; a longer one is said. */
function stands(online) {
  for (const pane of panes) pane.stands(online);
  clearTimeout(bare);
  if (online) find(".offline").hidden = true;
  else bare = setTimeout(() => (find(".offline").hidden = false), 1500);
}

function relabel() {
  translate(document);
  for (const pane of panes) {
    pane.speak();
    const tab = find(`[data-tab="${pane.key}"] span`, tabs);
    if (tab) tab.textContent = t(`web-pane-${pane.key}`);
  }
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === current()));
  changed();
}

/** The page speaks the language at once. In the demo it shows people who speak it; a person alone is answered in it from now on. */
function speak(language) {
  choose(language);
  localStorage.setItem("guanjia.language", language);
  relabel();
  for (const pane of panes) if (pane.key === "me") pane.whisper(`/language ${language}`);
}

/** Each chat once; one that two panes show from the beginning when either has nothing yet. */
function following() {
  const chats = new Map();
  for (const [chat, seq] of panes.flatMap((pane) => pane.chats())) chats.set(chat, chats.get(chat) === null ? null : seq);
  return [...chats];
}

function follow() {
  queueMicrotask(() => link?.open());
}

async function start() {
  const me = await api.me();
  load(me.texts);
  const known = me.demo ? null : me.panes[0].people[0].language;
  choose(localStorage.getItem("guanjia.language") ?? known ?? me.accepted);
  find(".demo-mark").hidden = !me.demo;
  document.body.classList.toggle("demo", me.demo);
  document.body.classList.toggle("alone", !me.demo);
  panes = me.panes.map((pane) => new Pane(pane, { limits: me.limits, changed: () => changed(), follow }));
  find(".panes").append(...panes.map((pane) => pane.element));
  tabs.hidden = panes.length < 2;
  for (const pane of panes) {
    const tab = make("button", "", make("span"), make("span", "badge"));
    tab.type = "button";
    tab.dataset.tab = pane.key;
    tab.addEventListener("click", () => show(pane.key));
    tabs.append(tab);
  }
  relabel();
  show(panes.find((pane) => pane.key === sessionStorage.getItem("guanjia.tab"))?.key ?? panes[0].key);
  for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => button.dataset.language !== current() && speak(button.dataset.language));
  document.addEventListener("visibilitychange", look);
  window.addEventListener("resize", look);
  readyLightbox();
  link = new api.Link({ chats: following, heard, stands });
  link.open();
  document.body.dataset.ready = "true";
}

/** Until the first answer there is nothing to show; a server that is just starting gets time. */
async function persist(pause = 500) {
  try {
    await start();
  } catch (trouble) {
    if (!(trouble instanceof api.Trouble)) throw trouble;
    setTimeout(() => (trouble.told ? location.reload() : persist(Math.min(pause * 2, 8000))), trouble.told ? 5000 : pause);
  }
}

persist();
