// The search page by keyboard: down from the box into the results, up and down between them, Escape back to the box.
// Browser story: test_a_person_is_found_by_initials_and_opened_by_the_keyboard_alone.

const box = document.getElementById("search-words");

function hits() {
  return Array.from(document.querySelectorAll("#search-results .search-hit"));
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = hits();
  const at = all.indexOf(document.activeElement);
  if (event.key === "Escape" && at >= 0) {
    box.focus();
    return;
  }
  if (!step || event.altKey || event.ctrlKey || event.metaKey || (at < 0 && document.activeElement !== box)) {
    return;
  }
  const next = at < 0 ? (step > 0 ? all[0] : null) : all[at + step] || (step < 0 ? box : null);
  if (next) {
    event.preventDefault();
    next.focus();
  }
});
// Who comes with words goes on typing behind them.
box.setSelectionRange(box.value.length, box.value.length);
