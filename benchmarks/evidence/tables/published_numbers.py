"""The numbers of the literature beside those of the same method, dataset and training size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.axes import ROW
from benchmarks.evidence.tables.request import TableRequest

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves

METRIC = "accuracy"
Source = tuple[str, float]


def published_numbers(
    cells: pd.DataFrame, request: TableRequest, curves: Sequence[PublishedCurves]
) -> list[tuple[Source, ...]]:
    """(label, value) of each curve that has one, for each row of `table_cells`.

    They are means of accuracies over draws, so other metrics and single seeds have none. Beside
    differences to a reference stand the differences of the published numbers.
    """
    if request.metric != METRIC or request.axes != ROW:
        return [()] * len(cells)
    base = None
    if request.reference is not None:
        if request.competing != "method":
            return [()] * len(cells)
        base = cells.loc[cells["is_reference"], "method"].iloc[0]
    return [_sources(cell, curves, base) for cell in cells.to_dict("records")]


def _sources(
    cell: dict[str, Any], curves: Sequence[PublishedCurves], base: str | None
) -> tuple[Source, ...]:
    found = []
    for curve in curves:
        value = _point(curve, cell, cell["method"])
        if value is not None and base is not None and not cell["is_reference"]:
            other = _point(curve, cell, base)
            value = None if other is None else value - other
        if value is not None:
            found.append((curve.label, value))
    return tuple(found)


def _point(curve: PublishedCurves, cell: dict[str, Any], method: str) -> float | None:
    if curve.dataset != cell["dataset"]:
        return None
    return curve.points.get(method, {}).get(cell["train_size"])
