// Open the dialog whose id a button names in [data-dialog]. Browser story: test_comfort.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button) {
    document.getElementById(button.dataset.dialog).showModal();
  }
});
