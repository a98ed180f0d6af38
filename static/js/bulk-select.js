// Selecting rows of the list; without scripts the boxes and the bar below the list do the same.
(function () {
  "use strict";

  function boxes() {
    return Array.from(document.querySelectorAll("#results input[name=task]"));
  }

  function show() {
    var bar = document.getElementById("batch");
    if (!bar) {
      return;
    }
    var all = bar.querySelector("[data-select-all]");
    var every = boxes();
    var ticked = every.filter(function (box) {
      return box.checked;
    }).length;
    var count = bar.querySelector(".batch-count");
    var whole = all && all.checked;
    bar.classList.toggle("has-selection", ticked > 0 || Boolean(whole));
    count.hidden = Boolean(whole);
    count.textContent = ticked === 1 ? count.dataset.one : count.dataset.many.replace("%d", String(ticked));
    var head = document.querySelector("[data-select-page]");
    if (head) {
      head.checked = ticked > 0 && ticked === every.length;
      head.indeterminate = ticked > 0 && ticked < every.length;
    }
  }

  function tick(on) {
    boxes().forEach(function (box) {
      box.checked = on;
    });
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-select-page]")) {
      tick(event.target.checked);
    } else if (event.target.matches("[data-select-all]")) {
      // Who takes one row out again does not mean all that were found any more.
      tick(event.target.checked);
    } else if (event.target.matches("#results input[name=task]") && !event.target.checked) {
      var all = document.querySelector("[data-select-all]");
      if (all) {
        all.checked = false;
      }
    }
    show();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-select-none]")) {
      var all = document.querySelector("[data-select-all]");
      if (all) {
        all.checked = false;
      }
      tick(false);
      show();
      var first = document.querySelector("[data-select-page]");
      if (first) {
        first.focus();
      }
    }
  });

  document.addEventListener("htmx:afterSettle", show);
  // Back from another page the browser may have kept the ticks.
  window.addEventListener("pageshow", show);
  show();
})();
