// The queue of confirmations: an answer takes its question away; the reader goes on where the next one is.
(function () {
  "use strict";

  document.addEventListener("htmx:afterSettle", function (event) {
    var answered = event.target.closest && event.target.closest("[data-resolved]");
    if (!answered) {
      return;
    }
    var questions = Array.from(document.querySelectorAll("[data-issue]"));
    var next = questions.find(function (question) {
      return answered.compareDocumentPosition(question) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    var goal = next || questions[0] || answered;
    goal.scrollIntoView({ block: "nearest" });
    goal.focus({ preventScroll: true });
  });
})();
