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

// Leaving the field asks nothing a second time: the list would come anew and close the menu that was just opened.
// Browser story: test_the_export_follows_the_filters_that_htmx_set.
window.addEventListener("change", (event) => {
  if (event.target.type === "search" && event.target.form?.matches("[hx-trigger*='input changed']")) {
    event.stopImmediatePropagation();
  }
}, true);
