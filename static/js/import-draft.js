// The page of a draft: one key to the next question, and rows that unfold when something in them is asked for.
// Browser stories: test_the_notice_becomes_the_register,
// test_quick_changes_of_several_fields_are_all_saved, test_the_next_question_may_be_on_another_page.

import { beginSaving, endSaving, isSaving } from "./draft-saving.js";
import { changed, differs, fields, isText, keyOf, plain } from "./form-fields.js";

const DRAFT_FORMS = ".draft-form, #facts form";

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

// The first question behind where the reader is, else that of another page, else the first of all. What is asked once
// for several rows, stands above them all.
function next() {
  const problems = Array.from(document.querySelectorAll("[data-draft-issue]")).filter(
    (problem) => !document.getElementById(problem.dataset.draftIssue)
  );
  const current = document.activeElement.closest("[data-draft-issue], .draft-row");
  const later = problems.find((problem) => current && problem !== current && current.compareDocumentPosition(problem) & Node.DOCUMENT_POSITION_FOLLOWING);
  const elsewhere = document.querySelector("[data-next-issue]");
  if (later) {
    goTo(later);
  } else if (elsewhere && elsewhere.dataset.nextIssue && (current || !problems[0])) {
    location.assign(elsewhere.dataset.nextIssue);
  } else if (problems[0]) {
    goTo(problems[0]);
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

// A column that is taken for something else has the file read again at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-read-again]")) {
    event.target.form.requestSubmit();
  }
});

// Leaving a field saves it: what a button sends waits for that, and goes out from the page as it is then; not at all
// where something is not saved, for the page that answers would not have it.
document.addEventListener("htmx:beforeRequest", beginSaving);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  endSaving(detail.xhr.status > 0 && detail.xhr.status < 400);
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.matches(DRAFT_FORMS)) {
    elt.toggleAttribute("data-unsaved", xhr.status >= 400);
  }
});
document.addEventListener(
  "submit",
  (event) => {
    const { submitter, target } = event;
    if (target.closest("#main") === null) {
      return;
    }
    const unsaved = isSaving() || !leavesPage(target) ? null : unsavedForm(target);
    if (!isSaving() && !unsaved) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (unsaved) {
      goToUnsaved(unsaved);
      return;
    }
    const part = target.closest("[id]").id;
    document.addEventListener(
      "htmx:afterRequest",
      ({ detail }) => {
        const refused = detail.requestConfig.elt.matches(DRAFT_FORMS) && (detail.xhr.status >= 400 || !detail.xhr.status);
        setTimeout(() => (refused ? goToUnsaved(unsavedForm()) : sendAgain(target, submitter, part)));
      },
      { once: true }
    );
  },
  true
);
// To throw the draft away, nothing has to be saved.
function leavesPage(form) {
  const isAnswer = form.hasAttribute("hx-post") && !form.hasAttribute("hx-trigger");
  return !isAnswer && form.elements.namedItem("action").value !== "discard";
}
function unsavedForm(except) {
  return Array.from(document.querySelectorAll(DRAFT_FORMS)).find((form) => form !== except && changed(form));
}
function goToUnsaved(form) {
  const texts = form ? fields(form).filter(isText) : [];
  if (texts.length) {
    goTo(texts.find(differs) || texts[0]);
  }
}
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
let saved = true;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target, xhr } = event.detail;
  const form = requestConfig.elt;
  if (form.matches(DRAFT_FORMS) && target !== form && target.contains(form)) {
    saved = xhr.status < 400;
    typedSince = fields(form)
      .filter((field) => isText(field) && plain(field.value) !== plain(String(requestConfig.formData.get(field.name))))
      .map((field) => [field.name, field.value]);
  }
});
// Before anybody else hears of the new row: its words are back, and nobody has to be told.
document.addEventListener(
  "htmx:load",
  (event) => {
    if (!typedSince || !event.target.matches(".draft-row, #facts")) {
      return;
    }
    const form = event.target.querySelector(DRAFT_FORMS);
    window.sessionStorage.removeItem(keyOf(form));
    const words = typedSince.filter(([name]) => form.elements.namedItem(name));
    typedSince = null;
    words.forEach(([name, value]) => {
      form.elements.namedItem(name).value = value;
    });
    if (!saved) {
      // Refused: the words wait for somebody to look at them, and are kept meanwhile.
      setTimeout(() => fields(form).find(isText).dispatchEvent(new Event("input", { bubbles: true })));
    } else if (words.length) {
      form.elements.namedItem(words[0][0]).dispatchEvent(new Event("change", { bubbles: true }));
    }
  },
  true
);

// An answer takes its question away; the reader goes on where the next one is.
document.addEventListener("htmx:afterSwap", (event) => {
  const row = event.detail.target;
  if (event.detail.successful !== false && row.matches && row.matches(".draft-row")) {
    const fresh = document.getElementById(row.id);
    if (event.detail.requestConfig.elt.matches(DRAFT_FORMS)) {
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
