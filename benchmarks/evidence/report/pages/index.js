"use strict";

function filteredClaims(table) {
  const boxes = [...document.querySelectorAll(".verdict-filter input")];
  const words = document.getElementById("filter-claims");
  const status = document.getElementById("filter-status");
  const verdicts = new SortedTable(table, rowsOnPage(table));
  const update = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const parts = words.value.toLowerCase().split(/\s+/);
    const fits = (row) => parts.every((part) => row.text.includes(part));
    verdicts.filter((row) => wanted.has(row.build().dataset.verdict) && fits(row));
    status.textContent = `${verdicts.passing} of ${verdicts.rows.length} claims`;
  };
  for (const control of [...boxes, words]) control.addEventListener("input", update);
  update();
}

revealControls();
const verdictTable = document.getElementById("verdict-table");
if (verdictTable) filteredClaims(verdictTable);
ready();
