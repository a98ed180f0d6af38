// Selecting rows of the list; without scripts the boxes and the bar below the list do the same.
// Browser story: test_one_status_then_several_tasks_are_changed_in_the_list_and_undone.

function boxes() {
  return Array.from(document.querySelectorAll("#results input[name=task]"));
}

function show() {
  const bar = document.getElementById("batch");
  if (!bar) {
    return;
  }
  const all = bar.querySelector("[data-select-all]");
  const every = boxes();
  const ticked = every.filter((box) => box.checked).length;
  const count = bar.querySelector(".batch-count");
  const whole = all && all.checked;
  bar.classList.toggle("has-selection", ticked > 0 || Boolean(whole));
  count.hidden = Boolean(whole);
  count.textContent = ticked === 1 ? count.dataset.one : count.dataset.many.replace("%d", String(ticked));
  const head = document.querySelector("[data-select-page]");
  if (head) {
    head.checked = ticked > 0 && ticked === every.length;
    head.indeterminate = ticked > 0 && ticked < every.length;
  }
}

function tick(on) {
  boxes().forEach((box) => {
    box.checked = on;
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-page]")) {
    tick(event.target.checked);
  } else if (event.target.matches("[data-select-all]")) {
    // Who takes one row out again does not mean all that were found any more.
    tick(event.target.checked);
  } else if (event.target.matches("#results input[name=task]") && !event.target.checked) {
    const all = document.querySelector("[data-select-all]");
    if (all) {
      all.checked = false;
    }
  }
  show();
});

// With the shift key, all between this box and the one before are as this one.
let former = null;

document.addEventListener("click", (event) => {
  if (event.target.matches("#results input[name=task]")) {
    const every = boxes();
    const ends = [every.indexOf(former), every.indexOf(event.target)].sort((one, other) => one - other);
    if (event.shiftKey && ends[0] >= 0) {
      every.slice(ends[0], ends[1]).forEach((box) => {
        box.checked = event.target.checked;
      });
    }
    former = event.target;
  } else if (event.target.closest("[data-tick-page]")) {
    tick(true);
    show();
  }
  if (event.target.closest("[data-select-none]")) {
    const all = document.querySelector("[data-select-all]");
    if (all) {
      all.checked = false;
    }
    tick(false);
    show();
    const first = document.querySelector("[data-select-page]");
    if (first) {
      first.focus();
    }
  }
});

document.addEventListener("htmx:afterSettle", show);
// Back from another page the browser may have kept the ticks.
window.addEventListener("pageshow", show);
show();
