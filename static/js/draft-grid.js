// The rows of a draft as a table in which cells are changed as in Excel: arrows, a block pasted, taken back and redone.
// One field stands in the cell that is current, so that an input method may begin there; it shows once somebody types.
// Browser stories: test_cells_are_corrected_as_in_excel, test_a_block_is_pasted_and_taken_back.

import { beginSaving, endSaving } from "./draft-saving.js";
import { toast } from "./toasts.js";

const grid = document.querySelector("[data-grid]");
const editor = document.createElement("textarea");
const undone = [];
const done = [];
let current = null;
let anchor = null;
let isTyping = false;
// What was typed over a cell ends with an arrow key, as in Excel; after F2 the arrows stay in the text.
let isEditing = false;
let last = Promise.resolve();

// --- cells -------------------------------------------------------------------------------------------------------

// The editor's own words are its value, which is no text of the cell.
const textOf = (cell) => cell.textContent.trim();
const idOf = (cell) => ({ row: cell.closest("tbody").dataset.row, field: cell.dataset.field });
const cellOf = ({ row, field }) => grid.querySelector(`tbody[data-row="${row}"] td[data-field="${field}"]`);

// The lines of the table; a cell that is one for several tasks stands in each of their lines.
function lines() {
  return Array.from(grid.querySelectorAll("tbody[data-row]")).flatMap((body) => {
    const rows = Array.from(body.querySelectorAll("tr:not(.grid-issues)")).map((row) => Array.from(row.querySelectorAll("td[data-field]")));
    const shared = rows[0] || [];
    return rows.map((own, at) => (at ? [...shared.slice(0, 3), ...own, ...shared.slice(-2)] : own));
  });
}
function placeOf(cell, all = lines()) {
  const line = all.findIndex((cells) => cells.includes(cell));
  return [line, line < 0 ? -1 : all[line].indexOf(cell)];
}
function step(down, right, from = current) {
  const all = lines();
  const [first, column] = placeOf(from, all);
  let line = first;
  if (down > 0) {
    // Below the last of the lines that the cell stands in.
    while (all[line + 1] && all[line + 1][column] === from) {
      line += 1;
    }
  }
  const next = all[line + down];
  return (next || all[line])[Math.min(Math.max(column + right, 0), all[line].length - 1)];
}

function edge(down, right) {
  const all = lines();
  const [line, column] = placeOf(current, all);
  const cells = all[down ? (down > 0 ? all.length - 1 : 0) : line];
  return cells[right ? (right > 0 ? cells.length - 1 : 0) : column];
}

// --- going about -------------------------------------------------------------------------------------------------

function select(cell, extend = false) {
  if (!cell) {
    return;
  }
  if (current !== cell) {
    commit();
    current = cell;
    editor.setAttribute("aria-label", labelOf(cell));
    cell.append(editor);
  }
  anchor = extend && anchor && anchor.isConnected ? anchor : cell;
  mark();
  editor.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}
function labelOf(cell) {
  const column = placeOf(cell)[1];
  const head = grid.querySelectorAll("thead th")[column + 1].textContent;
  return `${head} ${cell.closest("tbody").querySelector("th").textContent.trim()}: ${textOf(cell)}`;
}
function block() {
  const all = lines();
  const [[top, left], [bottom, right]] = [placeOf(anchor, all), placeOf(current, all)];
  return all
    .slice(Math.min(top, bottom), Math.max(top, bottom) + 1)
    .map((cells) => cells.slice(Math.min(left, right), Math.max(left, right) + 1));
}
function mark() {
  grid.querySelectorAll(".is-selected").forEach((cell) => cell.classList.remove("is-selected"));
  if (anchor !== current) {
    block().flat().forEach((cell) => cell.classList.add("is-selected"));
  }
}
function commit() {
  if (isTyping) {
    const text = editor.value.trim();
    stopTyping();
    change([[current, text]]);
  }
}
function stopTyping() {
  isTyping = false;
  isEditing = false;
  editor.value = "";
  editor.classList.remove("is-typing");
}
function type(text = null) {
  isTyping = true;
  editor.classList.add("is-typing");
  if (text !== null) {
    isEditing = true;
    editor.value = text;
  }
}

// --- changes, one after the other ---------------------------------------------------------------------------------

function change(pairs, stack = done) {
  const edits = pairs
    .filter(([cell, text]) => cell && textOf(cell) !== text)
    .map(([cell, text]) => ({ ...idOf(cell), before: textOf(cell), after: text }));
  if (edits.length) {
    if (stack === done && pairs.isNew !== false) {
      undone.length = 0;
    }
    edits.forEach((edit) => show(cellOf(edit), edit.after));
    beginSaving();
    last = last.then(() => send(edits, stack)).then(endSaving);
  }
}
function show(cell, text) {
  cell.firstElementChild.textContent = text;
}
function takeBack(from, to) {
  // What is on its way comes first.
  last = last.then(() => {
    const edits = from.pop();
    if (edits) {
      const pairs = edits.map((edit) => [cellOf(edit), edit.before]);
      pairs.isNew = false;
      change(pairs, to);
    }
  });
}
function say(what) {
  const status = document.querySelector("[data-grid-status]");
  status.textContent = status.dataset[what] || "";
}
// Whether they are saved.
async function send(edits, stack) {
  const rows = new Map();
  edits.forEach(({ row, field, after }) => {
    const body = grid.querySelector(`tbody[data-row="${row}"]`);
    rows.set(row, rows.get(row) || [Number(row), Number(body ? body.dataset.version : 0), {}]);
    rows.get(row)[2][field] = after;
  });
  const data = new FormData();
  data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  data.set("action", "cells");
  data.set("cells", JSON.stringify(Array.from(rows.values())));
  say("saving");
  const answer = await fetch(grid.dataset.grid, { method: "POST", body: data, headers: { "HX-Request": "true" } }).catch(() => null);
  const address = answer && answer.headers.get("HX-Redirect");
  if (address) {
    location.assign(address);
    return false;
  }
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page || !page.getElementById("draft-bar")) {
    edits.forEach((edit) => cellOf(edit) && show(cellOf(edit), edit.before));
    say("refused");
    toast(answer ? "failed" : "unreachable", "danger");
    return false;
  }
  replaceParts(page);
  const error = page.querySelector("[role=alert]");
  const box = document.querySelector("[data-grid-error]");
  box.hidden = answer.ok;
  if (answer.ok) {
    stack.push(edits);
  } else {
    // What was typed is not lost with the cell that shows what is there now.
    box.textContent = `${error ? error.textContent.trim() : ""} ${edits.map((edit) => edit.after).slice(0, 5).join(" | ")}`;
    box.scrollIntoView({ block: "nearest" });
  }
  say(answer.ok ? "saved" : "refused");
  return answer.ok;
}
function replaceParts(page) {
  const [here, from] = [current && idOf(current), anchor && anchor.isConnected && idOf(anchor)];
  const hadFocus = document.activeElement === editor;
  page.querySelectorAll("body > [id], tbody[id]").forEach((part) => {
    const former = document.getElementById(part.id);
    if (former && isTyping && former.contains(editor)) {
      patchRow(former, part);
    } else if (former) {
      part.removeAttribute("hx-swap-oob");
      former.replaceWith(document.importNode(part, true));
      window.htmx.process(document.getElementById(part.id));
    }
  });
  if (here && !current.isConnected) {
    current = null;
    if (cellOf(here) && hadFocus) {
      select(cellOf(here));
    }
  }
  if (current && !anchor.isConnected) {
    anchor = (from && cellOf(from)) || current;
    mark();
  }
}
// The row in which somebody is typing stays where it is: an input method would lose what it composes.
function patchRow(former, part) {
  former.dataset.version = part.dataset.version;
  former.querySelectorAll("td[data-field]").forEach((cell) => {
    const fresh = part.querySelector(`td[data-field="${cell.dataset.field}"]`);
    if (fresh && cell !== current) {
      show(cell, textOf(fresh));
    }
  });
}

// --- a block -----------------------------------------------------------------------------------------------------

// As Excel and LibreOffice write it: tabs and lines, a cell with a line break or a quotation mark in quotation marks.
function parseBlock(text) {
  const rows = [[""]];
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at += 1) {
    const letter = plain[at];
    const row = rows[rows.length - 1];
    if (quoted && letter === '"' && plain[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (letter === '"' && (quoted || row[row.length - 1] === "")) {
      quoted = !quoted;
    } else if (!quoted && letter === "\t") {
      row.push("");
    } else if (!quoted && letter === "\n") {
      rows.push([""]);
    } else {
      row[row.length - 1] += letter;
    }
  }
  return rows;
}
function paste(text) {
  const values = parseBlock(text);
  const chosen = block();
  // One value fills all that is selected.
  if (values.length === 1 && values[0].length === 1) {
    change(Array.from(new Set(chosen.flat()), (cell) => [cell, values[0][0].trim()]));
    return;
  }
  const all = lines();
  const [line, column] = placeOf(chosen[0][0], all);
  const pairs = new Map();
  let below = line;
  values.forEach((row, at) => {
    const cells = all[below] || [];
    row.forEach((value, right) => {
      const cell = cells[column + right];
      if (cell && !pairs.has(cell)) {
        pairs.set(cell, value.trim());
      }
    });
    below += 1;
    // A column that is one for several tasks goes on with the next row.
    while (at + 1 < values.length && all[below] && all[below].slice(column, column + row.length).every((cell) => pairs.has(cell))) {
      below += 1;
    }
  });
  change(Array.from(pairs));
  if (below > all.length) {
    last = last.then(() => say("over"));
  }
}
function copy() {
  return block()
    .map((cells) => cells.map((cell) => quote(textOf(cell))).join("\t"))
    .join("\n");
}
const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

// --- keys --------------------------------------------------------------------------------------------------------

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function onKey(event) {
  const command = event.ctrlKey || event.metaKey;
  if (event.isComposing || event.keyCode === 229) {
    return;
  }
  const handled = isTyping ? onKeyWhileTyping(event) : onKeyInCell(event, command);
  if (handled) {
    event.preventDefault();
    event.stopPropagation();
  }
}
function onKeyWhileTyping(event) {
  if (event.key === "Enter" && !event.altKey) {
    select(step(event.shiftKey ? -1 : 1, 0));
  } else if (event.key === "Enter") {
    editor.setRangeText("\n", editor.selectionStart, editor.selectionEnd, "end");
  } else if (event.key === "Tab") {
    select(step(0, event.shiftKey ? -1 : 1));
  } else if (MOVES[event.key] && !isEditing) {
    select(step(...MOVES[event.key]));
  } else if (event.key === "Escape") {
    stopTyping();
  } else {
    return false;
  }
  return true;
}
function onKeyInCell(event, command) {
  const key = event.key.toLowerCase();
  if (MOVES[event.key]) {
    const [down, right] = MOVES[event.key];
    select(command ? edge(down, right) : step(down, right), event.shiftKey);
  } else if (event.key === "Tab") {
    const next = step(0, event.shiftKey ? -1 : 1);
    if (next === current) {
      return false;
    }
    select(next);
  } else if (event.key === "Enter") {
    select(step(event.shiftKey ? -1 : 1, 0));
  } else if (event.key === "F2") {
    type(textOf(current));
  } else if (event.key === "Delete" || event.key === "Backspace") {
    change(Array.from(new Set(block().flat()), (cell) => [cell, ""]));
  } else if (command && key === "z" && !event.shiftKey) {
    takeBack(done, undone);
  } else if (command && (key === "y" || key === "z")) {
    takeBack(undone, done);
  } else {
    return false;
  }
  return true;
}

if (grid) {
  editor.className = "grid-editor";
  editor.rows = 1;
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-field]");
    if (cell && event.target !== editor) {
      select(cell, event.shiftKey);
    }
  });
  grid.addEventListener("dblclick", (event) => {
    if (event.target.closest("td[data-field]") && !isTyping) {
      type(textOf(current));
    }
  });
  // The region itself has the focus first, as any wide table; a key brings it into the first cell.
  grid.addEventListener("keydown", (event) => {
    if (event.target === grid && MOVES[event.key]) {
      event.preventDefault();
      select(lines()[0][0]);
    }
  });
  editor.addEventListener("keydown", onKey);
  editor.addEventListener("click", () => {
    isEditing = isTyping;
  });
  editor.addEventListener("compositionstart", () => isTyping || type());
  editor.addEventListener("input", () => isTyping || type());
  editor.addEventListener("paste", (event) => {
    if (!isTyping) {
      event.preventDefault();
      paste(event.clipboardData.getData("text/plain"));
    }
  });
  ["copy", "cut"].forEach((name) => {
    editor.addEventListener(name, (event) => {
      if (!isTyping) {
        event.preventDefault();
        event.clipboardData.setData("text/plain", copy());
        if (name === "cut") {
          change(Array.from(new Set(block().flat()), (cell) => [cell, ""]));
        }
      }
    });
  });
  editor.addEventListener("blur", commit);
  // A row that was added, or that a question is about.
  const addressed = document.getElementById((location.hash.match(/^#(row-\d+)/) || [])[1]);
  if (addressed) {
    select(addressed.querySelector("td[data-field]"));
  }
}
