// Single keys, for who works through lists all day: the dialog #shortcuts names them and can switch them off.
(function () {
  "use strict";

  var SWITCH = "register-keys";
  // `e` on a row leads to its page with this: no id of the page, for the browser would give that the focus instead.
  var UPDATE = "#update-now";
  var root = document.documentElement;

  function set(on) {
    root.dataset.keys = on ? "on" : "off";
    document.querySelectorAll("[data-shortcuts-toggle]").forEach(function (box) {
      box.checked = on;
    });
  }
  set(localStorage.getItem(SWITCH) !== "off");
  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-shortcuts-toggle]")) {
      localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
      set(event.target.checked);
    }
  });

  function shown(element) {
    return element.getClientRects().length > 0;
  }

  // A row is known by the link that leads to what it is about.
  var ROW = "tr, .overview-item, [data-row]";
  function links() {
    return Array.from(document.querySelectorAll("main :is(tr, .overview-item) .task-link, main [data-row-link]")).filter(shown);
  }

  // The row with the focus, or the one that was gone to last.
  var last = null;
  function here(all) {
    var row = document.activeElement.closest(ROW);
    return all.findIndex(function (link) {
      return row ? row.contains(link) : link === last;
    });
  }

  function step(by) {
    var all = links();
    if (!all.length) {
      return;
    }
    var at = here(all);
    if (at < 0) {
      // From nowhere: the first row in sight.
      at = all.findIndex(function (link) {
        var box = link.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= window.innerHeight;
      });
      at = Math.max(at, 0);
    } else {
      at = Math.min(Math.max(at + by, 0), all.length - 1);
    }
    last = all[at];
    last.focus({ preventScroll: true });
    last.closest(ROW).scrollIntoView({ block: "center" });
  }

  function field() {
    return document.querySelector("#update-card textarea, #update-card select, [aria-labelledby=update] textarea");
  }

  function update() {
    var own = field();
    if (own) {
      own.scrollIntoView({ block: "center" });
      own.focus({ preventScroll: true });
      return;
    }
    var all = links();
    var at = here(all);
    if (at >= 0) {
      location.assign(all[at].href.split("#")[0] + UPDATE);
    }
  }

  function search() {
    var box = [document.getElementById("search-everywhere"), document.getElementById("id_q")].find(function (found) {
      return found && shown(found);
    });
    var link = document.querySelector("[data-search-link]");
    if (box) {
      box.focus();
      box.select();
    } else if (link) {
      location.assign(link.href);
    }
  }

  var DOES = {
    "/": search,
    "j": function () { step(1); },
    "k": function () { step(-1); },
    "e": update,
    "?": function () { document.getElementById("shortcuts").showModal(); },
  };

  document.addEventListener("keydown", function (event) {
    var does = DOES[event.key];
    if (!does || root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    var target = event.target;
    var writing = target.isContentEditable || target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
    if (writing || event.defaultPrevented || document.querySelector("dialog[open]")) {
      return;
    }
    event.preventDefault();
    does();
  });

  if (location.hash === UPDATE && field()) {
    update();
  }
})();
