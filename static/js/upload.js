// Send a form with files: how much of them has arrived is said beside its button.
// Browser story: test_a_file_on_its_way_shows_how_much_has_arrived.

import { allowLeaving } from "./leave-warning.js";
import { toast } from "./toasts.js";

export function carriesFiles(form) {
  return Array.from(form.querySelectorAll("input[type=file]")).some((input) => input.files.length > 0);
}

/** Send the form by script, showing how much of its files has arrived, and show the answer. */
export function upload(form, submitter, button, free) {
  const data = new FormData(form);
  if (submitter && submitter.name) {
    data.append(submitter.name, submitter.value);
  }
  const pattern = document.getElementById("upload-template");
  const box = pattern.content.firstElementChild.cloneNode(true);
  const bar = box.querySelector("progress");
  const percent = box.querySelector(".upload-percent");
  (button || form.lastElementChild).insertAdjacentElement("afterend", box);

  const xhr = new XMLHttpRequest();
  xhr.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) {
      bar.value = (100 * event.loaded) / event.total;
      percent.textContent = `${Math.floor(bar.value)} %`;
    }
  });
  xhr.upload.addEventListener("load", () => {
    // The server reads it now, for how long nobody knows.
    bar.removeAttribute("value");
    box.classList.add("is-processing");
  });
  function over(what) {
    box.remove();
    free();
    if (what) {
      toast(what, "danger", xhr);
    }
  }
  xhr.addEventListener("error", () => {
    over("unreachable");
  });
  xhr.addEventListener("load", () => {
    const address = xhr.getResponseHeader("X-Redirected-To");
    if (address) {
      allowLeaving();
      const next = new URL(address, location.href);
      const isHere = next.pathname + next.search === location.pathname + location.search;
      location.assign(next);
      if (isHere && next.hash) {
        // A part of this page is only scrolled to; any other address is fetched already.
        location.reload();
      }
      return;
    }
    const html = (xhr.getResponseHeader("Content-Type") || "").indexOf("text/html") === 0;
    const answer = html && new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("main");
    // 507 is the form with what was typed: the disk is full.
    if (!answer || (xhr.status >= 500 && xhr.status !== 507)) {
      over("failed");
      return;
    }
    over("");
    const main = document.getElementById("main");
    main.replaceChildren(...document.importNode(answer, true).childNodes);
    window.htmx.process(main);
    window.htmx.trigger(main, "htmx:load", { elt: main });
    const firstError = main.querySelector("[aria-invalid=true], .is-invalid, [role=alert]") || main;
    if (firstError.tabIndex < 0) {
      firstError.setAttribute("tabindex", "-1");
    }
    firstError.scrollIntoView({ block: "center" });
    firstError.focus({ preventScroll: true });
  });
  xhr.open("POST", form.getAttribute("action") || location.href);
  xhr.setRequestHeader("X-Upload", "yes");
  xhr.send(data);
}
