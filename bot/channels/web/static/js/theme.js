// Sets the theme before anything is painted: the one chosen, else the system's own.
"use strict";
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    root.dataset.theme = localStorage.getItem("guanjia.theme") ?? (system.matches ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".theme")) return;
    localStorage.setItem("guanjia.theme", root.dataset.theme === "dark" ? "light" : "dark");
    apply();
  });
})();
