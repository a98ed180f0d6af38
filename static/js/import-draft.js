// The page of a draft: one key to the next question, and rows that unfold when something in them is asked for.
// Browser story: test_import.

function reveal(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) {
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
  const problems = Array.from(document.querySelectorAll("[data-draft-issue]"));
  const here = document.activeElement.closest("[data-draft-issue], .draft-row");
  const later = problems.find((problem) => here && problem !== here && here.compareDocumentPosition(problem) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (later || problems[0]) {
    goTo(later || problems[0]);
  } else {
    document.getElementById("accept").scrollIntoView();
  }
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=checkbox]), textarea, select");
  const off = document.documentElement.dataset.keys === "off";
  if (event.key === "n" && !off && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    next();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-next-issue]")) {
    event.preventDefault();
    next();
  } else if (event.target.closest("[data-expand-all]")) {
    document.querySelectorAll(".draft-row").forEach((row) => {
      row.open = true;
    });
  }
});

// An answer takes its question away; the reader goes on where the next one is.
document.addEventListener("htmx:afterSwap", (event) => {
  const row = event.detail.target;
  if (event.detail.successful !== false && row.matches && row.matches(".draft-row")) {
    const fresh = document.getElementById(row.id);
    const open = fresh && fresh.querySelector("[data-draft-issue]");
    if (open) {
      goTo(open);
    } else if (fresh) {
      fresh.querySelector("summary").focus({ preventScroll: true });
    }
  }
});

function toAddressed() {
  const addressed = location.hash && document.getElementById(location.hash.slice(1));
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
