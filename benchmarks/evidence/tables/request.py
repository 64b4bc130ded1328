"""What a table shall show: two axes, a metric and filters; wrong names are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from benchmarks.evidence.axes import AXES, IN_LABEL, ROW, SEEDS
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.results import method_labels
from benchmarks.evidence.statistics import LEVEL
from benchmarks.grid.errors import nearest

# What can be best: the first of these among rows and columns competes.
COMPETING = ("method", *IN_LABEL, "protocol")
TITLES = {"train_size": "training samples", "split_seed": "split seed", "init_seed": "init seed"}
NUMBERED = (*SEEDS, "threads")
UNNAMED = {"backbone": "no backbone", "loss": "no loss", "variant": "no variant"}


@dataclass(frozen=True)
class TableRequest:
    """Two axes of the grid as rows and columns, and what stands in the cells.

    An axis is `dataset`, `protocol`, `method`, `backbone`, `loss`, `augmentation`, `resampling`,
    `variant`, `train_size`, `split_seed`, `init_seed` or `threads`. `filters` keeps the named
    values of an axis; every combination of the axes that are neither rows nor columns is a panel of
    its own, except that
    runs over split and init seeds are averaged, and the axes of IN_LABEL are told in the
    method's label.

    `reference` is a value of the axis that competes (methods where they are rows or columns): the
    cells then hold the paired differences to it. `direction` (larger, smaller or none is better)
    is known of the suite's own metrics. `level` is that of intervals; tests use 1 - level.
    """

    rows: str = "method"
    columns: str = "train_size"
    metric: str = "accuracy"
    direction: str | None = None
    filters: Mapping[str, Sequence[object]] = field(default_factory=dict)
    reference: str | None = None
    level: float = LEVEL

    @property
    def competing(self) -> str | None:
        """The axis whose values are compared with each other, or None."""
        return next((axis for axis in COMPETING if axis in (self.rows, self.columns)), None)

    @property
    def axes(self) -> list[str]:
        """What a cell is about: the axes of a result, and seeds or threads if asked for."""
        asked = [axis for axis in (self.rows, self.columns) if axis not in ROW]
        return [*ROW, *asked]

    @property
    def panel_axes(self) -> list[str]:
        """The axes that are the same within a panel."""
        shown = (self.rows, self.columns, *self.in_label)
        return [axis for axis in ROW if axis not in shown]

    @property
    def in_label(self) -> list[str]:
        """The axes that are told in the method's label, because they are not shown themselves."""
        return [axis for axis in IN_LABEL if axis not in (self.rows, self.columns)]


def check_request(request: TableRequest, frame: pd.DataFrame) -> None:
    """Raises EvidenceError for an axis or filter that the results do not have."""
    known = [axis for axis in (*ROW, *NUMBERED) if axis in frame.columns]
    for name, axis in (("rows", request.rows), ("columns", request.columns)):
        if axis not in known:
            raise EvidenceError(f"{name}={axis}: {nearest(axis, known)}")
    if request.rows == request.columns:
        raise EvidenceError(f"columns={request.columns}: already the rows; choose another axis")
    for axis in request.filters:
        if axis not in known:
            raise EvidenceError(f"{axis}: no axis to filter by: {nearest(axis, known)}")
    if request.reference is not None and request.competing is None:
        raise EvidenceError(
            f"reference={request.reference}: nothing competes here: make method rows or columns"
        )


def filtered(frame: pd.DataFrame, filters: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """The rows whose axes have one of the values asked for; compared as text, so "10" finds 10.

    Raises EvidenceError for a value that no result has.
    """
    for axis, values in filters.items():
        texts = frame[axis].map(str)
        for value in values:
            if str(value) not in set(texts):
                raise EvidenceError(f"{axis}={value}: {nearest(value, set(texts))}")
        frame = frame[texts.isin([str(value) for value in values])]
    return frame


def labels(frame: pd.DataFrame, request: TableRequest) -> pd.Series:
    """The method's label in each row: with those of IN_LABEL of which it has several, unless they
    are an axis of the table.
    """
    shown = {axis: "" for axis in IN_LABEL if axis not in request.in_label}
    return method_labels(frame.assign(**shown))


def value_label(axis: str, value: object) -> str:
    """How a row, a column or a title names a value: `n = 10`, `split seed 3`, `mnist01`."""
    if axis == "train_size":
        return f"n = {value}"
    if axis in NUMBERED:
        return f"{title(axis)} {value}"
    return str(value) or UNNAMED.get(axis, "none")


def row_label(axis: str, value: object) -> str:
    """As `value_label`, below the title of the axis: `3` for a seed."""
    return str(value) if axis in NUMBERED else value_label(axis, value)


def fixed_text(fixed: Iterable[tuple[str, object]]) -> str:
    """The title of a panel: `mnist01, protocol default, n = 10`."""
    named = (*AXES, "method")
    return ", ".join(
        f"{axis} {value_label(axis, value)}" if axis in named else value_label(axis, value)
        for axis, value in fixed
    )


def title(axis: str) -> str:
    """What an axis is called in a table."""
    return TITLES.get(axis, axis)
