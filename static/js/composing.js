// An input method's letters are no words yet: nothing is asked, filtered or saved before the characters are chosen.
// Browser story: test_nothing_is_asked_while_an_input_method_composes.

window.addEventListener("input", (event) => {
  if (event.isComposing) {
    event.stopImmediatePropagation();
  }
}, true);

window.addEventListener("compositionend", (event) => {
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
}, true);
