// A list of boxes says on its button how many are ticked, closes on a click elsewhere and on Escape.
// Browser story: test_typing_and_ticking_keep_the_focus.

document.addEventListener("change", (event) => {
  const pick = event.target.closest(".pick:not(.pick-menu)");
  if (!pick) {
    return;
  }
  const summary = pick.querySelector("summary");
  let count = summary.querySelector(".pick-count");
  const ticked = Array.from(pick.querySelectorAll("input:not([name=find])")).filter((input) => input.type === "checkbox" ? input.checked : input.value !== "" && !["as_of", "known_on"].includes(input.name)).length;
  if (count) {
    count.remove();
  }
  if (ticked) {
    count = document.createElement("span");
    count.className = "pick-count";
    count.textContent = ticked;
    summary.append(count);
  }
});

// A list that would stand out of the window opens to the other side, also once what it offers has come.
["toggle", "htmx:afterSettle"].forEach((name) => {
  document.addEventListener(
    name,
    (event) => {
      const pick = event.target.closest(".pick");
      if (!pick || !pick.open) {
        return;
      }
      pick.classList.remove("align-end");
      const list = pick.querySelector(".pick-list").getBoundingClientRect();
      pick.classList.toggle("align-end", list.right > document.documentElement.clientWidth);
    },
    true
  );
});
document.addEventListener("click", (event) => {
  document.querySelectorAll(".pick[open], .more[open]").forEach((pick) => {
    if (!pick.contains(event.target)) {
      pick.open = false;
    }
  });
});
document.addEventListener("keydown", (event) => {
  const pick = event.key === "Escape" && document.querySelector(".pick[open], .more[open]");
  if (pick) {
    pick.open = false;
    pick.querySelector("summary").focus();
  }
});
