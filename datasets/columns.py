"""Columns of a table as what is learned from: numbers, or categories coded from 0."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from datasets.errors import WrongOption

if TYPE_CHECKING:
    import pandas as pd

PLAIN = re.compile(r"(?!(null|true|false|nan|inf)$)[a-z_][a-z0-9_]*", re.IGNORECASE)  # for Hydra
WITH_COMMA = r"\s*[+-]?\d+,\d+\s*"


def numbers(column: pd.Series) -> tuple[np.ndarray, int]:
    """The column, which has a number in each row, as float32 (N,), and 0 for its number of
    categories."""
    with np.errstate(over="ignore"):
        return column.to_numpy(dtype=np.float64).astype(np.float32), 0


def categories(column: pd.Series) -> tuple[np.ndarray, int]:
    """The codes (N,), from 0 in the order of the categories, and how many there are."""
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


def require_values(frame: pd.DataFrame, file: object, dropped: Sequence[str | int]) -> None:
    """Raises WrongOption, naming all columns in which rows have no value."""
    told = _told(frame, lambda column: column.isna().to_numpy())
    if told:
        dropping = option("drop", [*dropped, *told])
        remedy = f"no value in {', '.join(told.values())}; fill in or remove these rows, or give "
        raise WrongOption("dataset.file", file, f"{remedy}{dropping}")


def require_finite(frame: pd.DataFrame, file: object, dropped: Sequence[str | int]) -> None:
    """Raises WrongOption, naming all columns of numbers in which rows are infinite in float32."""
    told = _told(frame, lambda column: ~np.isfinite(numbers(column)[0]))
    if told:
        dropping = option("drop", [*dropped, *told])
        what = f"infinite as 32-bit numbers: {', '.join(told.values())}"
        raise WrongOption("dataset.file", file, f"{what}; mend these rows, or give {dropping}")


def _told(frame: pd.DataFrame, wrong: Callable[[pd.Series], np.ndarray]) -> dict[str, str]:
    """Of each column with wrong rows, by its name, how many and the first of them, from 1."""
    told = {}
    for place, name in enumerate(frame.columns):
        rows = np.flatnonzero(wrong(frame.iloc[:, place]))
        if len(rows):
            told[name] = f"{name} ({len(rows)} of {len(frame)} rows, first row {rows[0] + 1})"
    return told


def require_numbers(
    frame: pd.DataFrame, file: object, coded: Sequence[str | int], dropped: Sequence[str | int]
) -> None:
    """Raises WrongOption, naming all columns that hold something else in some row; `coded` and
    `dropped` are named already as categories and as left out."""
    told: dict[str, str] = {}
    commas: dict[str, str] = {}
    for place, name in enumerate(frame.columns):
        others = _no_numbers(frame.iloc[:, place])
        if len(others):
            shown = f"{name} ({len(others)} of {len(frame)} rows, such as {str(others.iloc[0])!r})"
            (commas if others.astype(str).str.fullmatch(WITH_COMMA).all() else told)[name] = shown
    if commas:
        remedy = f"decimal commas in {', '.join(commas.values())}; write decimal points"
        raise WrongOption("dataset.file", file, remedy)
    if told:
        choices = (
            f"{option('categorical', [*coded, *told])}, or {option('drop', [*dropped, *told])}"
        )
        remedy = f"no numbers in {', '.join(told.values())}; mend these rows, or give {choices}"
        raise WrongOption("dataset.categorical", list(coded), remedy)


def option(field: str, columns: Sequence[str | int]) -> str:
    """The columns as an option of a data set, as it is typed into a shell."""
    plain = all(isinstance(name, int) or PLAIN.fullmatch(name) for name in columns)
    written = (name if plain else json.dumps(name, ensure_ascii=False) for name in columns)
    text = f"dataset.{field}=[{','.join(map(str, written))}]"
    return text if plain else shlex.quote(text)


def _no_numbers(column: pd.Series) -> pd.Series:
    """The values of a column that are no numbers."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_bool_dtype(column) or (is_numeric_dtype(column) and column.dtype.kind != "c"):
        return column[:0]
    texts = pd.to_numeric(column.astype(str), errors="coerce").isna()
    return column[texts] if texts.any() else column


def _name(value: object) -> str:
    """`1` for 1.0, too: a file with a missing value has floats where another has whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text
