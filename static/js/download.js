// Say that a file is being made: the answer that brings it takes the cookie away (meetings.middleware).
// Browser story: test_a_file_being_made_is_said_until_it_is_there.

import { allowDownload } from "./leave-warning.js";
import { clearToast, toast } from "./toasts.js";

const COOKIE = "file_in_making";

/** Tell that a file is being made until its cookie has gone, then call `done`. */
export function awaitDownload(done) {
  document.cookie = `${COOKIE}=1; path=/; max-age=180; samesite=lax`;
  let isAnnounced = false;
  const began = Date.now();
  const watch = setInterval(() => {
    const waits = document.cookie.split("; ").some((cookie) => cookie.indexOf(`${COOKIE}=`) === 0);
    if (!waits) {
      clearInterval(watch);
      clearToast("making");
      if (done) {
        done();
      }
    } else if (!isAnnounced && Date.now() - began > 500) {
      isAnnounced = true;
      toast("making", "info");
    }
  }, 200);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (link.hasAttribute("data-download") || new URL(link.href, location.href).searchParams.has("export")) {
    allowDownload();
    awaitDownload();
  }
});
