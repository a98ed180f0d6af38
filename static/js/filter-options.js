// What a filter offers, or a fold holds, comes when it is opened. Options are searched on the server by words, pinyin or
// initials.
// Browser story: test_a_long_filter_is_searched_and_what_is_ticked_stays_in_sight.

const FIND = "[data-filter-options]";
let opened = null;
let entered = null;

function fetchOptions(fold) {
  const list = fold.open && fold.querySelector(":scope > [hx-trigger='opened']");
  if (list && !list.querySelector(".pick-boxes")) {
    opened = fold;
    list.dispatchEvent(new CustomEvent("opened"));
  }
}
document.addEventListener("toggle", (event) => {
  fetchOptions(event.target);
}, true);
// Who was faster than the scripts.
window.addEventListener("load", () => {
  document.querySelectorAll("details[open]").forEach(fetchOptions);
});
// What is typed to find an option changes nothing in the list.
["change", "search"].forEach((name) => {
  document.addEventListener(name, (event) => {
    if (event.target.matches && event.target.matches(FIND)) {
      event.stopPropagation();
    }
  }, true);
});
// Enter ticks the one that is found, and does not send the form; who types fast means what was typed.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(FIND)) {
    event.preventDefault();
    entered = event.target;
    tickEntered();
  }
});
function tickEntered() {
  const words = entered && entered.value.trim();
  const boxes = entered && entered.closest("fieldset").querySelector(".pick-boxes");
  if (!entered || boxes.dataset.find !== words) {
    return;
  }
  entered = null;
  const unchecked = boxes.querySelectorAll("input:not(:checked)");
  if (words && unchecked.length === 1) {
    unchecked[0].click();
  }
}
document.addEventListener("htmx:afterSettle", () => {
  tickEntered();
  // Who opens a long list begins to type, unless they have gone on meanwhile.
  const field = opened && opened.open && opened.querySelector(`:scope > fieldset > .pick-find > ${FIND}`);
  if (field) {
    const waits = [opened.querySelector("summary"), document.body].includes(document.activeElement);
    opened = null;
    if (waits && window.matchMedia("(pointer: fine)").matches) {
      field.focus();
    }
  }
});
