"use strict";

const panel = document.getElementById("panel");
const panelTitle = document.getElementById("panel-title");
const panelContent = document.getElementById("panel-content");
const MOST_ROWS = 200;

/* Open on what the address speaks of; closed where it speaks of something else. */
function followAddress() {
  const selection = selectionOf(location.hash);
  if (selection === undefined) {
    if (panel.open) panel.close();
    return;
  }
  panelTitle.textContent = selection ? selection.title : "Nothing here";
  panelContent.replaceChildren(...(selection ? contentOf(selection) : [nothingFound()]));
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  panelTitle.focus();
}

/* Closing takes the cells out of the address; the page stays where it was. */
function closed() {
  if (selectionOf(location.hash) !== undefined) history.pushState(null, "", "#");
}

function nothingFound() {
  return element("p", {}, `No cells of this page are behind ${decoded(location.hash)}.`);
}

function decoded(hash) {
  const [kind, ...names] = parsedFragment(hash);
  return `${kind} ${names.join(", ")}`;
}

function contentOf({ says, places, number }) {
  const parts = [];
  if (says) parts.push(element("p", { class: "lead" }, says));
  if (number?.draws) parts.push(...drawsTable(number));
  if (places.length === 1) parts.push(...commandOf(places[0]));
  parts.push(...cellsTable(places));
  return [...parts, ...configurations(places)];
}

/* A claim's effect, draw by draw: the mean of each arm, and what they make together. */
function drawsTable({ arms, draws, means, effects }) {
  const several = arms.length > 1;
  const heads = ["split seed", ...arms, ...(several ? ["effect"] : [])];
  const columns = [draws.map(String), ...means, ...(several ? [effects] : [])];
  const rows = draws.map((_, at) => numberRow(columns.map((column) => column[at])));
  const title = `By draw of the training sample (${draws.length})`;
  const numbers = heads.map((name) => [name, "number"]);
  return [element("h3", {}, title), ...longTable(title, numbers, rows).parts];
}

function numberRow(texts) {
  const build = () => element("tr", {}, ...texts.map((text) => element("td", { class: "number" }, text)));
  return { values: texts.map(Number.parseFloat), build };
}

function cellsTable(chosen) {
  const rowsOfCells = [...new Set(chosen.map((place) => cells.row[place]))].map(axesOfRow);
  const varying = data.axes.filter((axis) => new Set(rowsOfCells.map((axes) => axes[axis])).size > 1);
  const flattered = chosen.some((place) => markOfRow(cells.row[place]));
  const lost = chosen.some((place) => data.lost[place] !== undefined);
  const metrics = data.metrics.filter((name) => chosen.some((place) => cells[name][place] !== null));
  const heads = [
    ["cell", ""],
    ...varying.map(columnOfAxis),
    ["split seed", "number"],
    ["init seed", "number"],
    ...metrics.map((name) => [named(name), "number"]),
    ...(lost ? [["why there is no result", ""]] : []),
  ];
  const rows = chosen.map((place) => cellRow(place, varying, metrics, lost));
  const count = countedCells(chosen);
  const command = element("code", {}, "scarce key explain KEY");
  const hint = element("p", { class: "quiet" }, "Copy takes the command that tells about a cell: ", command, ".");
  const warning = "Accuracies are optimistic where the epoch was chosen on the test data.";
  const marked = flattered ? [element("p", { class: "note" }, warning)] : [];
  return [element("h3", {}, count), ...marked, hint, ...longTable(count, heads, rows, MOST_ROWS).parts];
}

function countedCells(chosen) {
  const lost = chosen.filter((place) => data.lost[place] !== undefined).length;
  const all = chosen.length === 1 ? "1 cell" : `${chosen.length} cells`;
  return lost && lost < chosen.length ? `${all}, ${lost} of them without a result` : all;
}

function cellRow(place, varying, names, lost) {
  const axes = axesOfRow(cells.row[place]);
  const metrics = names.map((name) => cells[name][place]);
  const seeds = [cells.split_seed[place], cells.init_seed[place]];
  const why = lost ? [data.lost[place] ?? ""] : [];
  const values = [cells.key[place], ...varying.map((axis) => axes[axis]), ...seeds, ...metrics, ...why];
  const build = () => {
    const key = element("a", { href: fragmentTo("cell", cells.key[place]), class: "key" }, cells.key[place]);
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, key, " ", copyButton(commandFor(place), "Copy")),
      ...varying.map((axis) => element("td", { class: columnOfAxis(axis)[1] }, String(axes[axis]))),
      ...seeds.map((seed) => element("td", { class: "number" }, written(seed))),
      ...names.map((name, at) => element("td", { class: "number" }, measured(name, metrics[at]))),
      ...why.map((text) => element("td", {}, text)),
    );
  };
  return { values, build };
}

function commandFor(place) {
  return `scarce key explain ${cells.key[place]}`;
}

function commandOf(place) {
  const command = commandFor(place);
  const code = element("code", {}, command);
  return [element("p", { class: "command" }, code, " ", copyButton(command, "Copy this command"))];
}

/* Copies a command; where the browser refuses, the command itself is shown to be copied by hand. */
function copyButton(command, label) {
  const button = element("button", { type: "button", "aria-label": `Copy: ${command}`, title: command }, label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command);
      button.textContent = "Copied";
    } catch {
      button.replaceWith(element("code", { tabindex: "0" }, command));
    }
  });
  return button;
}

function configurations(chosen) {
  const { shared, differing } = comparedFields(chosen);
  const alone = chosen.length === 1;
  const parts = [];
  if (differing.length) {
    const rows = differing.map(([field, values]) => [field, valuesText(values)]);
    parts.push(folded(`Fields that differ (${differing.length})`, fieldTable(rows), false));
  }
  if (shared.length) {
    const title = alone ? "Configuration and origin" : `Configuration shared by all ${chosen.length} cells`;
    parts.push(folded(title, fieldTable(shared), alone));
  }
  return parts;
}

function valuesText(values) {
  const most = 12;
  const texts = [...values].map(([value, count]) => `${value} (${count})`);
  texts.sort(collator.compare);
  const rest = texts.length - most;
  return texts.slice(0, most).join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}

function fieldTable(rows) {
  const lines = rows.map(([field, value]) =>
    element("tr", {}, element("th", { scope: "row" }, field), element("td", {}, value)),
  );
  return element("table", { class: "fields" }, element("tbody", {}, ...lines));
}

function folded(title, content, open) {
  return element("details", open ? { open: "" } : {}, element("summary", {}, title), content);
}

panel.addEventListener("close", closed);
panel.addEventListener("click", (event) => event.target === panel && panel.close());
document.getElementById("panel-close").addEventListener("click", () => panel.close());
window.addEventListener("hashchange", followAddress);
