// Choosing a file with our words, not the browser's, which speaks its own language.
// Browser story: test_a_file_on_its_way_shows_how_much_has_arrived.

function dressFileFields(root) {
  const pattern = document.getElementById("file-template");
  root.querySelectorAll("input[type=file]").forEach((input) => {
    if (pattern && !input.closest(".file-field")) {
      const field = pattern.content.firstElementChild.cloneNode(true);
      input.replaceWith(field);
      field.prepend(input);
    }
  });
}
dressFileFields(document);
document.addEventListener("htmx:load", (event) => {
  dressFileFields(event.target);
});
document.addEventListener("change", (event) => {
  const names = event.target.type === "file" && event.target.closest(".file-field") && event.target.parentElement.querySelector(".file-names");
  if (names) {
    const chosen = Array.from(event.target.files).map((file) => file.name);
    names.textContent = chosen.join(", ") || names.dataset.none;
  }
});
