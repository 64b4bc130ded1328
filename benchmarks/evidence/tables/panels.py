"""A table as values: panels of rows of cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables.comparisons import Correction
from benchmarks.evidence.tables.divisions import Division
from benchmarks.evidence.tables.metrics import Metric
from benchmarks.evidence.tables.parameters import COUNTED, Span, joined, parameters_text
from benchmarks.evidence.tables.request import TableRequest, fixed_text


@dataclass(frozen=True)
class Cell:
    """One result: mean over draws with its interval, and its standing among its competitors.

    `runs` are trained and tested models, `draws` training samples. With a reference, the numbers
    are paired differences to it, and its own (`is_reference`) its mean. `p` is against the best
    or the reference, on `shared` draws, adjusted as `correction` says; `p` is None where these are
    too few for a test, both are None where nothing was to be compared. `not_significantly_worse`
    is what the test says, None without one; beside a reference it means not significantly
    different. `common` and `lacking` tell of the draws of all competitors, see `Standing`;
    `division` are those it competes with, where not all were tested on as many samples, else None.
    `parameters` and `trainable_parameters` are the fewest and the most of its models, None where
    they are not known; `optimistic` says why its numbers are too good, and is empty where they are
    not. `published` are (label, value). Values are in the metric's own scale: accuracies from 0
    to 1.
    """

    mean: float | None
    reach: float | None
    low: float | None
    high: float | None
    runs: int
    draws: int
    best: bool = False
    not_significantly_worse: bool | None = None
    is_reference: bool = False
    p: float | None = None
    shared: int | None = None
    correction: Correction = ""
    common: int | None = None
    lacking: bool = False
    division: Division | None = None
    published: tuple[tuple[str, float], ...] = ()
    parameters: Span | None = None
    trainable_parameters: Span | None = None
    optimistic: str = ""

    @property
    def untested(self) -> bool:
        """Whether a comparison was wanted but too few draws are shared for a test."""
        return self.shared is not None and self.p is None


@dataclass(frozen=True)
class Row:
    """A value of the row axis and its cells, one per column; None where there is no result."""

    value: Any
    label: str
    cells: tuple[Cell | None, ...]

    @property
    def runs(self) -> str:
        """Runs behind each cell: `20`, or `10 to 20`, or `0`."""
        return _span(cell.runs for cell in self.cells if cell)

    @property
    def draws(self) -> str:
        """Draws behind each cell, as `runs`."""
        return _span(cell.draws for cell in self.cells if cell)

    @property
    def parameters(self) -> str:
        """Trainable and all parameters of the models of all cells, see `parameters_text`."""
        return parameters_of(self.cells)

    @property
    def optimistic(self) -> str:
        """Why numbers of this row are too good; empty where none is."""
        return next((cell.optimistic for cell in self.cells if cell and cell.optimistic), "")


@dataclass(frozen=True)
class Panel:
    """One table for reading; `fixed` are the axes, and their values, that all its cells share.

    `values` are those of the column axis, `columns` their labels. The value of a method is its
    label.
    """

    fixed: tuple[tuple[str, Any], ...]
    values: tuple[Any, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def title(self) -> str:
        """`mnist01, protocol default`."""
        return fixed_text(self.fixed)

    @property
    def cells(self) -> list[Cell]:
        """All cells that have a result."""
        return [cell for row in self.rows for cell in row.cells if cell]

    @property
    def published(self) -> list[str]:
        """The labels of the published numbers in this panel."""
        return sorted({label for cell in self.cells for label, _ in cell.published})


@dataclass(frozen=True)
class Table:
    """What was asked for, with its panels and what a reader must know is missing."""

    request: TableRequest
    metric: Metric
    panels: tuple[Panel, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def group(self) -> str:
        """Where the cells stand that compete with each other: in a `column` or a `row`."""
        return "column" if self.request.competing == self.request.rows else "row"

    @property
    def shows_draws(self) -> bool:
        """Whether draws need a column of their own: runs on one draw were averaged somewhere."""
        return any(cell.runs != cell.draws for panel in self.panels for cell in panel.cells)

    @property
    def shows_parameters(self) -> bool:
        """Whether parameters have a column of their own: they are known, and a row has its own."""
        return not self.models_in_columns and self.knows_parameters

    @property
    def knows_parameters(self) -> bool:
        """Whether any cell knows its parameters, and the table is not about them anyway."""
        counted = any(cell.parameters for panel in self.panels for cell in panel.cells)
        return counted and self.metric.name not in COUNTED

    def is_difference(self, cell: Cell) -> bool:
        """Whether a cell tells a difference to the reference."""
        return self.request.reference is not None and not cell.is_reference

    def ends(self, cell: Cell) -> str:
        """Both ends of a cell's interval where `mean ± reach` would go beyond what can be, as after
        `Interval.within` it may on the other side; else empty.
        """
        if cell.mean is None or cell.reach is None or cell.low is None or cell.high is None:
            return ""
        difference = self.is_difference(cell)
        if not self.metric.overshoots(cell.mean, cell.reach, difference):
            return ""
        return self.metric.interval(cell.low, cell.high, difference)

    @property
    def models_in_columns(self) -> bool:
        """Whether each column, not each row, is about a model of its own."""
        return self.request.columns in ("method", "backbone")

    @property
    def has_tests(self) -> bool:
        """Whether any difference was tested: only then is it marked where none could be."""
        return any(cell.p is not None for panel in self.panels for cell in panel.cells)

    @property
    def published_in_rows(self) -> bool:
        """Whether published numbers stand in rows below ours, or in columns beside ours."""
        return self.request.competing != self.request.columns


def parameters_of(cells: Iterable[Cell | None]) -> str:
    """Trainable and all parameters of the models behind these cells, see `parameters_text`."""
    known = [cell for cell in cells if cell]
    trainable = joined(cell.trainable_parameters for cell in known)
    return parameters_text(trainable, joined(cell.parameters for cell in known))


def _span(counts: Iterable[int]) -> str:
    counts = sorted(counts)
    if not counts:
        return "0"
    return str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
