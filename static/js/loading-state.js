// What takes its time says so: a form that was sent, a file on its way, an export being made, a part being fetched.
(function () {
  "use strict";

  // --- a form that was sent: its button says so, and it is not sent twice ----------------------------------------

  // After so long somebody may have stopped it, and sends it again.
  var PATIENCE = 20000;

  function word(name) {
    var place = document.getElementById("messages");
    return place ? place.dataset[name] : "";
  }

  function busy(form, button) {
    form.dataset.busy = "yes";
    var former = null;
    // Most answers come before anybody could read the word.
    var soon = setTimeout(function () {
      if (!button || !button.isConnected) {
        return;
      }
      var spinner = document.createElement("span");
      spinner.className = "spinner";
      spinner.setAttribute("aria-hidden", "true");
      former = Array.from(button.childNodes);
      button.classList.add("is-busy");
      button.setAttribute("aria-disabled", "true");
      button.replaceChildren(spinner, word("working"));
    }, 200);
    function free() {
      clearTimeout(soon);
      clearTimeout(late);
      delete form.dataset.busy;
      if (former) {
        button.classList.remove("is-busy");
        button.removeAttribute("aria-disabled");
        button.replaceChildren.apply(button, former);
      }
      window.removeEventListener("pageshow", free);
    }
    var late = setTimeout(free, PATIENCE);
    // Back from the page that answered: the browser may show this one as it was left.
    window.addEventListener("pageshow", free);
    return free;
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    // htmx has its own way with what it sends.
    if (event.defaultPrevented || form.method !== "post") {
      if (!event.defaultPrevented && form.hasAttribute("data-download")) {
        making();
      }
      return;
    }
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    var button = event.submitter || form.querySelector("[type=submit]");
    var free = busy(form, button);
    if (form.hasAttribute("data-download")) {
      making(free);
    } else if (carriesFiles(form)) {
      event.preventDefault();
      upload(form, event.submitter, button, free);
    }
  });

  // --- a file on its way: how much of it has arrived -------------------------------------------------------------

  function carriesFiles(form) {
    return Array.from(form.querySelectorAll("input[type=file]")).some(function (input) {
      return input.files.length > 0;
    });
  }

  function upload(form, submitter, button, free) {
    var data = new FormData(form);
    if (submitter && submitter.name) {
      data.append(submitter.name, submitter.value);
    }
    var pattern = document.getElementById("upload-template");
    var box = pattern.content.firstElementChild.cloneNode(true);
    var bar = box.querySelector("progress");
    var percent = box.querySelector(".upload-percent");
    (button || form.lastElementChild).insertAdjacentElement("afterend", box);

    var xhr = new XMLHttpRequest();
    xhr.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) {
        bar.value = (100 * event.loaded) / event.total;
        percent.textContent = Math.floor(bar.value) + " %";
      }
    });
    xhr.upload.addEventListener("load", function () {
      // The server reads it now, for how long nobody knows.
      bar.removeAttribute("value");
      box.classList.add("is-processing");
    });
    function over(what) {
      box.remove();
      free();
      if (what) {
        document.dispatchEvent(new CustomEvent("app:toast", { detail: { what: what, level: "danger" } }));
      }
    }
    xhr.addEventListener("error", function () {
      over("unreachable");
    });
    xhr.addEventListener("load", function () {
      var address = xhr.getResponseHeader("X-Redirected-To");
      if (address) {
        document.dispatchEvent(new CustomEvent("app:navigating"));
        var next = new URL(address, location.href);
        location.assign(next);
        if (next.pathname + next.search === location.pathname + location.search) {
          location.reload();
        }
        return;
      }
      var html = (xhr.getResponseHeader("Content-Type") || "").indexOf("text/html") === 0;
      var answer = html && new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("main");
      if (!answer || xhr.status >= 500) {
        over("failed");
        return;
      }
      over("");
      var main = document.getElementById("main");
      main.replaceChildren.apply(main, Array.from(document.importNode(answer, true).childNodes));
      dress(main);
      htmx.process(main);
      var wrong = main.querySelector("[aria-invalid=true], .is-invalid, [role=alert]") || main;
      if (wrong.tabIndex < 0) {
        wrong.setAttribute("tabindex", "-1");
      }
      wrong.scrollIntoView({ block: "center" });
      wrong.focus({ preventScroll: true });
    });
    xhr.open("POST", form.getAttribute("action") || location.href);
    xhr.setRequestHeader("X-Upload", "yes");
    xhr.send(data);
  }

  // --- a file being made: the answer that brings it takes the cookie away (meetings.middleware) ------------------

  var COOKIE = "file_in_making";

  function making(done) {
    document.cookie = COOKIE + "=1; path=/; max-age=180; samesite=lax";
    var said = false;
    var began = Date.now();
    var watch = setInterval(function () {
      var waits = document.cookie.split("; ").some(function (cookie) {
        return cookie.indexOf(COOKIE + "=") === 0;
      });
      if (!waits) {
        clearInterval(watch);
        document.dispatchEvent(new CustomEvent("app:toast-clear", { detail: { what: "making" } }));
        if (done) {
          done();
        }
      } else if (!said && Date.now() - began > 500) {
        said = true;
        document.dispatchEvent(new CustomEvent("app:toast", { detail: { what: "making", level: "info" } }));
      }
    }, 200);
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    if (link.hasAttribute("data-download") || new URL(link.href, location.href).searchParams.has("export")) {
      document.dispatchEvent(new CustomEvent("app:download"));
      making();
    }
  });

  // --- a part being fetched: a line on top of the page, after a moment (app.css) ----------------------------

  var asked = 0;
  function count(by) {
    asked = Math.max(asked + by, 0);
    document.documentElement.classList.toggle("is-loading", asked > 0);
  }
  document.addEventListener("htmx:beforeSend", function () {
    count(1);
  });
  document.addEventListener("htmx:afterRequest", function () {
    count(-1);
  });

  // --- choosing a file: with our words, not the browser's, which speaks its own language --------------------------

  function dress(root) {
    var pattern = document.getElementById("file-template");
    root.querySelectorAll("input[type=file]").forEach(function (input) {
      if (pattern && !input.closest(".file-field")) {
        var field = pattern.content.firstElementChild.cloneNode(true);
        input.replaceWith(field);
        field.prepend(input);
      }
    });
  }
  dress(document);
  document.addEventListener("htmx:load", function (event) {
    dress(event.target);
  });
  document.addEventListener("change", function (event) {
    var names = event.target.type === "file" && event.target.closest(".file-field") && event.target.parentElement.querySelector(".file-names");
    if (names) {
      var chosen = Array.from(event.target.files).map(function (file) {
        return file.name;
      });
      names.textContent = chosen.join(", ") || names.dataset.none;
    }
  });
})();
