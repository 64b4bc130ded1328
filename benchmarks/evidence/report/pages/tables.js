"use strict";

/* An element with attributes and children; text goes in as text, never as markup. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/* Sorting and filtering of a table. A row is {values, build}: one value per column to sort by (a
   number, a text or null) and a function that makes its <tr>, called when it is first shown. */
class SortedTable {
  constructor(table, rows, limit = Infinity) {
    this.body = table.tBodies[0];
    this.heads = [...table.tHead.rows[0].cells];
    this.rows = rows;
    this.limit = limit;
    this.accepts = () => true;
    this.column = null;
    this.heads.forEach((head, column) => this.makeSortable(head, column));
  }

  makeSortable(head, column) {
    const button = element("button", { type: "button", class: "sort" }, ...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => this.sort(column));
  }

  /* Upwards, then downwards, then in the order of the page again. */
  sort(column) {
    const turn = { none: "ascending", ascending: "descending", descending: "none" };
    const order = turn[this.heads[column].getAttribute("aria-sort")];
    for (const head of this.heads) head.setAttribute("aria-sort", "none");
    this.heads[column].setAttribute("aria-sort", order);
    this.column = order === "none" ? null : column;
    this.sign = order === "descending" ? -1 : 1;
    this.show();
  }

  filter(accepts) {
    this.accepts = accepts;
    this.show();
  }

  /* Returns how many rows pass the filter; at most `limit` of them are put on the page. */
  show() {
    let chosen = this.rows.filter((row) => this.accepts(row));
    this.passing = chosen.length;
    if (this.column !== null) chosen = chosen.sort((one, other) => this.compare(one, other));
    this.body.replaceChildren(...chosen.slice(0, this.limit).map((row) => (row.made ??= row.build())));
    this.shown?.(this);
    return this.passing;
  }

  /* What has no value comes last in either direction. */
  compare(one, other) {
    const [a, b] = [one.values[this.column], other.values[this.column]];
    if (a === null || b === null) return (a === null) - (b === null);
    const larger = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
    return this.sign * larger;
  }
}

const collator = new Intl.Collator("en", { numeric: true });

/* A table that is on the page already: its rows, with the numbers that its cells begin with. */
function rowsOnPage(table) {
  return [...table.tBodies[0].rows].map((tr) => ({
    values: [...tr.cells].map(valueOfCell),
    text: tr.textContent.toLowerCase(),
    build: () => tr,
  }));
}

function valueOfCell(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  if (!cell.classList.contains("number")) return text;
  const number = Number.parseFloat(text.replace("\u2212", "-"));
  return Number.isNaN(number) ? null : number;
}

/* Everything that only works with this script is hidden until it runs, and the other way round. */
function revealControls() {
  for (const shown of document.querySelectorAll(".without-script")) shown.hidden = true;
  for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;
}

/* For tests and measurements: from here on the page can be used. */
function ready() {
  document.documentElement.dataset.ready = "yes";
  performance.mark("usable");
}

/* A table for rows that are made here: `heads` are [name, class of the column]. */
function emptyTable(caption, heads) {
  const names = heads.map(([name, kind]) => element("th", { scope: "col", class: kind }, name));
  const head = element("thead", {}, element("tr", {}, ...names));
  return element("table", {}, element("caption", { class: "unseen" }, caption), head, element("tbody"));
}

/* The same with its rows, in a frame that scrolls, and a button for those beyond `most`. */
function longTable(caption, heads, rows, most = Infinity) {
  const table = emptyTable(caption, heads);
  const frame = element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": caption }, table);
  const sorted = new SortedTable(table, rows, most);
  const more = element("button", { type: "button" });
  more.addEventListener("click", () => {
    sorted.limit = Infinity;
    sorted.show();
  });
  sorted.shown = () => {
    more.hidden = sorted.passing <= sorted.limit;
    more.textContent = `Show all ${sorted.passing}`;
  };
  sorted.show();
  return { parts: [frame, more], sorted };
}
