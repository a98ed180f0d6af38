// Show a message above the page. #messages has the words, in the reader's language.
// Browser story: test_a_message_is_in_sight_wherever_the_page_is_and_closes.

/** Show the message whose words are in `data-<what>` of #messages, or those that an answer brought. */
export function toast(what, level, answer) {
  const place = document.getElementById("messages");
  const pattern = document.getElementById("message-template");
  if (!place || !pattern || !place.dataset[what]) {
    return;
  }
  const box = pattern.content.firstElementChild.cloneNode(true);
  box.classList.add(`alert-${level}`);
  box.setAttribute("role", level === "danger" ? "alert" : "status");
  const fault = answer && answer.getResponseHeader("X-Fault");
  box.querySelector(".message-text").textContent = fault ? decodeURIComponent(fault) : place.dataset[what];
  box.dataset.toast = what;
  place.querySelectorAll("[data-toast]").forEach((former) => {
    former.remove();
  });
  place.append(box);
}

export function clearToast(what) {
  document.querySelectorAll(`[data-toast='${what}']`).forEach((box) => {
    box.remove();
  });
}

document.addEventListener("htmx:responseError", (event) => toast("failed", "danger", event.detail.xhr));
document.addEventListener("htmx:sendError", () => toast("unreachable", "danger"));
document.addEventListener("htmx:timeout", () => toast("unreachable", "danger"));

// [data-close]: a message that has been read. The focus goes on to what the message stood before.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close]");
  if (button) {
    button.closest(".alert").remove();
    document.getElementById("main").focus({ preventScroll: true });
  }
});
