// The little that pages need besides htmx; every page works without it.
(function () {
  "use strict";

  // [data-print]: a button that prints the page.
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) {
      window.print();
    }
  });

  // Words that go to htmx requests that failed; the page brings them in the reader's language.
  function announce(text) {
    var place = document.getElementById("messages");
    if (!place || !text) {
      return;
    }
    var box = document.createElement("div");
    box.className = "alert alert-danger";
    box.setAttribute("role", "alert");
    box.textContent = text;
    place.replaceChildren(box);
    place.scrollIntoView({ block: "nearest" });
  }

  function said(name) {
    var place = document.getElementById("messages");
    return place ? place.dataset[name] : "";
  }

  document.addEventListener("htmx:responseError", function () {
    announce(said("failed"));
  });
  document.addEventListener("htmx:sendError", function () {
    announce(said("unreachable"));
  });
  document.addEventListener("htmx:timeout", function () {
    announce(said("unreachable"));
  });

  // Who was signed out meanwhile is sent to the sign-in page, which must not appear inside a table.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var login = document.body.dataset.login;
    if (login && new URL(event.detail.xhr.responseURL || location.href).pathname === login) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

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
    var pick = event.target.closest(".pick");
    if (!pick) {
      return;
    }
    var summary = pick.querySelector("summary");
    var count = summary.querySelector(".pick-count");
    var ticked = Array.from(pick.querySelectorAll("input")).filter(function (input) {
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
  // A list that would stand out of the window opens to the other side.
  document.addEventListener(
    "toggle",
    function (event) {
      var pick = event.target.closest(".pick");
      if (!pick || !pick.open) {
        return;
      }
      pick.classList.remove("to-the-left");
      var list = pick.querySelector(".pick-list").getBoundingClientRect();
      pick.classList.toggle("to-the-left", list.right > document.documentElement.clientWidth);
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
