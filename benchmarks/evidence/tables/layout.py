"""A panel as texts in a grid: what Markdown, LaTeX and HTML then only decorate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.evidence.tables.captions import NOT_WORSE, mark
from benchmarks.evidence.tables.panels import Cell, Panel, Table
from benchmarks.evidence.tables.request import title

MISSING, NOTHING = "-", ""
OURS = ""


@dataclass(frozen=True)
class Entry:
    """One cell as text: `mean` and `half` without ±, or `ends` instead of `half` (`Table.ends`);
    `value` sorts it; `hint` tells of the test.
    """

    mean: str = MISSING
    half: str = ""
    ends: str = ""
    mark: str = ""
    best: bool = False
    value: float | None = None
    hint: str = ""

    @property
    def tied(self) -> bool:
        """Whether a test found it not significantly worse than the best."""
        return NOT_WORSE in self.mark

    @property
    def text(self) -> str:
        """`98.5 ± 0.4 †`, `96.1 [80.8, 100.0] †`."""
        half = f"± {self.half}" if self.half else ""
        return " ".join(part for part in (self.mean, half, self.ends, self.mark) if part)


@dataclass(frozen=True)
class Line:
    """A row of a grid; a published line holds numbers of the literature, and no counts."""

    label: str
    counts: tuple[str, ...]
    entries: tuple[Entry, ...]
    published: bool = False


@dataclass(frozen=True)
class Grid:
    """`counts` are the titles of the columns of runs, draws and parameters, before the results."""

    title: str
    counts: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def grid(table: Table, panel: Panel) -> Grid:
    """The panel's texts, published numbers in a line (or column) of their own after ours."""
    in_rows = table.published_in_rows
    places = [
        (column, source)
        for column in range(len(panel.columns))
        for source in (
            OURS,
            *([] if in_rows else _sources(row.cells[column] for row in panel.rows)),
        )
    ]
    lines = []
    for row in panel.rows:
        for source in (OURS, *(_sources(row.cells) if in_rows else [])):
            entries = [
                _entry(table, row.cells[column], beside or source) for column, beside in places
            ]
            counts = _counts(table, row.runs, row.draws, row.parameters)
            label, counts = (source, ("",) * len(counts)) if source else (row.label, counts)
            lines.append(Line(label, counts, tuple(entries), published=source != OURS))
    columns = tuple(source or panel.columns[column] for column, source in places)
    heads = _counts(table, "runs", "draws", "parameters")
    return Grid(title(table.request.rows), heads, columns, tuple(lines))


def _counts(table: Table, runs: str, draws: str, parameters: str) -> tuple[str, ...]:
    """Those of the counts that the table shows."""
    shown = ((runs, True), (draws, table.shows_draws), (parameters, table.shows_parameters))
    return tuple(text for text, wanted in shown if wanted)


def _sources(cells: Iterable[Cell | None]) -> list[str]:
    return sorted({label for cell in cells if cell for label, _ in cell.published})


def _entry(table: Table, cell: Cell | None, source: str) -> Entry:
    if cell is None:
        return Entry(NOTHING if source else MISSING)
    metric = table.metric
    write = metric.difference if table.is_difference(cell) else metric.number
    if source:
        value = dict(cell.published).get(source)
        return Entry(NOTHING) if value is None else Entry(write(value), value=value)
    if cell.mean is None:
        return Entry()
    ends = table.ends(cell)
    return Entry(
        write(cell.mean),
        "" if cell.reach is None or ends else metric.number(cell.reach),
        ends,
        mark(table, cell),
        cell.best,
        cell.mean,
        _hint(cell),
    )


def _hint(cell: Cell) -> str:
    if cell.shared is None:
        return ""
    if cell.p is None:
        return f"no test, shared draws: {cell.shared}"
    return f"p = {cell.p:.3g}, shared draws: {cell.shared}"
