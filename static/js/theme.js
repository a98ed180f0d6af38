// Light or dark, as the system is set. Loaded in the head, before anything is painted, so that no page flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  follow();
  dark.addEventListener("change", follow);
  // Style sheets hide what is only there for browsers without scripts (.without-script).
  root.classList.add("scripted");
})();
