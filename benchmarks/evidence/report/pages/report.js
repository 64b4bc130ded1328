"use strict";

/* Numbers become links where the page holds the cells behind them. */
function linkNumbers() {
  for (const cell of document.querySelectorAll("td[data-row]")) {
    const axes = rows[cell.dataset.row];
    linkTo(cell, fragmentTo("cells", ...axes), `${cell.textContent}: ${titleOfRow(cell.dataset.row)}`);
  }
  for (const span of document.querySelectorAll("[data-to]")) {
    if (selectionOf(`#${span.dataset.to}`)) linkTo(span, `#${span.dataset.to}`);
  }
}

function linkTo(place, address, title) {
  const link = element("a", title ? { href: address, title } : { href: address }, ...place.childNodes);
  place.replaceChildren(link);
}

/* Every block of the page by the name of its methods. */
function filteredBlocks() {
  const words = document.getElementById("filter-methods");
  const status = document.getElementById("filter-status");
  const blocks = [...document.querySelectorAll("table.methods")].map(
    (table) => new SortedTable(table, rowsOnPage(table)),
  );
  const update = () => {
    const text = words.value.trim().toLowerCase();
    for (const block of blocks) block.filter((row) => row.values[0].toLowerCase().includes(text));
    const total = (count) => blocks.reduce((sum, block) => sum + count(block), 0);
    status.textContent = `${total((b) => b.passing)} of ${total((b) => b.rows.length)} lines`;
  };
  words.addEventListener("input", update);
  update();
}

function inPercent(share) {
  return share === null ? "-" : (100 * share).toFixed(2);
}

/* The values of an axis over the rows with results. */
function valuesOfAxis(at) {
  const withResults = rows.slice(0, data.statistics.runs.length);
  return [...new Set(withResults.map((row) => String(row[at])))].sort(collator.compare);
}

const ALWAYS_SHOWN = new Set(["dataset", "method", "train_size"]);
const STATISTICS = [
  ["runs", "runs", String],
  ["draws", "draws", String],
  ["mean", "mean", inPercent],
  ["low", "low", inPercent],
  ["high", "high", inPercent],
  ["sd", "sd", inPercent],
  ["train_mean", "train mean", inPercent],
  ["parameters", "parameters", (text) => text ?? "-"],
  ["published", "published", inPercent],
];

const UNLINKED = new Set(["published", "parameters"]);

/* All rows of the summary; made when they are asked for, they are many. */
function allRows(details) {
  const known = STATISTICS.filter(([name]) => name in data.statistics);
  const axes = [...data.axes.keys()].filter((at) => ALWAYS_SHOWN.has(data.axes[at]) || valuesOfAxis(at).length > 1);
  const heads = [
    ...axes.map((at) => columnOfAxis(data.axes[at])),
    ...known.map(([, title]) => [title, "number"]),
  ];
  const made = data.statistics.runs.map((_, row) => statisticsRow(row, axes, known));
  const { parts, sorted } = longTable("All rows", heads, made, MOST_ROWS);
  details.append(rowFilters(sorted), ...parts);
}

function statisticsRow(row, axes, known) {
  const statistics = known.map(([name]) => data.statistics[name][row]);
  const build = () => {
    const tr = element("tr");
    for (const at of axes) {
      const mark = data.axes[at] === "method" ? markOfRow(row) : "";
      tr.append(element("td", { class: columnOfAxis(data.axes[at])[1] }, `${rows[row][at]}${mark}`));
    }
    for (const [at, [name, , write]] of known.entries()) {
      const cell = element("td", { class: "number" }, write(statistics[at]));
      if (!UNLINKED.has(name) && statistics[at] !== null) linkTo(cell, fragmentTo("cells", ...rows[row]));
      tr.append(cell);
    }
    return tr;
  };
  return { values: [...axes.map((at) => rows[row][at]), ...statistics], axes: rows[row].map(String), build };
}

/* One list to choose from for each axis with more than one value. */
function rowFilters(sorted) {
  const status = element("span", { role: "status" });
  const chosen = new Map();
  const update = () => {
    sorted.filter((row) => [...chosen].every(([at, value]) => value === "" || `=${row.axes[at]}` === value));
    status.textContent = `${sorted.passing} of ${sorted.rows.length} rows`;
  };
  const lists = data.axes.flatMap((axis, at) => {
    const values = valuesOfAxis(at);
    if (values.length < 2) return [];
    const options = values.map((value) => element("option", { value: `=${value}` }, value || "none"));
    const id = `rows-by-${axis}`;
    const list = element("select", { id }, element("option", { value: "" }, "all"), ...options);
    list.addEventListener("input", () => {
      chosen.set(at, list.value);
      update();
    });
    const label = element("label", { for: id }, columnOfAxis(axis)[0]);
    return [element("span", {}, label, " ", list)];
  });
  update();
  return element("div", { class: "controls" }, ...lists, status);
}

revealControls();
linkNumbers();
filteredBlocks();
document.getElementById("all-rows")?.addEventListener("toggle", (event) => allRows(event.target), { once: true });
followAddress();
ready();
