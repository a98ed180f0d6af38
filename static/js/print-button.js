// Print the page: by a button [data-print], or at once for the address …#print.
// Browser story: test_a_list_of_several_pages_prints_all_and_says_so_where_it_does_not.

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
