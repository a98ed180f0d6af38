// Choosing by typing a name, its pinyin or its initials; without scripts the browser's own controls stay.
// Browser story: test_one_is_chosen_by_initials_and_several_by_pinyin_from_the_keyboard.

const settings = document.querySelector("script[data-library]").dataset;

function fillTemplate(template, name, value) {
  return template.replace(`%(${name})s`, value);
}

function element(tag, attributes, text) {
  const node = document.createElement(tag);
  Object.keys(attributes).forEach((name) => {
    node.setAttribute(name, attributes[name]);
  });
  node.textContent = text || "";
  return node;
}

// --- select[data-search] ------------------------------------------------------------------------

function enhance(select) {
  if (select.tomselect || !select.isConnected) {
    return;
  }
  const focused = document.activeElement === select || (select.autofocus && document.activeElement === document.body);
  const search = new window.TomSelect(select, {
    allowEmptyOption: !select.multiple,
    clearAfterSelect: true,
    closeAfterSelect: !select.multiple,
    highlight: false,
    lockOptgroupOrder: true,
    maxOptions: null,
    // At once: who types fast and presses Enter means what was typed.
    refreshThrottle: 0,
    searchField: ["text", "pinyin"],
    ...(select.dataset.more ? fetching(select.dataset.more) : {}),
    render: {
      item (data) {
        const item = element("div", {}, data.text);
        if (select.multiple) {
          const label = fillTemplate(settings.remove, "name", data.text);
          item.append(
            element("button", { type: "button", class: "ts-remove", "aria-label": label, title: label }, "×")
          );
        }
        return item;
      },
      option (data) {
        return element("div", { class: data.value === "" ? "ts-nobody" : "" }, data.text);
      },
      optgroup (data) {
        const group = element("div", { class: "optgroup", role: "group", "aria-label": data.group.label });
        group.append(data.options);
        return group;
      },
      optgroup_header (data) {
        return element("div", { class: "optgroup-header", "aria-hidden": "true" }, data.label);
      },
      no_results () {
        return element("div", { class: "no-results", role: "option", "aria-disabled": "true" }, settings.nothing);
      },
    },
  });
  tell(select, search);
  select.autofocus = false;
  if (focused) {
    search.control_input.focus();
  }
}

// Of many, the page holds the first; what the server finds fits, whatever it is called.
function fetching(address) {
  const found = new Map();
  return {
    score (query) {
      const score = this.getScoreFunction(query);
      return (option) => score(option) || (found.get(query)?.has(option.value) ? 1 : 0);
    },
    loadThrottle: 200,
    async load (query, add) {
      try {
        const response = await fetch(`${address}?find=${encodeURIComponent(query)}`);
        const { options } = await response.json();
        found.set(query, new Set(options.map((option) => option.value)));
        add(options);
      } catch {
        add();
      }
    },
  };
}

// What a screen reader hears of the native select is said of the field that takes its place.
function tell(select, search) {
  const field = search.control_input;
  const chosen = element("span", { class: "visually-hidden", id: `${select.id}-chosen` });
  search.wrapper.append(chosen);
  // Out of sight, and out of hearing as well: one field, not two.
  select.setAttribute("aria-hidden", "true");

  function say() {
    const names = search.items.map((value) => search.options[value].text);
    chosen.textContent = names.length ? fillTemplate(settings.chosen, "names", names.join(", ")) : "";
  }

  say();
  search.on("change", say);
  search.on("change", () => {
    field.removeAttribute("aria-invalid");
  });
  field.setAttribute(
    "aria-describedby",
    [chosen.id, select.getAttribute("aria-describedby")].filter(Boolean).join(" ")
  );
  if (select.getAttribute("aria-invalid")) {
    field.setAttribute("aria-invalid", "true");
  }
  if (select.required) {
    require(select, search);
  }
  // What is typed to search with is nobody else's business: a form that follows its fields waits for the choice.
  ["input", "change"].forEach((name) => {
    search.wrapper.addEventListener(name, (event) => {
      event.stopPropagation();
    });
  });
  search.control.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest(".ts-remove");
      if (button) {
        event.preventDefault();
        event.stopPropagation();
        search.removeItem(button.closest("[data-value]").dataset.value);
        search.refreshOptions(false);
        search.focus();
      }
    },
    true
  );
}

// The browser points at the field to be seen, in its own words, and not at the select behind it.
function require(select, search) {
  const field = search.control_input;
  let message = select.validationMessage;
  if (!message) {
    // Something is chosen: what the browser would say, it says of nothing chosen.
    const empty = select.cloneNode();
    message = empty.validationMessage;
  }

  function check() {
    field.setCustomValidity(select.value ? "" : message);
  }

  select.required = false;
  field.setAttribute("aria-required", "true");
  field.addEventListener("invalid", () => {
    field.setAttribute("aria-invalid", "true");
  });
  search.on("change", check);
  check();
}

document.addEventListener("reset", (event) => {
  setTimeout(() => {
    event.target.querySelectorAll("select[data-search]").forEach(resync);
  });
});

// A page that is gone back to has the browser's memory of what was chosen.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("select[data-search]").forEach(resync);
});

function resync(select) {
  if (select.tomselect) {
    const chosen = Array.from(select.selectedOptions, (option) => option.value);
    select.tomselect.setValue(chosen, true);
  }
}

// --- beginning ---------------------------------------------------------------------------------------

// The library is fetched by the first page that has a select to search in.
async function begin(root) {
  const selects = Array.from(root.querySelectorAll("select[data-search]:not(.tomselected)"));
  if (root.matches && root.matches("select[data-search]:not(.tomselected)")) {
    selects.push(root);
  }
  if (selects.length) {
    await import(settings.library);
    selects.forEach(enhance);
  }
}

begin(document);
document.addEventListener("htmx:load", (event) => {
  begin(event.detail.elt);
});
