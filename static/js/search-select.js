// Choosing by typing a name, its pinyin or its initials; without scripts the browser's own controls stay.
(function () {
  "use strict";

  var settings = document.currentScript.dataset;
  var library;

  // The library and its style are fetched by the first page that has a select to search in.
  function withLibrary(use) {
    library =
      library ||
      Promise.all([
        new Promise(function (done, failed) {
          var script = document.createElement("script");
          script.src = settings.library;
          script.onload = done;
          script.onerror = failed;
          document.head.append(script);
        }),
        new Promise(function (done) {
          var link = document.createElement("link");
          link.rel = "stylesheet";
          link.href = settings.style;
          link.onload = link.onerror = done;
          document.head.append(link);
        }),
      ]);
    library.then(use);
  }

  function filled(words, name, value) {
    return words.replace("%(" + name + ")s", value);
  }

  function element(tag, attributes, text) {
    var made = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    made.textContent = text || "";
    return made;
  }

  // --- select[data-search] ------------------------------------------------------------------------

  function enhance(select) {
    if (select.tomselect || !select.isConnected) {
      return;
    }
    var search = new window.TomSelect(select, {
      allowEmptyOption: !select.multiple,
      clearAfterSelect: true,
      closeAfterSelect: !select.multiple,
      highlight: false,
      lockOptgroupOrder: true,
      maxOptions: null,
      // At once: who types fast and presses Enter means what was typed.
      refreshThrottle: 0,
      searchField: ["text", "pinyin"],
      render: {
        item: function (data) {
          var item = element("div", {}, data.text);
          if (select.multiple) {
            var words = filled(settings.remove, "name", data.text);
            item.append(
              element("button", { type: "button", class: "ts-remove", "aria-label": words, title: words }, "×")
            );
          }
          return item;
        },
        option: function (data) {
          return element("div", { class: data.value === "" ? "ts-nobody" : "" }, data.text);
        },
        optgroup: function (data) {
          var group = element("div", { class: "optgroup", role: "group", "aria-label": data.group.label });
          group.append(data.options);
          return group;
        },
        optgroup_header: function (data) {
          return element("div", { class: "optgroup-header", "aria-hidden": "true" }, data.label);
        },
        no_results: function () {
          return element("div", { class: "no-results", role: "option", "aria-disabled": "true" }, settings.nothing);
        },
      },
    });
    tell(select, search);
  }

  // What a screen reader hears of the native select is said of the field that takes its place.
  function tell(select, search) {
    var field = search.control_input;
    var chosen = element("span", { class: "visually-hidden", id: select.id + "-chosen" });
    search.wrapper.append(chosen);
    // Out of sight, and out of hearing as well: one field, not two.
    select.setAttribute("aria-hidden", "true");

    function say() {
      var names = search.items.map(function (value) {
        return search.options[value].text;
      });
      chosen.textContent = names.length ? filled(settings.chosen, "names", names.join(", ")) : "";
    }

    say();
    search.on("change", say);
    search.on("change", function () {
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
    ["input", "change"].forEach(function (name) {
      search.wrapper.addEventListener(name, function (event) {
        event.stopPropagation();
      });
    });
    search.control.addEventListener(
      "click",
      function (event) {
        var button = event.target.closest(".ts-remove");
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
    var field = search.control_input;
    var words = select.validationMessage;
    if (!words) {
      // Something is chosen: what the browser would say, it says of nothing chosen.
      var empty = select.cloneNode();
      words = empty.validationMessage;
    }

    function check() {
      field.setCustomValidity(select.value ? "" : words);
    }

    select.required = false;
    field.setAttribute("aria-required", "true");
    field.addEventListener("invalid", function () {
      field.setAttribute("aria-invalid", "true");
    });
    search.on("change", check);
    check();
  }

  document.addEventListener("reset", function (event) {
    setTimeout(function () {
      event.target.querySelectorAll("select[data-search]").forEach(resync);
    });
  });

  // A page that is gone back to has the browser's memory of what was chosen.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("select[data-search]").forEach(resync);
  });

  function resync(select) {
    if (select.tomselect) {
      var chosen = Array.from(select.selectedOptions, function (option) {
        return option.value;
      });
      select.tomselect.setValue(chosen, true);
    }
  }

  // --- [data-filter-options]: a list of boxes --------------------------------------------------------

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  // Boxes that are ticked stay to be seen: what is asked for must not hide.
  document.addEventListener("input", function (event) {
    if (!event.target.matches("[data-filter-options]")) {
      return;
    }
    event.stopPropagation();
    var list = event.target.closest("fieldset");
    var words = plain(event.target.value).split(/\s+/).filter(Boolean);
    var found = 0;
    list.querySelectorAll("[data-pinyin]").forEach(function (box) {
      var spelled = plain(box.textContent + " " + box.dataset.pinyin);
      var fits = words.every(function (word) {
        return spelled.includes(word);
      });
      found += fits;
      box.hidden = !fits && !box.querySelector("input").checked;
    });
    list.querySelectorAll(".pick-heading").forEach(function (heading) {
      heading.hidden = words.length > 0;
    });
    list.querySelector(".pick-none").hidden = found > 0;
  }, true);
  ["change", "search"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (event.target.matches && event.target.matches("[data-filter-options]")) {
        event.stopPropagation();
      }
    }, true);
  });
  // Enter ticks the one that is left, and does not send the form.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.matches("[data-filter-options]")) {
      return;
    }
    event.preventDefault();
    var left = Array.from(event.target.closest("fieldset").querySelectorAll("[data-pinyin]:not([hidden]) input"));
    left = left.filter(function (input) {
      return !input.checked;
    });
    if (event.target.value.trim() && left.length === 1) {
      left[0].click();
    }
  });
  // Who opens a long list begins to type.
  document.addEventListener(
    "toggle",
    function (event) {
      var field = event.target.open && event.target.querySelector && event.target.querySelector("[data-filter-options]");
      if (field && window.matchMedia("(pointer: fine)").matches) {
        field.focus();
      }
    },
    true
  );

  // --- beginning ---------------------------------------------------------------------------------------

  function begin(root) {
    var selects = Array.from(root.querySelectorAll("select[data-search]:not(.tomselected)"));
    if (root.matches && root.matches("select[data-search]:not(.tomselected)")) {
      selects.push(root);
    }
    if (selects.length) {
      withLibrary(function () {
        selects.forEach(enhance);
      });
    }
  }

  begin(document);
  document.addEventListener("htmx:load", function (event) {
    begin(event.detail.elt);
  });
})();
