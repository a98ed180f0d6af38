// Ask before a page with unsaved words is left, unless it is left by sending them.
// Browser story: test_leaving_with_unsaved_text_is_asked_about_and_the_text_is_back_afterwards.

import { changed, forms } from "./form-fields.js";

let allowed = false;

/** Ask no more: what leads away saves the words or brings them back. */
export function allowLeaving() {
  allowed = true;
}

/** Ask no more for a second: a link that brings a file leaves the page where it is. */
export function allowDownload() {
  allowed = true;
  setTimeout(() => {
    allowed = false;
  }, 1000);
}

window.addEventListener("pageshow", () => {
  allowed = false;
});
window.addEventListener("beforeunload", (event) => {
  if (!allowed && forms().some(changed)) {
    event.preventDefault();
  }
});
