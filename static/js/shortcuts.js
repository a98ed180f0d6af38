// Single keys, for who works through lists all day: the dialog #shortcuts names them and can switch them off.
// Browser story: test_keys_lead_through_the_list_to_an_update.

const SWITCH = "register-keys";
// `e` on a row leads to its page with this: no id of the page, for the browser would give that the focus instead.
const UPDATE = "#update-now";
const root = document.documentElement;

function set(on) {
  root.dataset.keys = on ? "on" : "off";
  document.querySelectorAll("[data-shortcuts-toggle]").forEach((box) => {
    box.checked = on;
  });
}
const isOn = () => localStorage.getItem(SWITCH) !== "off";
set(isOn());
document.addEventListener("htmx:load", () => {
  set(isOn());
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-shortcuts-toggle]")) {
    localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
    set(event.target.checked);
  }
});

function isVisible(element) {
  return element.getClientRects().length > 0;
}

// A row is known by the link that leads to what it is about.
const ROW = "tr, .dashboard-item, [data-row]";
function links() {
  return Array.from(document.querySelectorAll("main :is(tr, .dashboard-item) .task-link, main [data-row-link]")).filter(isVisible);
}

// The row with the focus, or the one that was gone to last.
let last = null;
function currentIndex(all) {
  const row = document.activeElement.closest(ROW);
  return all.findIndex((link) => row ? row.contains(link) : link === last);
}

function step(by) {
  const all = links();
  if (!all.length) {
    return;
  }
  let at = currentIndex(all);
  if (at < 0) {
    // From nowhere: the first row in sight.
    at = all.findIndex((link) => {
      const box = link.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= window.innerHeight;
    });
    at = Math.max(at, 0);
  } else {
    at = Math.min(Math.max(at + by, 0), all.length - 1);
  }
  last = all[at];
  last.focus({ preventScroll: true });
  last.closest(ROW).scrollIntoView({ block: "center" });
}

function field() {
  return document.querySelector("#update-card textarea, #update-card select, [aria-labelledby=update] textarea");
}

function update() {
  const own = field();
  if (own) {
    own.scrollIntoView({ block: "center" });
    own.focus({ preventScroll: true });
    return;
  }
  const all = links();
  const at = currentIndex(all);
  if (at >= 0) {
    location.assign(all[at].href.split("#")[0] + UPDATE);
  }
}

function search() {
  const box = [document.getElementById("search-everywhere"), document.getElementById("id_q")].find((field) => field && isVisible(field));
  const link = document.querySelector("[data-search-link]");
  if (box) {
    box.focus();
    box.select();
  } else if (link) {
    location.assign(link.href);
  }
}

const DOES = {
  "/": search,
  "j" () { step(1); },
  "k" () { step(-1); },
  "e": update,
  "?" () { document.querySelector("[data-dialog=shortcuts]").click(); },
};

document.addEventListener("keydown", (event) => {
  const does = DOES[event.key];
  if (!does || root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  const target = event.target;
  const writing = target.isContentEditable || target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
  if (writing || event.defaultPrevented || document.querySelector("dialog[open]")) {
    return;
  }
  event.preventDefault();
  does();
});

if (location.hash === UPDATE && field()) {
  update();
}
