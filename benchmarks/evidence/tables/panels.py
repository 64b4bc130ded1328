"""A table as values: panels of rows of cells, in the order they are read in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables.comparisons import Correction
from benchmarks.evidence.tables.metrics import Metric
from benchmarks.evidence.tables.published_numbers import published_numbers
from benchmarks.evidence.tables.request import TableRequest, fixed_text, row_label, value_label

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves


@dataclass(frozen=True)
class Cell:
    """One result: mean over draws with its interval, and its standing among its competitors.

    `runs` are trained and tested models, `draws` training samples. With a reference, the numbers
    are paired differences to it, and its own (`is_reference`) its mean. `p` is against the best
    or the reference, on `shared` draws, adjusted as `correction` says; `p` is None where these are
    too few for a test, both are None where nothing was to be compared. `not_significantly_worse`
    is what the test says, None without one; beside a reference it means not significantly
    different. `common` and `lacking` tell of the draws of all competitors, see `Standing`.
    `published` are (label, value). Values are in the metric's own scale: accuracies from 0 to 1.
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
    published: tuple[tuple[str, float], ...] = ()

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
    def has_tests(self) -> bool:
        """Whether any difference was tested: only then is it marked where none could be."""
        return any(cell.p is not None for panel in self.panels for cell in panel.cells)

    @property
    def published_in_rows(self) -> bool:
        """Whether published numbers stand in rows below ours, or in columns beside ours."""
        return self.request.competing != self.request.columns


def build_panels(
    cells: pd.DataFrame,
    request: TableRequest,
    orders: Mapping[str, Sequence[str]],
    curves: Sequence[PublishedCurves],
) -> tuple[Panel, ...]:
    """The panels of `table_cells`: the values of an axis as in `orders`, or else sorted.

    A method of its order that has no result on a panel's dataset keeps an empty row (column).
    `curves` are the published numbers.
    """
    names = dict(zip(cells["label"], cells["method"], strict=True))
    ordering = _Ordering(orders, names | {name: name for name in orders.get("method", ())})
    published = published_numbers(cells, request, curves)
    # From here on a method is told by its label.
    cells = cells.assign(method=cells["label"], published=published)
    axes = request.panel_axes
    found = dict(iter(cells.groupby(axes, dropna=False)))
    keys = sorted(found, key=lambda key: [*map(ordering.key, axes, key)])
    return tuple(_panel(found[key], request, ordering, key) for key in keys)


def in_order(order: Iterable[str], name: Any) -> tuple[int, Any]:
    """Sort key: the place of a name in `order`; names that are not there come last, by name."""
    order = list(order)
    return (order.index(name), "") if name in order else (len(order), name)


@dataclass(frozen=True)
class _Ordering:
    """The order of the values of each axis; `names` are the methods behind the labels."""

    orders: Mapping[str, Sequence[str]]
    names: Mapping[str, str]

    def key(self, axis: str, value: Any) -> tuple[Any, ...]:
        name = self.names[value] if axis == "method" else value
        return (*in_order(self.orders.get(axis, ()), name), value)

    def values(self, cells: pd.DataFrame, axis: str) -> list[Any]:
        """The values of an axis in these cells, and the methods without any."""
        values = set(cells[axis].tolist())
        if axis == "method":
            present = {self.names[label] for label in values}
            values |= set(self.orders.get(axis, ())) - present
        return sorted(values, key=lambda value: self.key(axis, value))


def _panel(
    cells: pd.DataFrame, request: TableRequest, ordering: _Ordering, key: tuple[Any, ...]
) -> Panel:
    rows, columns = (ordering.values(cells, axis) for axis in (request.rows, request.columns))
    found = {
        (cell[request.rows], cell[request.columns]): _cell(cell)
        for cell in cells.to_dict("records")
    }
    return Panel(
        tuple(zip(request.panel_axes, key, strict=True)),
        tuple(columns),
        tuple(value_label(request.columns, value) for value in columns),
        tuple(
            Row(
                row,
                row_label(request.rows, row),
                tuple(found.get((row, column)) for column in columns),
            )
            for row in rows
        ),
    )


def _cell(cell: Mapping[str, Any]) -> Cell:
    mean, half, low, high, p, shared, common = (
        None if pd.isna(cell[name]) else float(cell[name])
        for name in ("mean", "reach", "low", "high", "p", "shared", "common")
    )
    not_worse = cell["not_significantly_worse"]
    return Cell(
        mean=mean,
        reach=half,
        low=low,
        high=high,
        runs=int(cell["runs"]),
        draws=int(cell["draws"]),
        best=bool(cell["best"]),
        not_significantly_worse=None if not_worse is None else bool(not_worse),
        is_reference=bool(cell["is_reference"]),
        p=p,
        shared=None if shared is None else int(shared),
        correction=cell["correction"],
        common=None if common is None else int(common),
        lacking=bool(cell["lacking"]),
        published=cell["published"],
    )


def _span(counts: Iterable[int]) -> str:
    counts = sorted(counts)
    if not counts:
        return "0"
    return str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
