"""From the cells of a table to its panels, in the order they are read in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.axes import counting
from benchmarks.evidence.tables.panels import Cell, Panel, Row
from benchmarks.evidence.tables.published_numbers import published_numbers
from benchmarks.evidence.tables.request import TableRequest, row_label, value_label
from benchmarks.records.holdings import Place

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves


def build_panels(
    cells: pd.DataFrame,
    request: TableRequest,
    orders: Mapping[str, Sequence[str]],
    curves: Sequence[PublishedCurves],
    planned: Collection[Place] = (),
) -> tuple[Panel, ...]:
    """The panels of `table_cells`: the values of an axis as in `orders`, or else sorted.

    A method of its order that has no result on a panel's dataset keeps an empty row (column); where
    `planned` says which methods the grid has there, those alone. `curves` are the published
    numbers.
    """
    names = dict(zip(cells["label"], cells["method"], strict=True))
    every = names | {name: name for name in orders.get("method", ())}
    ordering = _Ordering(orders, every, planned)
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
    return (order.index(name), "") if name in order else (len(order), counting(name))


@dataclass(frozen=True)
class _Ordering:
    """The order of the values of each axis; `names` are the methods behind the labels, `planned`
    the places of the grid.
    """

    orders: Mapping[str, Sequence[str]]
    names: Mapping[str, str]
    planned: Collection[Place]

    def key(self, axis: str, value: Any) -> tuple[Any, ...]:
        name = self.names[value] if axis == "method" else value
        return (*in_order(self.orders.get(axis, ()), name), counting(value))

    def values(self, cells: pd.DataFrame, axis: str, where: Mapping[str, Any]) -> list[Any]:
        """The values of an axis in these cells, and the methods without any that are expected."""
        values = set(cells[axis].tolist())
        if axis == "method":
            present = {self.names[label] for label in values}
            lacking = set(self.orders.get(axis, ())) - present
            values |= {method for method in lacking if self._expects(method, where)}
        return sorted(values, key=lambda value: self.key(axis, value))

    def _expects(self, method: str, where: Mapping[str, Any]) -> bool:
        """Whether the grid has a method at the axes that a panel fixes."""
        if not self.planned:
            return True
        dataset, protocol = where.get("dataset"), where.get("protocol")
        return any(
            place[2] == method and dataset in (None, place[0]) and protocol in (None, place[1])
            for place in self.planned
        )


def _panel(
    cells: pd.DataFrame, request: TableRequest, ordering: _Ordering, key: tuple[Any, ...]
) -> Panel:
    where = dict(zip(request.panel_axes, key, strict=True))
    axes = (request.rows, request.columns)
    rows, columns = (ordering.values(cells, axis, where) for axis in axes)
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
        division=cell["division"],
        published=cell["published"],
        parameters=cell["parameters"],
        trainable_parameters=cell["trainable_parameters"],
        optimistic=cell["optimistic"],
    )
