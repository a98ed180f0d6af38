// The page of a draft: one key to the next question, and rows that unfold when something in them is asked for.
(function () {
  "use strict";

  function reveal(element) {
    for (var fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
  }

  function goTo(problem) {
    reveal(problem);
    problem.scrollIntoView({ block: "center" });
    problem.focus({ preventScroll: true });
  }

  // The first question behind where the reader is, else the first of all.
  function next() {
    var problems = Array.from(document.querySelectorAll("[data-draft-issue]"));
    var here = document.activeElement.closest("[data-draft-issue], .draft-row");
    var later = problems.find(function (problem) {
      return here && problem !== here && here.compareDocumentPosition(problem) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    if (later || problems[0]) {
      goTo(later || problems[0]);
    } else {
      document.getElementById("accept").scrollIntoView();
    }
  }

  document.addEventListener("keydown", function (event) {
    var writing = event.target.closest("input:not([type=checkbox]), textarea, select");
    var off = document.documentElement.dataset.keys === "off";
    if (event.key === "n" && !off && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      next();
    }
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-next-issue]")) {
      event.preventDefault();
      next();
    } else if (event.target.closest("[data-expand-all]")) {
      document.querySelectorAll(".draft-row").forEach(function (row) {
        row.open = true;
      });
    }
  });

  // An answer takes its question away; the reader goes on where the next one is.
  document.addEventListener("htmx:afterSwap", function (event) {
    var row = event.detail.target;
    if (event.detail.successful !== false && row.matches && row.matches(".draft-row")) {
      var fresh = document.getElementById(row.id);
      var open = fresh && fresh.querySelector("[data-draft-issue]");
      if (open) {
        goTo(open);
      } else if (fresh) {
        fresh.querySelector("summary").focus({ preventScroll: true });
      }
    }
  });

  function toAddressed() {
    var addressed = location.hash && document.getElementById(location.hash.slice(1));
    if (addressed) {
      if (addressed.matches("details")) {
        addressed.open = true;
      }
      if (addressed.matches("[data-draft-issue]")) {
        goTo(addressed);
      } else {
        reveal(addressed);
        addressed.scrollIntoView();
      }
    }
  }
  window.addEventListener("hashchange", toAddressed);
  toAddressed();
})();
