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
})();
