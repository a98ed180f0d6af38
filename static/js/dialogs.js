// Open the dialog whose id a button names in [data-dialog].
// Browser story: test_single_keys_can_be_switched_off_and_stay_so.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button) {
    document.getElementById(button.dataset.dialog).showModal();
  }
});
