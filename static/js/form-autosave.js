// What somebody types is kept in this tab until it is saved: after a lost session, a reload or a crash it is back.
// Kept by account, so that nobody sees another's words; never passwords or files; gone with signing out.
// Browser story: test_unsaved_text_survives_a_lost_session.

import { CHOSEN, OWN_PREFIX, PREFIX, fields, forms, changed, isKept, isText, keyOf, valueOf } from "./form-fields.js";
import { allowLeaving } from "./leave-warning.js";

const SENT = "unsaved-sent";
const storage = window.sessionStorage;

if (document.body.dataset.account) {
  Object.keys(storage).forEach((key) => {
    if (key.startsWith(PREFIX) && !key.startsWith(OWN_PREFIX)) {
      storage.removeItem(key);
    }
  });
}

const navigation = performance.getEntriesByType("navigation")[0];
const status = (navigation && navigation.responseStatus) || 200;
const sent = storage.getItem(SENT);
// On the sign-in page, or one that says what went wrong, what was sent was not saved.
if (document.body.dataset.account && sent && status < 400) {
  storage.removeItem(sent);
}
storage.removeItem(SENT);

function keep(form) {
  if (changed(form)) {
    const values = fields(form).map((field) => [field.name, CHOSEN.indexOf(field.type) >= 0 ? field.value : "", valueOf(field)]);
    storage.setItem(keyOf(form), JSON.stringify(values));
  } else {
    storage.removeItem(keyOf(form));
  }
}

function bringBack(form) {
  const stored = storage.getItem(keyOf(form));
  // An answer that says what is wrong, has the words already.
  if (!stored || status >= 400) {
    return;
  }
  const remaining = JSON.parse(stored);
  let different = false;
  fields(form).forEach((field) => {
    const at = remaining.findIndex((entry) => entry[0] === field.name && (CHOSEN.indexOf(field.type) < 0 || entry[1] === field.value));
    if (at < 0) {
      return;
    }
    const value = remaining.splice(at, 1)[0][2];
    if (JSON.stringify(valueOf(field)) === JSON.stringify(value)) {
      return;
    }
    if (CHOSEN.indexOf(field.type) >= 0) {
      field.checked = value;
    } else if (Array.isArray(value)) {
      Array.from(field.options).forEach((option) => {
        option.selected = value.indexOf(option.value) >= 0;
      });
    } else {
      const former = field.value;
      field.value = value;
      if (field.value !== value) {
        // A choice that is not offered any more.
        field.value = former;
      }
    }
    different = different || isText(field);
  });
  // A text whose field the page does not have is shown; up to twelve letters it may be a choice.
  const without = remaining.filter((entry) => typeof entry[2] === "string" && entry[2].length > 12);
  if (!different && !without.length) {
    storage.removeItem(keyOf(form));
    return;
  }
  const box = document.getElementById("autosave-template").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-orphaned]").hidden = !without.length;
  without.forEach((entry) => {
    const text = document.createElement("p");
    text.className = "user-text";
    text.innerText = entry[2];
    box.querySelector(".message-text").append(text);
  });
  form.prepend(box);
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-discard]");
  if (button) {
    const form = button.closest("form");
    form.reset();
    storage.removeItem(keyOf(form));
    button.closest(".alert").remove();
    const first = fields(form).find(isText);
    first.focus();
  }
});

// A form that comes when its fold is opened comes at once where words wait for it.
document.querySelectorAll("details > [hx-trigger=opened]").forEach((part) => {
  const key = `${OWN_PREFIX + new URL(part.getAttribute("hx-get"), location.href).pathname}|`;
  if (Object.keys(storage).some((each) => each.startsWith(key))) {
    part.parentElement.open = true;
  }
});

// --- when --------------------------------------------------------------------------------------------------------

function relevant(target) {
  const form = target && target.form;
  return form && isKept(form) ? form : null;
}
["input", "change"].forEach((name) => {
  document.addEventListener(name, (event) => {
    const form = relevant(event.target);
    if (form) {
      storage.removeItem(SENT);
      keep(form);
    }
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") {
    // A question of the list takes the reader away like a link; what is written stays kept.
    return;
  }
  if (form.hasAttribute("data-logout")) {
    Object.keys(storage).forEach((key) => {
      if (key.startsWith(OWN_PREFIX)) {
        storage.removeItem(key);
      }
    });
    allowLeaving();
    return;
  }
  if (form.hasAttribute("hx-post") || form.hasAttribute("data-download")) {
    return;
  }
  if (form.hasAttribute("data-resend") && sent) {
    storage.setItem(SENT, sent);
  }
  if (forms().indexOf(form) >= 0) {
    keep(form);
    storage.setItem(SENT, keyOf(form));
  }
  allowLeaving();
});
// htmx has saved it: what was sent is what is in the register. Refused, or typed since, it is kept on.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, requestConfig, successful, xhr } = event.detail;
  const form = elt.closest("form[method=post]");
  const login = new URL(xhr.responseURL || location.href).pathname === document.body.dataset.login;
  if (!form || !successful || xhr.status >= 400 || login || requestConfig.verb === "get") {
    return;
  }
  fields(form).filter(isText).forEach((field) => {
    const sent = requestConfig.formData.get(field.name);
    field.defaultValue = sent === null ? field.value : sent;
  });
  keep(form);
});
// The words come back after it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh")) {
    allowLeaving();
  }
});

forms().forEach(bringBack);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) {
    forms()
      .filter((form) => event.target.contains(form))
      .forEach(bringBack);
  }
});
