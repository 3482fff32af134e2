// The page's sentences, times and days in the language chosen.
let catalogues = {};
let language = "zh_CN";

export const tag = () => language.replace("_", "-");
export const current = () => language;

export function load(texts) {
  catalogues = texts;
}

export function choose(name) {
  language = name in catalogues ? name : Object.keys(catalogues)[0];
  document.documentElement.lang = tag();
}

export function t(key, values = {}) {
  const sentence = catalogues[language]?.[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** Is this key in the catalogue? */
export const has = (key) => key in (catalogues[language] ?? {});

/** Fill in every element that carries a key. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  for (const element of root.querySelectorAll("[data-t-label]")) {
    const label = t(element.dataset.tLabel);
    element.setAttribute("aria-label", label);
    if (element.matches("button")) element.title = label;
  }
}

export const clock = (date) => new Intl.DateTimeFormat(tag(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
export const full = (date) => new Intl.DateTimeFormat(tag(), { dateStyle: "full", timeStyle: "short" }).format(date);

export function day(date) {
  const midnight = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate());
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  if (days === 0) return t("web-today");
  if (days === 1) return t("web-yesterday");
  const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(tag(), { month: "long", day: "numeric", weekday: days < 7 ? "long" : "short", ...year }).format(date);
}
