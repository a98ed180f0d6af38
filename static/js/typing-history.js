// What is typed replaces the entry of the history: Back leaves a search at once. A filter, a sort or a page is an entry.
// Browser story: test_back_leaves_what_was_typed_at_once.

let isTyped = false;

document.addEventListener("htmx:configRequest", (event) => {
  isTyped = event.detail.triggeringEvent?.type === "input";
});
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  if (isTyped && event.detail.history.type === "push") {
    event.detail.history.type = "replace";
  }
});
