"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const cells = data.cells;
const rows = data.rows.length
  ? data.rows[0].at.map((_, row) => data.rows.map(({ values, at }) => values[at[row]]))
  : [];
const places = [...cells.key.keys()];

/* Told in per cent; the other metrics are numbers of their own kind. */
const PERCENT = new Set([
  "accuracy",
  "train_accuracy",
  "accuracy_last_epoch",
  "all_right",
  "balanced_accuracy",
  "macro_f1",
  "auroc",
  "average_precision",
  "f1_at_threshold",
]);

function named(name) {
  return name.replaceAll("_", " ");
}

function percent(share, digits = 2) {
  return share === null ? "-" : `${(100 * share).toFixed(digits)} %`;
}

/* What an axis is called, and the class of its column. */
function columnOfAxis(axis) {
  return axis === "train_size" ? ["n", "number"] : [named(axis), ""];
}

function measured(name, value) {
  if (value === null) return "-";
  if (PERCENT.has(name)) return percent(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(name.endsWith("seconds") ? 3 : 4);
}

/* What stands behind # in the address, as kind and names; the counterpart of `fragment` in Python. */
function parsedFragment(hash) {
  const [, kind, names] = /^#?([a-z]+)(?:=(.*))?$/s.exec(hash) || [];
  try {
    return kind ? [kind, ...(names ?? "").split(",").map(decodeURIComponent)] : [];
  } catch {
    return [];
  }
}

function fragmentTo(kind, ...names) {
  return `#${kind}=${names.map((name) => encodeURIComponent(name)).join(",")}`;
}

function cellsOfRows(rows) {
  const wanted = new Set(rows);
  return places.filter((place) => wanted.has(cells.row[place]));
}

function axesOfRow(row) {
  return Object.fromEntries(data.axes.map((axis, place) => [axis, rows[row][place]]));
}

/* The axes that tell rows of one method and size apart; each is named only where it has several values. */
const FURTHER = ["protocol", "backbone", "loss", "augmentation", "resampling", "variant"].filter((axis) => data.axes.includes(axis));
const valuesOfMethods = new Map();
for (const row of rows.keys()) {
  const axes = axesOfRow(row);
  for (const axis of FURTHER) {
    const name = `${axes.method}\n${axis}`;
    if (!valuesOfMethods.has(name)) valuesOfMethods.set(name, new Set());
    valuesOfMethods.get(name).add(axes[axis]);
  }
}

const optimisticRows = new Set(data.optimistic ?? []);

/* Behind the name of a row whose numbers are too good. */
function markOfRow(row) {
  return optimisticRows.has(Number(row)) ? " (optimistic)" : "";
}

function titleOfRow(row) {
  const axes = axesOfRow(row);
  const several = FURTHER.filter((axis) => valuesOfMethods.get(`${axes.method}\n${axis}`).size > 1);
  const more = several.map((axis) => `, ${axis} ${axes[axis] || "none"}`).join("");
  return `${axes.method} on ${axes.dataset}, n = ${axes.train_size}${more}${markOfRow(row)}`;
}

/* The cells that a fragment speaks of: {title, says, places, number}, or null for another kind. */
const SELECTIONS = {
  cells(...axes) {
    const row = rows.findIndex((values) => values.map(String).join("\n") === axes.join("\n"));
    return row < 0 ? null : { title: titleOfRow(row), places: cellsOfRows([row]) };
  },
  cell(key) {
    const alike = (known) => known.startsWith(key) || key.startsWith(known);
    const found = places.filter((place) => key && alike(cells.key[place]));
    if (found.length !== 1) return null;
    const [place] = found;
    return { title: `Cell ${cells.key[place]}`, says: titleOfRow(cells.row[place]), places: found };
  },
  lost(dataset, method) {
    const found = Object.keys(data.lost).map(Number).filter((place) => {
      const axes = axesOfRow(cells.row[place]);
      return axes.dataset === dataset && axes.method === method;
    });
    return { title: `Without a result: ${method} on ${dataset}`, places: found };
  },
  all() {
    return { title: "All cells", places };
  },
  part: (...names) => claimed("part", names),
  replication: (...names) => claimed("replication", names),
};

function claimed(kind, names) {
  const id = [kind, ...names].join("\n");
  const number = data.numbers.find((entry) => entry.id.join("\n") === id);
  if (!number) return null;
  return { title: number.title, says: number.says, places: cellsOfRows(number.rows), number };
}

function selectionOf(hash) {
  const [kind, ...names] = parsedFragment(hash);
  if (!Object.hasOwn(SELECTIONS, kind ?? "")) return undefined;
  return SELECTIONS[kind](...names);
}

/* All fields of a cell's configuration and origin, `group.field` with its value as text. */
function fieldsOf(place) {
  const fields = new Map();
  for (const [group, at] of Object.entries(data.configs[cells.config[place]])) {
    const value = data.groups[group][at];
    const nested = value !== null && typeof value === "object" && !Array.isArray(value);
    const inside = nested ? Object.entries(value).map(([name, one]) => [`${group}.${name}`, one]) : [[group, value]];
    for (const [name, one] of inside) fields.set(name, written(one));
  }
  fields.set("dataset.train_size", String(axesOfRow(cells.row[place]).train_size));
  for (const seed of ["split_seed", "init_seed"]) fields.set(seed, written(cells[seed][place]));
  for (const [name, value] of Object.entries(data.origins[cells.origin[place]])) {
    fields.set(`provenance.${name}`, written(value));
  }
  return fields;
}

function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/* [fields with the one value that all have, fields with each value and how many cells have it]. */
function comparedFields(chosen) {
  const counts = new Map();
  for (const place of chosen) {
    for (const [field, value] of fieldsOf(place)) {
      if (!counts.has(field)) counts.set(field, new Map());
      counts.get(field).set(value, (counts.get(field).get(value) ?? 0) + 1);
    }
  }
  const shared = [];
  const differing = [];
  for (const field of [...counts.keys()].sort()) {
    const values = counts.get(field);
    const [first] = values;
    if (values.size === 1 && first[1] === chosen.length) shared.push([field, first[0]]);
    else differing.push([field, values]);
  }
  return { shared, differing };
}
