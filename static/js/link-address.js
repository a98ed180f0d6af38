// Fetch a link's own address where its hx-get names none: it need not stand in the page twice.
// Browser story: test_the_focus_is_never_lost_when_a_part_of_the_page_is_fetched.

document.addEventListener("htmx:configRequest", (event) => {
  const link = event.target;
  if (link.localName === "a" && link.getAttribute("hx-get") === "") {
    event.detail.path = link.pathname + link.search;
  }
});
