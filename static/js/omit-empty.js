// Leave empty fields out of a request of [data-omit-empty]: the address holds what was asked for and nothing else.
// Browser story: test_the_address_holds_the_state_and_the_back_button_goes_through_it.

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.closest("[data-omit-empty]")) {
    return;
  }
  const parameters = event.detail.parameters;
  Array.from(new Set(parameters.keys())).forEach((name) => {
    const values = parameters.getAll(name).filter((value) => value !== "");
    parameters.delete(name);
    values.forEach((value) => {
      parameters.append(name, value);
    });
  });
});
