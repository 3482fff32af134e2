// Small helpers for elements, and the toasts.
import { t } from "./texts.js";

export const find = (selector, root = document) => root.querySelector(selector);

/** An element with a class and children; strings become text, never markup. */
export function make(name, className = "", ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** 128 random bits; crypto.randomUUID is missing on plain http. */
export const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Always the same colour for the same person. */
export function dye(element, id) {
  element.style.setProperty("--hue", String((Number(id) * 67 + 20) % 360));
}

export function badge(element, count) {
  element.hidden = count === 0;
  element.textContent = count > 99 ? "99+" : String(count);
  element.setAttribute("aria-label", t("web-unread", { count }));
}

export function toast(text, { alert = false } = {}) {
  const note = make("div", alert ? "toast alert" : "toast", make("span", "", text));
  const close = make("button", "round", icon("close"));
  close.type = "button";
  close.setAttribute("aria-label", t("web-close"));
  close.addEventListener("click", () => note.remove());
  note.append(close);
  note.dataset.testid = "toast";
  const shelf = find(".toasts");
  while (shelf.childElementCount > 1) shelf.firstElementChild.remove();
  shelf.append(note);
  setTimeout(() => note.remove(), (alert ? 6000 : 3500) + text.length * 45);
}
