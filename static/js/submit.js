// What becomes of a form that is sent without htmx: a file, an upload, or a page.
// Browser stories: test_a_long_action_says_so_and_is_not_sent_twice,
// test_a_file_on_its_way_shows_how_much_has_arrived.

import { markBusy } from "./busy-button.js";
import { awaitDownload } from "./download.js";
import { carriesFiles, upload } from "./upload.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  // htmx has its own way with what it sends.
  if (event.defaultPrevented || form.method !== "post") {
    if (!event.defaultPrevented && form.hasAttribute("data-download")) {
      awaitDownload();
    }
    return;
  }
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  const button = event.submitter || form.querySelector("[type=submit]");
  const free = markBusy(form, button);
  if (form.hasAttribute("data-download")) {
    awaitDownload(free);
  } else if (carriesFiles(form)) {
    event.preventDefault();
    upload(form, event.submitter, button, free);
  }
});
