// Say on its button that a form was sent, and send it once.
// Browser story: test_a_long_action_says_so_and_is_not_sent_twice.

// After so long somebody may have stopped it, and sends it again.
const PATIENCE = 20000;

/** Say on its button that a form was sent; return the function that takes it back. */
export function markBusy(form, button) {
  form.dataset.busy = "yes";
  let former = null;
  let late = 0;
  // Most answers come before anybody could read the word.
  const soon = setTimeout(() => {
    if (!button || !button.isConnected) {
      return;
    }
    const spinner = document.createElement("span");
    spinner.className = "spinner";
    spinner.setAttribute("aria-hidden", "true");
    former = Array.from(button.childNodes);
    button.classList.add("is-busy");
    button.setAttribute("aria-disabled", "true");
    button.replaceChildren(spinner, document.getElementById("messages")?.dataset.working ?? "");
  }, 200);
  function free() {
    clearTimeout(soon);
    clearTimeout(late);
    delete form.dataset.busy;
    if (former) {
      button.classList.remove("is-busy");
      button.removeAttribute("aria-disabled");
      button.replaceChildren(...former);
    }
    window.removeEventListener("pageshow", free);
  }
  late = setTimeout(free, PATIENCE);
  // Back from the page that answered: the browser may show this one as it was left.
  window.addEventListener("pageshow", free);
  return free;
}
