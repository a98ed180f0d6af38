// Go to the sign-in page when an answer of htmx is that page: it must not appear inside a table.
// Browser story: test_a_list_whose_session_has_ended_gives_way_to_the_sign_in_page.

import { allowLeaving } from "./leave-warning.js";

document.addEventListener("htmx:beforeSwap", (event) => {
  const login = document.body.dataset.login;
  if (login && new URL(event.detail.xhr.responseURL || location.href).pathname === login) {
    event.detail.shouldSwap = false;
    allowLeaving();
    location.reload();
  }
});
