// Open the dialog whose id a button names in [data-dialog]; one that is not in the page comes from [data-dialog-from].
// Browser story: test_single_keys_can_be_switched_off_and_stay_so.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-dialog]");
  if (!button) {
    return;
  }
  const { dialog, dialogFrom } = button.dataset;
  if (!document.getElementById(dialog)) {
    await window.htmx.ajax("GET", dialogFrom, { target: "body", swap: "beforeend" });
  }
  // None where it could not be fetched, which a message says.
  document.getElementById(dialog)?.showModal();
});
