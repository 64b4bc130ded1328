"""Columns of a table as what is learned from: numbers, or categories coded from 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datasets.errors import WrongOption

if TYPE_CHECKING:
    import pandas as pd


def numbers(column: pd.Series) -> tuple[np.ndarray, int]:
    """The column as float32 (N,), and 0 for its number of categories.

    Raises WrongOption, naming the column and the number of rows, for text, for values that are
    missing and for those that are infinite in float32.
    """
    require_values(column)
    _require_numbers(column)
    with np.errstate(over="ignore"):
        values = column.to_numpy(dtype=np.float64).astype(np.float32)
    infinite = int((~np.isfinite(values)).sum())
    if infinite:
        what = f"{infinite} of its {len(column)} rows are infinite as 32-bit numbers"
        raise WrongOption("column", column.name, f"{what}; mend them, or {_dropping(column)}")
    return values, 0


def categories(column: pd.Series) -> tuple[np.ndarray, int]:
    """The codes (N,), from 0 in the order of the categories, and how many there are.

    Raises WrongOption, naming the column and the number of rows, for values that are missing.
    """
    require_values(column)
    _, codes = ordered(column)
    return codes, int(codes.max()) + 1


def ordered(column: pd.Series) -> tuple[tuple[str, ...], np.ndarray]:
    """The distinct values as names, numbers by size and others by name, and which (int64) each row
    has. Quotes of one kind around a value are no part of its name."""
    names = np.array([_name(value) for value in column])
    distinct, codes = np.unique(names, return_inverse=True)
    try:
        order = np.argsort([float(name) for name in distinct], kind="stable")
    except ValueError:
        order = np.arange(len(distinct))
    rank = np.argsort(order)
    return tuple(distinct[order].tolist()), rank[codes].astype(np.int64)


def require_values(column: pd.Series) -> None:
    """Raises WrongOption, naming the column, where rows have no value in it."""
    missing = int(column.isna().sum())
    if missing:
        what = f"{missing} of its {len(column)} rows have no value"
        raise WrongOption("column", column.name, f"{what}; fill them in, or {_dropping(column)}")


def _require_numbers(column: pd.Series) -> None:
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_bool_dtype(column) or (is_numeric_dtype(column) and column.dtype.kind != "c"):
        return
    texts = pd.to_numeric(column.astype(str), errors="coerce").isna()
    first = column[texts].iloc[0] if texts.any() else column.iloc[0]
    what = f"{int(texts.sum())} of its {len(column)} rows hold no number, such as {str(first)!r}"
    remedy = f"dataset.categorical=[{column.name}], or {_dropping(column)}"
    raise WrongOption("column", column.name, f"{what}; {remedy}")


def _dropping(column: pd.Series) -> str:
    return f"dataset.drop=[{column.name}]"


def _name(value: object) -> str:
    """`1` for 1.0, too: a file with a missing value has floats where another has whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text
