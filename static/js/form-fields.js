// The forms whose words are kept, their fields, and the key they are kept by.
// Browser story: test_what_another_typed_is_not_shown_to_who_signs_in_after_them.

const account = document.body.dataset.account;
/** What the keys of this account begin with, and those of any. */
export const PREFIX = "unsaved:";
export const OWN_PREFIX = `${PREFIX}${account}:`;

const NOT_KEPT = ["hidden", "password", "file", "submit", "button", "reset", "image"];
export const CHOSEN = ["checkbox", "radio"];

/** Return the forms whose words are kept: with no account, none. */
export function forms() {
  return Array.from(document.querySelectorAll("form[method=post]")).filter(
    (form) => isKept(form) && fields(form).some(isText)
  );
}

export function isKept(form) {
  return Boolean(account) && form.method === "post" && !form.hasAttribute("data-no-autosave");
}

export function fields(form) {
  return Array.from(form.elements).filter(
    (field) =>
      field.name &&
      field.localName !== "fieldset" &&
      field.localName !== "output" &&
      NOT_KEPT.indexOf(field.type) < 0 &&
      !field.readOnly
  );
}

export function isText(field) {
  return field.localName === "textarea" || (field.localName === "input" && CHOSEN.indexOf(field.type) < 0);
}

export function plain(text) {
  return text.replace(/\r\n?/g, "\n");
}

export function differs(field) {
  return isText(field) && plain(field.value) !== plain(field.defaultValue);
}

/** Whether a form has words that are not saved: typed since the page came, or refused by the server. */
export function changed(form) {
  return form.hasAttribute("data-unsaved") || fields(form).some(differs);
}

// By its address and by what it is about, which its hidden fields say; never by its place on the page.
export function keyOf(form) {
  const about = Array.from(form.elements)
    .filter((field) => field.type === "hidden" && !field.hasAttribute("data-autosave-ignore") && ["csrfmiddlewaretoken", "version", "next", "status_was", "understood"].indexOf(field.name) < 0)
    .map((field) => `${field.name}=${field.value}`);
  return `${OWN_PREFIX + new URL(form.getAttribute("action") || location.href, location.href).pathname}|${about.join("&")}`;
}

export function valueOf(field) {
  if (CHOSEN.indexOf(field.type) >= 0) {
    return field.checked;
  }
  if (field.multiple && field.localName === "select") {
    return Array.from(field.selectedOptions).map((option) => option.value);
  }
  return field.value;
}
