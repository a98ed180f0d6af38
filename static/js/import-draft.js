// The page of a draft: one key to the next question, and rows that unfold when something in them is asked for.
// Browser stories: test_the_notice_becomes_the_register,
// test_quick_changes_of_several_fields_are_all_saved.

import { keyOf } from "./form-fields.js";

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

// Leaving a field saves it: what a button sends waits for that, and goes out from the page as it is then.
let saving = 0;
document.addEventListener("htmx:beforeRequest", () => {
  saving += 1;
});
document.addEventListener("htmx:afterRequest", () => {
  saving -= 1;
});
document.addEventListener(
  "submit",
  (event) => {
    const { submitter, target } = event;
    if (!saving || target.closest("#main") === null) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const part = target.closest("[id]").id;
    document.addEventListener("htmx:afterRequest", () => setTimeout(() => sendAgain(target, submitter, part)), { once: true });
  },
  true
);
function sendAgain(form, submitter, part) {
  if (form.isConnected && submitter.isConnected) {
    form.requestSubmit(submitter);
    return;
  }
  const same = Array.from(document.getElementById(part).querySelectorAll("button[type=submit]")).find(
    (button) => button.name === submitter.name && button.value === submitter.value
  );
  same.form.requestSubmit(same);
}

// A row comes anew where a save gave other fields of it a value, such as the tasks that one text numbers. What was
// typed in it since the save was sent is put back, and saved in its turn.
let typedSince = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target } = event.detail;
  if (target.matches(".draft-row") && requestConfig.elt.matches(".draft-form")) {
    typedSince = Array.from(requestConfig.elt.querySelectorAll("textarea, input:not([type=hidden])"))
      .filter((field) => lines(field.value) !== lines(requestConfig.formData.get(field.name)))
      .map((field) => [field.name, field.value]);
  }
});
function lines(text) {
  return String(text).replace(/\r\n?/g, "\n");
}
// Before anybody else hears of the new row: its words are back, and nobody has to be told.
document.addEventListener(
  "htmx:load",
  (event) => {
    if (!typedSince || !event.target.matches(".draft-row")) {
      return;
    }
    const form = event.target.querySelector(".draft-form");
    window.sessionStorage.removeItem(keyOf(form));
    const fields = typedSince.map(([name, value]) => {
      const field = form.elements[name];
      field.value = value;
      return field;
    });
    typedSince = null;
    if (fields.length) {
      fields[0].dispatchEvent(new Event("change", { bubbles: true }));
    }
  },
  true
);

// An answer takes its question away; the reader goes on where the next one is.
document.addEventListener("htmx:afterSwap", (event) => {
  const row = event.detail.target;
  if (event.detail.successful !== false && row.matches && row.matches(".draft-row")) {
    const fresh = document.getElementById(row.id);
    if (event.detail.requestConfig.elt.matches(".draft-form")) {
      return;
    }
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
    if (addressed.matches("[data-draft-issue], input, textarea")) {
      goTo(addressed);
    } else {
      reveal(addressed);
      addressed.scrollIntoView();
    }
  }
}
window.addEventListener("hashchange", toAddressed);
toAddressed();
