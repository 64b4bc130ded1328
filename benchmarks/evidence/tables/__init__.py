"""The results as tables: any two axes of the grid, any metric, as CSV, Markdown, LaTeX or HTML.

request = TableRequest(rows="method", columns="train_size", metric="train_seconds")
text = table_text(make_table(frame, request), "md", "beam2017")
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.statistics import LEVEL
from benchmarks.evidence.tables.building import build_panels, in_order
from benchmarks.evidence.tables.captions import interval_sentence, without_interval
from benchmarks.evidence.tables.cells import missing_notices, table_cells
from benchmarks.evidence.tables.csv_table import csv_table
from benchmarks.evidence.tables.html_table import html_table
from benchmarks.evidence.tables.latex import latex_table, table_latex
from benchmarks.evidence.tables.markdown_table import markdown_table
from benchmarks.evidence.tables.metrics import METRICS, metric_of
from benchmarks.evidence.tables.panels import Cell, Table
from benchmarks.evidence.tables.request import TableRequest, check_request, filtered
from benchmarks.evidence.tables.summaries import summary, summary_table, table_csv
from benchmarks.grid.errors import nearest
from benchmarks.grid.metrics import ACCURACY
from benchmarks.records.holdings import Place

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves

__all__ = [
    "FORMATS",
    "Block",
    "Table",
    "TableRequest",
    "blocks",
    "caption",
    "cell_text",
    "in_order",
    "make_table",
    "summary",
    "table_csv",
    "table_latex",
    "table_markdown",
    "table_text",
]
FORMATS = ("csv", "md", "tex", "html")


def make_table(
    frame: pd.DataFrame,
    request: TableRequest | None = None,
    published: Iterable[PublishedCurves] = (),
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Iterable[Notice] = (),
    planned: Collection[Place] = (),
) -> Table:
    """The table that was asked for, from a frame of `results_frame`.

    `methods` and `datasets` are the order of the benchmark's; a method without any result keeps an
    empty row, where the grid has it (`holdings.Holding.planned`). What the frame tells of failed,
    dropped and doubtful results is among the table's notices, after the `notices` given (such as
    those on unavailable cells); those on datasets, methods or sizes that the filters leave out are
    not.

    Raises EvidenceError for an axis, filter, metric, direction or reference that is unknown, with
    the nearest right name, and for values that are not finite.
    """
    request = request or TableRequest()
    check_request(request, frame)
    metric = metric_of(request.metric, request.direction, frame)
    shown = filtered(frame, request.filters)
    cells = table_cells(shown, request, metric)
    orders = {"method": _kept("method", methods, request), "dataset": datasets}
    panels = build_panels(cells, request, orders, tuple(published), planned)
    told = [*notices, *frame.attrs.get("notices", ()), *missing_notices(shown, request.metric)]
    told += sorted(frame.attrs.get("caveats", ()), key=lambda caveat: caveat.text)
    once = {notice.text: notice for notice in told if _concerns(notice, request)}
    return Table(request, metric, panels, tuple(once.values()))


def table_text(table: Table, format: str, heading: str = "Results") -> str:
    """The table in one of FORMATS; `heading` is the title of a Markdown document.

    Raises EvidenceError for another format.
    """
    if format == "csv":
        return csv_table(table)
    if format == "md":
        return markdown_table(table, heading)
    if format == "tex":
        return latex_table(table)
    if format == "html":
        return html_table(table)
    raise EvidenceError(f"format={format}: {nearest(format, FORMATS)}")


def table_markdown(
    table: pd.DataFrame,
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Sequence[Notice] = (),
    title: str = "",
) -> str:
    """A summary as Markdown: a table per dataset and protocol, how to read them, the notices."""
    return markdown_table(summary_table(table, methods, datasets, notices), title or "Results")


class Mean(NamedTuple):
    """A mean, the reach of its interval, and both ends where these are to be shown instead."""

    mean: float
    reach: float | None
    ends: str = ""


@dataclass(frozen=True)
class Block:
    """One table for reading: a dataset under one protocol; cells are a Mean or None.

    `parameters` are those of each row (`parameters_text`), all empty where none are known, and
    `optimistic` says of each row why its numbers are too good, empty where they are not. `metric`
    is a share.
    """

    dataset: str
    protocol: str
    sizes: list[int]
    rows: list[tuple[str, str, list[Mean | None]]]
    parameters: list[str]
    optimistic: list[str]
    metric: str = ACCURACY


def blocks(
    table: pd.DataFrame, methods: Sequence[str] = (), datasets: Sequence[str] = ()
) -> list[Block]:
    """The summary cut into tables for reading, rows in the order of `methods`.

    A method that was asked for and has no result on a dataset keeps an empty row.
    """
    found = []
    shown = summary_table(table, methods, datasets)
    for panel in shown.panels:
        rows = [
            (row.label, row.runs, [_mean(shown, cell) for cell in row.cells]) for row in panel.rows
        ]
        where = dict(panel.fixed)
        found.append(
            Block(
                where["dataset"],
                where["protocol"],
                list(panel.values),
                rows,
                [row.parameters for row in panel.rows],
                [row.optimistic for row in panel.rows],
                table.attrs["metric"],
            )
        )
    return found


def caption(block: Block, level: float = LEVEL) -> str:
    """What the cells of a block are and how their interval was made."""
    metric = METRICS[block.metric]
    both_ends = any(cell and cell.ends for _, _, cells in block.rows for cell in cells)
    intervals = f"{interval_sentence(level, 'mean')} {without_interval(both_ends)}"
    return (
        f"{metric.heading}{metric.in_unit} on {block.dataset}, protocol {block.protocol}, by"
        f" number of training samples n: {intervals}"
    )


def _mean(table: Table, cell: Cell | None) -> Mean | None:
    if cell is None or cell.mean is None:
        return None
    return Mean(cell.mean, cell.reach, table.ends(cell))


def cell_text(cell: Mean | None, plus_minus: str = "±") -> str:
    """`98.5 ± 0.4`, `96.1 [80.8, 100.0]` where ± would go beyond what is possible, `98.5` without
    an interval, `-` without a result; all shares are told so.
    """
    if cell is None:
        return "-"
    accuracy = METRICS["accuracy"]
    text = accuracy.number(cell.mean)
    if cell.ends:
        return f"{text} {cell.ends}"
    return text if cell.reach is None else f"{text} {plus_minus} {accuracy.number(cell.reach)}"


def _kept(axis: str, names: Sequence[str], request: TableRequest) -> list[str]:
    """The names that the filters on their axis keep."""
    wanted = request.filters.get(axis)
    return [name for name in names if wanted is None or name in map(str, wanted)]


def _concerns(notice: Notice, request: TableRequest) -> bool:
    """Whether a notice is about something that the filters keep."""
    about = {"dataset": notice.dataset, "method": notice.method, "train_size": notice.train_size}
    return all(
        about.get(axis) in (None, "") or str(about[axis]) in map(str, values)
        for axis, values in request.filters.items()
    )
