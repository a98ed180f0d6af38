// Search among the boxes of a list by a part of the words, pinyin or initials.
// Browser story: test_a_long_filter_is_searched_and_what_is_ticked_stays_in_sight.

function plain(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
}

// Boxes that are ticked stay to be seen: what is asked for must not hide.
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-filter-options]")) {
    return;
  }
  event.stopPropagation();
  const list = event.target.closest("fieldset");
  const words = plain(event.target.value).split(/\s+/).filter(Boolean);
  let count = 0;
  list.querySelectorAll("[data-pinyin]").forEach((box) => {
    const spelled = plain(`${box.textContent} ${box.dataset.pinyin}`);
    const fits = words.every((word) => spelled.includes(word));
    count += fits;
    box.hidden = !fits && !box.querySelector("input").checked;
  });
  list.querySelectorAll(".pick-heading").forEach((heading) => {
    heading.hidden = words.length > 0;
  });
  list.querySelector(".pick-none").hidden = count > 0;
}, true);
["change", "search"].forEach((name) => {
  document.addEventListener(name, (event) => {
    if (event.target.matches && event.target.matches("[data-filter-options]")) {
      event.stopPropagation();
    }
  }, true);
});
// Enter ticks the one that is left, and does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-filter-options]")) {
    return;
  }
  event.preventDefault();
  let unchecked = Array.from(event.target.closest("fieldset").querySelectorAll("[data-pinyin]:not([hidden]) input"));
  unchecked = unchecked.filter((input) => !input.checked);
  if (event.target.value.trim() && unchecked.length === 1) {
    unchecked[0].click();
  }
});
// Who opens a long list begins to type.
document.addEventListener(
  "toggle",
  (event) => {
    const field = event.target.open && event.target.querySelector && event.target.querySelector("[data-filter-options]");
    if (field && window.matchMedia("(pointer: fine)").matches) {
      field.focus();
    }
  },
  true
);
