"""A table as tidy CSV: a line per cell, its numbers in the metric's own scale."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.tables.panels import Cell, Panel, Row, Table
from benchmarks.evidence.tables.parameters import COUNTED, plain_span

NUMBERS = ("runs", "draws", *COUNTED, "mean", "low", "high", "best", "p", "shared_draws")
OTHERS = ("not_significantly_worse", "is_reference", "published", "published_by")
# What begins a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@")


def csv_table(table: Table) -> str:
    """One line per cell: the panel's axes, rows, columns, then NUMBERS and OTHERS, and 1 as
    `optimistic` where numbers are, a column that is there only then.

    A value of `rows` or `columns` is in the column of that axis's name. Numbers have ten
    significant digits; best and the other answers are 1 or 0, and empty where nothing was
    compared. Each notice is a line of its own at the end, with 0 runs. Texts are `plain_text`.
    """
    request = table.request
    heads = [*request.panel_axes, request.rows, request.columns, "metric", *NUMBERS, *OTHERS]
    heads += [OPTIMISTIC] if any(cell.optimistic for cell in _cells(table)) else []
    heads += ["notice"]
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for panel in table.panels:
        for row in panel.rows:
            for column, cell in zip(panel.values, row.cells, strict=True):
                if cell is not None:
                    writer.writerow(_line(table, panel, row, column, cell))
    for notice in table.notices:
        named = {
            "dataset": notice.dataset,
            "method": notice.method,
            "train_size": notice.train_size,
        }
        line = {name: value for name, value in named.items() if name in heads}
        line |= {"runs": 0, "notice": f"{notice.kind}: {notice.text}"}
        writer.writerow({name: plain_text(value) for name, value in line.items()})
    return text.getvalue()


def plain_text(value: Any) -> Any:
    """A text as spreadsheets show it: with an apostrophe before what they would run as a formula.

    Only for labels: a number as text may begin with its sign. Anything but a text stays as it is.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _line(table: Table, panel: Panel, row: Row, column: Any, cell: Cell) -> dict[str, Any]:
    request, not_worse = table.request, cell.not_significantly_worse
    place = dict(panel.fixed) | {request.rows: row.value, request.columns: column}
    return {axis: plain_text(value) for axis, value in place.items()} | {
        "metric": table.metric.name,
        "runs": cell.runs,
        "draws": cell.draws,
        "parameters": plain_span(cell.parameters),
        "trainable_parameters": plain_span(cell.trainable_parameters),
        "mean": _number(cell.mean),
        "low": _number(cell.low),
        "high": _number(cell.high),
        "best": int(cell.best),
        "p": _number(cell.p),
        "shared_draws": cell.shared,
        "not_significantly_worse": None if not_worse is None else int(not_worse),
        "is_reference": int(cell.is_reference),
        "published": "; ".join(_number(value) for _, value in cell.published),
        "published_by": plain_text("; ".join(label for label, _ in cell.published)),
        OPTIMISTIC: int(bool(cell.optimistic)),
    }


def _cells(table: Table) -> Iterator[Cell]:
    return (cell for panel in table.panels for cell in panel.cells)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
