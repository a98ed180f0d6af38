// What somebody types is kept in this tab until it is saved: after a lost session, a reload or a crash it is back.
// Kept by account, so that nobody sees another's words; never passwords or files; gone with signing out.
(function () {
  "use strict";

  var PREFIX = "unsaved:";
  var SENT = "unsaved-sent";
  var account = document.body.dataset.account;
  var kept = window.sessionStorage;

  if (!account) {
    // Signing in, or what went wrong: what was sent was not saved.
    kept.removeItem(SENT);
    return;
  }

  var mine = PREFIX + account + ":";
  Object.keys(kept).forEach(function (key) {
    if (key.indexOf(PREFIX) === 0 && key.indexOf(mine) !== 0) {
      kept.removeItem(key);
    }
  });

  var navigation = performance.getEntriesByType("navigation")[0];
  var status = (navigation && navigation.responseStatus) || 200;
  if (kept.getItem(SENT) && status < 400) {
    kept.removeItem(kept.getItem(SENT));
  }
  kept.removeItem(SENT);

  // --- forms and their words -------------------------------------------------------------------------------------

  var NOT_KEPT = ["hidden", "password", "file", "submit", "button", "reset", "image"];
  var CHOSEN = ["checkbox", "radio"];

  function forms() {
    return Array.from(document.querySelectorAll("form[method=post]")).filter(function (form) {
      return !form.hasAttribute("data-no-autosave") && fields(form).some(isText);
    });
  }

  function fields(form) {
    return Array.from(form.elements).filter(function (field) {
      return field.name && field.localName !== "fieldset" && field.localName !== "output" && NOT_KEPT.indexOf(field.type) < 0 && !field.readOnly;
    });
  }

  function isText(field) {
    return field.localName === "textarea" || (field.localName === "input" && CHOSEN.indexOf(field.type) < 0);
  }

  function plain(text) {
    return text.replace(/\r\n?/g, "\n");
  }

  function changed(form) {
    return (
      form.hasAttribute("data-restored") ||
      fields(form).some(function (field) {
        return isText(field) && plain(field.value) !== plain(field.defaultValue);
      })
    );
  }

  // By its address and by what it is about, which its hidden fields say; never by its place on the page.
  function keyOf(form) {
    var about = Array.from(form.elements)
      .filter(function (field) {
        return field.type === "hidden" && !field.hasAttribute("data-autosave-ignore") && ["csrfmiddlewaretoken", "version", "next", "status_was", "understood"].indexOf(field.name) < 0;
      })
      .map(function (field) {
        return field.name + "=" + field.value;
      });
    return mine + new URL(form.getAttribute("action") || location.href, location.href).pathname + "|" + about.join("&");
  }

  function valueOf(field) {
    if (CHOSEN.indexOf(field.type) >= 0) {
      return field.checked;
    }
    if (field.multiple && field.localName === "select") {
      return Array.from(field.selectedOptions).map(function (option) {
        return option.value;
      });
    }
    return field.value;
  }

  function keep(form) {
    if (changed(form)) {
      var words = fields(form).map(function (field) {
        return [field.name, CHOSEN.indexOf(field.type) >= 0 ? field.value : "", valueOf(field)];
      });
      kept.setItem(keyOf(form), JSON.stringify(words));
    } else {
      kept.removeItem(keyOf(form));
    }
  }

  function bringBack(form) {
    var written = kept.getItem(keyOf(form));
    // What the server brought back, or an answer that says what is wrong, has the words already.
    if (!written || status >= 400 || form.hasAttribute("data-restored")) {
      return;
    }
    var left = JSON.parse(written);
    var different = false;
    fields(form).forEach(function (field) {
      var at = left.findIndex(function (entry) {
        return entry[0] === field.name && (CHOSEN.indexOf(field.type) < 0 || entry[1] === field.value);
      });
      if (at < 0) {
        return;
      }
      var value = left.splice(at, 1)[0][2];
      if (JSON.stringify(valueOf(field)) === JSON.stringify(value)) {
        return;
      }
      if (CHOSEN.indexOf(field.type) >= 0) {
        field.checked = value;
      } else if (Array.isArray(value)) {
        Array.from(field.options).forEach(function (option) {
          option.selected = value.indexOf(option.value) >= 0;
        });
      } else {
        var former = field.value;
        field.value = value;
        if (field.value !== value) {
          // A choice that is not offered any more.
          field.value = former;
        }
      }
      different = different || isText(field);
    });
    // A text whose field the page does not have is shown; up to twelve letters it may be a choice (meetings.accounts.form_recovery.SHORT).
    var without = left.filter(function (entry) {
      return typeof entry[2] === "string" && entry[2].length > 12;
    });
    if (!different && !without.length) {
      kept.removeItem(keyOf(form));
      return;
    }
    var box = document.getElementById("autosave-template").content.firstElementChild.cloneNode(true);
    box.querySelector("[data-orphaned]").hidden = !without.length;
    without.forEach(function (entry) {
      var text = document.createElement("p");
      text.className = "pre-line";
      text.textContent = entry[2];
      box.querySelector(".message-text").append(text);
    });
    form.prepend(box);
    for (var fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-discard]");
    if (button) {
      var form = button.closest("form");
      form.reset();
      kept.removeItem(keyOf(form));
      button.closest(".alert").remove();
      var first = fields(form).find(isText);
      first.focus();
    }
  });

  // --- when --------------------------------------------------------------------------------------------------------

  function relevant(target) {
    var form = target && target.form;
    return form && form.method === "post" && !form.hasAttribute("data-no-autosave") ? form : null;
  }
  ["input", "change"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var form = relevant(event.target);
      if (form) {
        kept.removeItem(SENT);
        keep(form);
      }
    });
  });

  var leaving = false;
  document.addEventListener("app:navigating", function () {
    leaving = true;
  });
  window.addEventListener("pageshow", function () {
    leaving = false;
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") {
      // A question of the list takes the reader away like a link; what is written stays kept.
      return;
    }
    if (form.hasAttribute("data-logout")) {
      Object.keys(kept).forEach(function (key) {
        if (key.indexOf(mine) === 0) {
          kept.removeItem(key);
        }
      });
      leaving = true;
      return;
    }
    if (form.hasAttribute("hx-post") || form.hasAttribute("data-download")) {
      return;
    }
    if (forms().indexOf(form) >= 0) {
      keep(form);
      kept.setItem(SENT, keyOf(form));
    }
    leaving = true;
  });
  document.addEventListener("app:download", function () {
    // A link that brings a file leaves the page where it is.
    leaving = true;
    setTimeout(function () {
      leaving = false;
    }, 1000);
  });

  // htmx has saved it: what stands in the fields is what is in the register.
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt.closest("form[method=post]");
    var login = new URL(event.detail.xhr.responseURL || location.href).pathname === document.body.dataset.login;
    if (!form || !event.detail.successful || login || event.detail.requestConfig.verb === "get") {
      return;
    }
    kept.removeItem(keyOf(form));
    form.removeAttribute("data-restored");
    fields(form).filter(isText).forEach(function (field) {
      field.defaultValue = field.value;
    });
  });

  window.addEventListener("beforeunload", function (event) {
    if (!leaving && forms().some(changed)) {
      event.preventDefault();
    }
  });

  forms().forEach(bringBack);
  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) {
      forms()
        .filter(function (form) {
          return event.target.contains(form);
        })
        .forEach(bringBack);
    }
  });
})();
