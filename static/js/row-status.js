// Escape leaves the status of a row as it was, like the button beside «Save».
// Browser story: test_escape_leaves_the_status_of_a_row_as_it_was.

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && !event.isComposing && event.target.closest(".row-status-form");
  if (form) {
    const leave = form.querySelector("a[hx-get]");
    leave.focus();
    // Asked for at once: a link that has just come in is no request of htmx yet, and would open its own page.
    window.htmx.ajax("GET", leave.getAttribute("hx-get"), {
      source: leave,
      target: leave.getAttribute("hx-target"),
      swap: leave.getAttribute("hx-swap"),
    });
  }
});
