// What of a draft is being saved just now: a link to another page of it waits for that, and is not followed where
// something was refused. Browser story: test_what_was_typed_is_saved_before_the_next_page.

let running = 0;
let waiting = null;

export function isSaving() {
  return running > 0;
}
export function beginSaving() {
  running += 1;
}
export function endSaving(isSaved) {
  running -= 1;
  waiting = isSaved ? waiting : null;
  // What else was typed is on its way by then.
  setTimeout(() => {
    if (!running && waiting) {
      const link = waiting;
      waiting = null;
      link.click();
    }
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#main a[href]");
  const isPlain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (link && running && isPlain && link.pathname === location.pathname && link.search !== location.search) {
    event.preventDefault();
    waiting = link;
  }
});
