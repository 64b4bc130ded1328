"""The column of a table that holds the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.columns import ordered
from datasets.errors import WrongOption, listed

if TYPE_CHECKING:
    import pandas as pd


def classes_of(
    column: pd.Series, target: str | int | None, positive: Any = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels int64 (N,) and the names of the classes, in order but for `positive`, the last.

    Raises WrongOption for rows without a class, a single class, numbers that are no classes and a
    `positive` that is none.
    """
    _require_labels(column, target)
    if column.dtype.kind == "f" and not (column % 1 == 0).all():
        remedy = f"{column.name} holds numbers with decimals; a column of classes is needed"
        raise WrongOption("dataset.target", target, remedy)
    names, labels = ordered(column)
    if len(names) < 2:
        held = f"{names[0]} in all {len(column)} rows"
        remedy = f"{column.name} is constant ({held}); a column of two classes or more is needed"
        raise WrongOption("dataset.target", target, remedy)
    return (labels, names) if positive is None else with_last(labels, names, positive)


def with_last(
    labels: np.ndarray, names: tuple[str, ...], positive: Any
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels and names, numbered anew so that the class `positive` is the last; raises WrongOption
    where there is no such class."""
    name = str(positive)
    if name not in names:
        raise WrongOption("dataset.positive", positive, f"no such class; one of {', '.join(names)}")
    order = (*(other for other in names if other != name), name)
    new = np.array([order.index(other) for other in names])
    return new[labels], order


def _require_labels(column: pd.Series, target: str | int | None) -> None:
    rows = (np.flatnonzero(column.isna()) + 1).tolist()
    if rows:
        told = f"row{'s' * (len(rows) > 1)} {listed(rows)}, counted from 1 without the header"
        what = f"{len(rows)} of {len(column)} rows have no label in {column.name} ({told})"
        raise WrongOption("dataset.target", target, f"{what}; label these rows or remove them")
