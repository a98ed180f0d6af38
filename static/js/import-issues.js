// The queue of confirmations: an answer takes its question away; the reader goes on where the next one is.
// Browser story: test_row_six_is_answered_question_by_question.

document.addEventListener("htmx:afterSettle", (event) => {
  const resolved = event.target.closest && event.target.closest("[data-resolved]");
  if (!resolved) {
    return;
  }
  const questions = Array.from(document.querySelectorAll("[data-issue]"));
  const next = questions.find((question) => resolved.compareDocumentPosition(question) & Node.DOCUMENT_POSITION_FOLLOWING);
  const goal = next || questions[0] || resolved;
  goal.scrollIntoView({ block: "nearest" });
  goal.focus({ preventScroll: true });
});
