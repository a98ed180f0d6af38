// Light or dark, as the system is set. Loaded in the head, before anything is painted, so that no page flashes.
// Browser story: test_the_page_is_dark_where_the_system_is.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  follow();
  dark.addEventListener("change", follow);
  // Style sheets hide what is only there for browsers without scripts (.without-script).
  root.classList.add("scripted");
})();
