// The little that pages need besides htmx; every page works without it.
(function () {
  "use strict";

  // [data-print]: a button that prints the page; the address …#print does so by itself.
  if (location.hash === "#print") {
    window.addEventListener("load", function () {
      history.replaceState(history.state, "", location.pathname + location.search);
      window.print();
    });
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) {
      window.print();
    }
  });

  // The box of messages has the words, in the reader's language; other scripts say things by an event:
  // document.dispatchEvent(new CustomEvent("app:toast", {detail: {what: "failed", level: "danger"}})).
  function announce(what, level) {
    var place = document.getElementById("messages");
    var pattern = document.getElementById("message-template");
    if (!place || !pattern || !place.dataset[what]) {
      return null;
    }
    var box = pattern.content.firstElementChild.cloneNode(true);
    box.classList.add("alert-" + level);
    box.setAttribute("role", level === "danger" ? "alert" : "status");
    box.querySelector(".message-text").textContent = place.dataset[what];
    box.dataset.toast = what;
    place.querySelectorAll("[data-toast]").forEach(function (former) {
      former.remove();
    });
    place.append(box);
    return box;
  }
  document.addEventListener("app:toast", function (event) {
    announce(event.detail.what, event.detail.level);
  });
  document.addEventListener("app:toast-clear", function (event) {
    document.querySelectorAll("[data-toast='" + event.detail.what + "']").forEach(function (box) {
      box.remove();
    });
  });

  document.addEventListener("htmx:responseError", function () {
    announce("failed", "danger");
  });
  document.addEventListener("htmx:sendError", function () {
    announce("unreachable", "danger");
  });
  document.addEventListener("htmx:timeout", function () {
    announce("unreachable", "danger");
  });

  // [data-close]: a message that has been read. The focus goes on to what the message stood before.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-close]");
    if (button) {
      button.closest(".alert").remove();
      document.getElementById("main").focus({ preventScroll: true });
    }
  });

  // [data-dialog]: a button that opens the dialog of that id.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-dialog]");
    if (button) {
      document.getElementById(button.dataset.dialog).showModal();
    }
  });

  // Who was signed out meanwhile is sent to the sign-in page, which must not appear inside a table.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var login = document.body.dataset.login;
    if (login && new URL(event.detail.xhr.responseURL || location.href).pathname === login) {
      event.detail.shouldSwap = false;
      document.dispatchEvent(new CustomEvent("app:navigating"));
      location.reload();
    }
  });

  // --- focus ---------------------------------------------------------------------------------------------------
  // What htmx takes away may have the focus. It goes to the same thing in what came instead: by id, by
  // data-focus-key, by the name and value of a field, by the address of a link; else to the nearest part around it
  // that is still there. A reader who uses keys is never sent back to the top of the page.
  var held = null;

  function candidates(element) {
    var selectors = [];
    if (element.id) {
      selectors.push("#" + CSS.escape(element.id));
    }
    if (element.dataset.focusKey) {
      selectors.push("[data-focus-key='" + CSS.escape(element.dataset.focusKey) + "']");
    }
    if (element.name) {
      var named = element.localName + "[name='" + CSS.escape(element.name) + "']";
      if (element.type === "checkbox" || element.type === "radio" || element.localName === "button") {
        selectors.push(named + "[value='" + CSS.escape(element.value) + "']");
      }
      selectors.push(named);
    }
    if (element.localName === "a" && element.getAttribute("href")) {
      selectors.push("a[href='" + CSS.escape(element.getAttribute("href")) + "']");
    }
    return selectors;
  }

  document.addEventListener("htmx:beforeRequest", function () {
    hold();
  });
  document.addEventListener("htmx:beforeSwap", function () {
    hold();
  });
  function hold() {
    var element = document.activeElement;
    if (!element || element === document.body) {
      return;
    }
    var around = [];
    for (var part = element.parentElement; part && part !== document.body; part = part.parentElement) {
      if (part.id) {
        around.push(part.id);
      }
    }
    held = { element: element, selectors: candidates(element), around: around, caret: caretOf(element) };
  }

  // Where somebody is typing, or what they have marked to type over; a number or a day has none.
  function caretOf(element) {
    try {
      return typeof element.selectionStart === "number" ? [element.selectionStart, element.selectionEnd] : null;
    } catch (none) {
      return null;
    }
  }

  function visible(element) {
    return element && element.getClientRects().length > 0 && !element.disabled;
  }

  function release() {
    if (!held || held.element.isConnected) {
      return;
    }
    var active = document.activeElement;
    if (active && active !== document.body) {
      // htmx gives the focus back to a field with an id, but not a mark that begins at its first letter.
      if (held.caret && held.caret[0] === 0 && active.id && active.id === held.element.id && caretOf(active)) {
        active.setSelectionRange(held.caret[0], held.caret[1]);
        held = null;
      }
      return;
    }
    var parts = held.around.map(function (id) {
      return document.getElementById(id);
    });
    var nearest = parts.find(visible) || document.getElementById("main");
    var found = null;
    [nearest, document].some(function (root) {
      return held.selectors.some(function (selector) {
        found = Array.from(root.querySelectorAll(selector)).find(visible);
        return found;
      });
    });
    if (!found && nearest.id !== "main") {
      found = Array.from(nearest.querySelectorAll("a[href], button, input, select, textarea")).find(visible);
    }
    if (!found) {
      found = nearest;
      if (!found.hasAttribute("tabindex") && found.tabIndex < 0) {
        found.setAttribute("tabindex", "-1");
      }
    }
    found.focus({ preventScroll: true });
    if (held.caret && found.localName === held.element.localName && caretOf(found)) {
      found.setSelectionRange(held.caret[0], held.caret[1]);
    }
  }
  document.addEventListener("htmx:afterSwap", release);
  document.addEventListener("htmx:afterSettle", release);

  // [data-omit-empty]: the address holds what was asked for and nothing else.
  document.addEventListener("htmx:configRequest", function (event) {
    if (!event.target.closest("[data-omit-empty]")) {
      return;
    }
    var parameters = event.detail.parameters;
    Array.from(new Set(parameters.keys())).forEach(function (name) {
      var values = parameters.getAll(name).filter(function (value) {
        return value !== "";
      });
      parameters.delete(name);
      values.forEach(function (value) {
        parameters.append(name, value);
      });
    });
  });

  // A list of boxes says on its button how many are ticked, closes on a click elsewhere and on Escape.
  document.addEventListener("change", function (event) {
    var pick = event.target.closest(".pick:not(.pick-menu)");
    if (!pick) {
      return;
    }
    var summary = pick.querySelector("summary");
    var count = summary.querySelector(".pick-count");
    var ticked = Array.from(pick.querySelectorAll("input:not([data-filter-options])")).filter(function (input) {
      return input.type === "checkbox" ? input.checked : input.value !== "";
    }).length;
    if (count) {
      count.remove();
    }
    if (ticked) {
      count = document.createElement("span");
      count.className = "pick-count";
      count.textContent = ticked;
      summary.append(count);
    }
  });
  // Escape leaves the status of a row as it was, like the button beside «Save».
  document.addEventListener("keydown", function (event) {
    var form = event.key === "Escape" && !event.isComposing && event.target.closest(".row-status-form");
    if (form) {
      var leave = form.querySelector("a[hx-get]");
      leave.focus();
      // Asked for at once: a link that has just come in is no request of htmx yet, and would open its own page.
      window.htmx.ajax("GET", leave.getAttribute("hx-get"), {
        source: leave,
        target: leave.getAttribute("hx-target"),
        swap: leave.getAttribute("hx-swap"),
      });
    }
  });
  // A list that would stand out of the window opens to the other side.
  document.addEventListener(
    "toggle",
    function (event) {
      var pick = event.target.closest(".pick");
      if (!pick || !pick.open) {
        return;
      }
      pick.classList.remove("align-end");
      var list = pick.querySelector(".pick-list").getBoundingClientRect();
      pick.classList.toggle("align-end", list.right > document.documentElement.clientWidth);
    },
    true
  );
  document.addEventListener("click", function (event) {
    document.querySelectorAll(".pick[open], .more[open]").forEach(function (pick) {
      if (!pick.contains(event.target)) {
        pick.open = false;
      }
    });
  });
  document.addEventListener("keydown", function (event) {
    var pick = event.key === "Escape" && document.querySelector(".pick[open], .more[open]");
    if (pick) {
      pick.open = false;
      pick.querySelector("summary").focus();
    }
  });
})();
