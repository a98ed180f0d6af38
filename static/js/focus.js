// Keep the focus through what htmx replaces.
// Browser story: test_the_focus_is_never_lost_when_a_part_of_the_page_is_fetched.
//
// What htmx takes away may have the focus. It goes to the same thing in what came instead: by id or data-focus-key,
// by the name and value of a field, by the address of a link; else to the nearest part around it that is still
// there. A reader who uses keys is never sent back to the top of the page.
let held = null;

function candidates(element) {
  const selectors = [];
  const named = element.name && `${element.localName}[name='${CSS.escape(element.name)}']`;
  if (element.type === "checkbox" || element.type === "radio" || element.localName === "button") {
    selectors.push(named && `${named}[value='${CSS.escape(element.value)}']`);
  }
  for (const key of [element.id, element.dataset.focusKey].filter(Boolean)) {
    selectors.push(`#${CSS.escape(key)}`, `[data-focus-key='${CSS.escape(key)}']`);
  }
  selectors.push(named);
  if (element.localName === "a" && element.getAttribute("href")) {
    selectors.push(`a[href='${CSS.escape(element.getAttribute("href"))}']`);
  }
  return selectors.filter(Boolean);
}

document.addEventListener("htmx:beforeRequest", () => {
  hold();
});
document.addEventListener("htmx:beforeSwap", () => {
  hold();
});
function hold() {
  const element = document.activeElement;
  if (!element || element === document.body) {
    return;
  }
  const around = [];
  for (let part = element.parentElement; part && part !== document.body; part = part.parentElement) {
    if (part.id) {
      around.push(part.id);
    }
  }
  held = { element, selectors: candidates(element), around, caret: caretOf(element) };
}

// Where somebody is typing, or what they have marked to type over; a number or a day has none.
function caretOf(element) {
  try {
    return typeof element.selectionStart === "number" ? [element.selectionStart, element.selectionEnd] : null;
  } catch {
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
  const active = document.activeElement;
  if (active && active !== document.body) {
    // htmx gives the focus back to a field with an id, but not a mark that begins at its first letter.
    if (held.caret && held.caret[0] === 0 && active.id && active.id === held.element.id && caretOf(active)) {
      active.setSelectionRange(held.caret[0], held.caret[1]);
      held = null;
    }
    return;
  }
  const parts = held.around.map((id) => document.getElementById(id));
  const nearest = parts.find(visible) || document.getElementById("main");
  let target = null;
  [nearest, document].some((root) => held.selectors.some((selector) => {
      target = Array.from(root.querySelectorAll(selector)).find(visible);
      return target;
    }));
  if (!target && nearest.id !== "main") {
    target = Array.from(nearest.querySelectorAll("a[href], button, input, select, textarea")).find(visible);
  }
  if (!target) {
    target = nearest;
    if (!target.hasAttribute("tabindex") && target.tabIndex < 0) {
      target.setAttribute("tabindex", "-1");
    }
  }
  target.focus({ preventScroll: true });
  if (held.caret && target.localName === held.element.localName && caretOf(target)) {
    target.setSelectionRange(held.caret[0], held.caret[1]);
  }
}
document.addEventListener("htmx:afterSwap", release);
document.addEventListener("htmx:afterSettle", release);

// Where the address names a part of the page, the browser passes over the field that is to have the focus.
// Browser story: test_a_later_deadline_is_decided_in_three.
window.addEventListener("load", () => {
  if (location.hash && document.activeElement === document.body) {
    document.querySelector("#main [autofocus]")?.focus({ preventScroll: true });
  }
});
