// Print the page: by a button [data-print], or at once for the address …#print. Browser story: test_print.

if (location.hash === "#print") {
  window.addEventListener("load", () => {
    history.replaceState(history.state, "", location.pathname + location.search);
    window.print();
  });
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});
