// Talks to the server: requests, and the one stream of events for all chats on the page.
import { random } from "./dom.js";
import { current, t } from "./texts.js";

export const TAB = random();

/** The server's own no (*told*: repeating will not help), or the network's. */
export class Trouble extends Error {
  constructor(sentence, told) {
    super(sentence);
    this.told = told;
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Trouble(t("web-trouble"), false);
  }
  const content = await response.json().catch(() => ({}));
  if (response.ok) return content;
  throw new Trouble(content.key ? t(content.key, content.values) : t("web-trouble"), response.status < 500 && response.status !== 408);
}

const json = (values) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) });

export const me = () => ask("/api/me");

export const older = (chat, before) => ask(`/api/chats/${encodeURIComponent(chat)}/messages?before=${before}`);

export function press(chat, person, button, message) {
  const values = { key: random(), as: String(person), button, message: String(message), tab: TAB, language: current() };
  return ask(`/api/chats/${encodeURIComponent(chat)}/press`, json(values));
}

/** *key* makes a repeated request the same message. */
export function send(chat, person, { key, text, photos = [], paper, reply, quiet = false }) {
  const values = { key, as: String(person), text, tab: TAB, language: current(), ...(reply && { reply_to: String(reply) }) };
  const path = `/api/chats/${encodeURIComponent(chat)}/messages`;
  if (!photos.length && !paper) return ask(path, json({ ...values, quiet }));
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  for (const photo of photos) form.append("photo", photo, "photo.jpg");
  if (paper) form.append("document", paper, paper.name);
  return ask(path, { method: "POST", body: form });
}

/** Keeps a stream open over *chats()*, a list of [chat, seq or null]; says how it stands. */
export class Link {
  #source = null;
  #failures = 0;
  #timer = 0;
  #silence = 0;

  constructor({ chats, heard, stands }) {
    this.chats = chats;
    this.heard = heard;
    this.stands = stands;
    window.addEventListener("online", () => this.open());
    window.addEventListener("offline", () => this.#lost());
  }

  open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const query = new URLSearchParams({ tab: TAB });
    for (const [chat, seq] of this.chats()) {
      query.append("chat", chat);
      query.append("after", seq ?? "");
    }
    const source = new EventSource(`/api/events?${query}`);
    this.#source = source;
    for (const name of ["messages", "typing", "toast"]) {
      source.addEventListener(name, (event) => {
        this.#alive();
        this.heard(name, JSON.parse(event.data));
      });
    }
    for (const name of ["ready", "beat"]) source.addEventListener(name, () => this.#alive());
    source.onerror = () => source === this.#source && this.#lost();
  }

  #alive() {
    this.#failures = 0;
    this.stands(true);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), 40000);
  }

  /** Every way back is a new stream from what was seen: the browser's own retry gives up on some answers. */
  #lost() {
    this.stands(false);
    this.#source?.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#timer = setTimeout(() => this.open(), Math.min(1000 * 2 ** this.#failures++, 15000));
  }
}
