// Sets the chosen theme before anything is painted; without a choice the system's own is followed.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = localStorage.getItem("guanjia.theme");
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".theme")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("guanjia.theme", root.dataset.theme);
  });
})();
