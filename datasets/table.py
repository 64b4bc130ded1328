"""Any table of rows to be classified, in a CSV or a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from datasets.characters import check_encoding
from datasets.columns import (
    categories,
    numbers,
    require_finite,
    require_numbers,
    require_values,
)
from datasets.errors import WrongOption, listed
from datasets.samples import Samples, few
from datasets.table_file import PUBLISHED, located, table_in
from datasets.target import classes_of

if TYPE_CHECKING:
    import pandas as pd

PEAK = 1.0  # there are no pixels

Column = str | int  # a name, or a position: from 0, or from -1 backwards


@dataclass(frozen=True)
class Table:
    """The rows of a file: one column holds the classes, the others are learned from.

    Columns are named or numbered, from 0, or from the end by -1, -2, ...; in a file without header
    and without given names the names are these numbers.

    Args:
        file: .csv (perhaps .csv.gz) or .parquet. A relative one is looked for in the working
            folder, in `$SCARCE_DATA` and in the cache folder.
        target: the column of classes; it must be given, as -1 where it is the last.
        positive: the class that gets the last label: of two, the one that F1 and average precision
            are about. None leaves the classes in order, by number or by name.
        header: whether the first line of a CSV file names its columns.
        columns: names of all columns of a CSV file, in the place of its header or for want of one.
        drop: columns that are not learned from.
        categorical: columns of categories; all others must be numbers. A learner sees a category
            as columns of zeros and ones (`datasets.encoding`).
        separator: between two values of a CSV file; `\\t` is a tab.
        encoding: of a CSV file, a name that Python knows.
        distinct: whether of rows that are equal in all that is learned from one is kept, with the
            commonest of their labels; rows whose commonest labels tie are left out.

    Raises:
        WrongOption: for a missing `file` and for values of the wrong type.
    """

    to_name: ClassVar[tuple[str, ...]] = ("file",)  # without any it is nobody's data yet
    file: str | PathLike[str] | None = None
    target: Column | None = None
    positive: str | int | float | bool | None = None
    header: bool = True
    columns: Sequence[str] | None = None
    drop: Sequence[Column] = ()
    categorical: Sequence[Column] = ()
    separator: str = ","
    encoding: str = "utf-8"
    distinct: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.file, str | PathLike) or not str(self.file):
            remedy = "give dataset.file=PATH, a .csv or .parquet file"
            raise WrongOption("dataset.file", self.file, remedy)
        if self.target is not None:
            _require_column("target", self.target)
        for name in ("drop", "categorical"):
            _require_list(name, getattr(self, name))
            for column in getattr(self, name):
                _require_column(name, column)
        if self.columns is not None:
            _require_list("columns", self.columns)
        for name in ("header", "distinct"):
            if not isinstance(getattr(self, name), bool):
                raise WrongOption(f"dataset.{name}", getattr(self, name), "true or false")
        if not isinstance(self.separator, str) or len(_character(self.separator)) != 1:
            raise WrongOption(
                "dataset.separator", self.separator, "one character, or \\t for a tab"
            )
        check_encoding(self.encoding)

    def load(self) -> Samples:
        """Samples of shape (N, F), in the order of the file; classes in order, `positive` last.
        Their caveats tell of rows with equal features, and of an own table if it is small.

        Raises:
            DataUnavailable: for a published table that is not on this machine.
            WrongOption: for another file that is not there, a file that is no table or in another
                encoding, a column that is not there, a target that is not given or of one class,
                values that are missing or infinite, text in a column of numbers, and a class of
                which `distinct` leaves no row.
        """
        assert self.file is not None  # or it could not be made
        path = located(self.file)
        frame = self._frame(path)
        target = self._target(frame)
        dropped = {self._place("drop", column, frame) for column in self.drop}
        coded = {self._place("categorical", column, frame) for column in self.categorical}
        self._refuse_overlap(frame, target, dropped, coded)
        learned = [place for place in range(frame.shape[1]) if place not in {target, *dropped}]
        if not learned:
            remedy = "no column is left beside the target; look at dataset.separator and .drop"
            raise WrongOption("dataset.file", self.file, remedy)
        labels, names = classes_of(frame.iloc[:, target], self.target, self.positive)
        require_values(frame.iloc[:, learned], self.file, self.drop)
        to_be_numbers = frame.iloc[:, [place for place in learned if place not in coded]]
        require_numbers(to_be_numbers, self.file, self.categorical, self.drop)
        require_finite(to_be_numbers, self.file, self.drop)
        inputs = np.empty((len(frame), len(learned)), dtype=np.float32)
        levels = []
        for to, place in enumerate(learned):
            read = categories if place in coded else numbers
            inputs[:, to], count = read(frame.iloc[:, place])
            levels.append(count)
        if self.distinct:
            inputs, labels = _one_of_each(inputs, labels)
            _require_all(names, labels)
        caveats = tuple(_repeats(inputs, labels))
        samples = Samples(inputs, labels, names, PEAK, levels=tuple(levels), origin=str(path))
        # The records of the published tables have no other caveats.
        own = () if str(self.file) in PUBLISHED else few(samples)
        return replace(samples, caveats=(*own, *caveats))

    def _frame(self, path: Path) -> pd.DataFrame:
        separator = _character(self.separator)
        return table_in(path, self.encoding, separator, self.header, self.columns)

    def _target(self, frame: pd.DataFrame) -> int:
        if self.target is None:
            remedy = "name the column of classes, or give -1 for the last; the file has "
            raise WrongOption("dataset.target", None, remedy + listed(list(frame.columns)))
        return self._place("target", self.target, frame)

    def _place(self, field: str, column: Column, frame: pd.DataFrame) -> int:
        """The position of a column, from 0."""
        names = [str(name) for name in frame.columns]
        if isinstance(column, int):
            if -len(names) <= column < len(names):
                return column % len(names)
            remedy = f"no such column; the file has {len(names)}, numbered from 0"
            raise WrongOption(f"dataset.{field}", column, remedy)
        if names.count(column) != 1:
            there = "several columns have that name" if column in names else "no such column"
            remedy = f"{there}; the file has {listed(names)}"
            raise WrongOption(f"dataset.{field}", column, remedy)
        return names.index(column)

    def _refuse_overlap(
        self, frame: pd.DataFrame, target: int, dropped: set[int], coded: set[int]
    ) -> None:
        for field, places in (("drop", dropped), ("categorical", coded)):
            if target in places:
                remedy = f"{frame.columns[target]} is the target; leave it out here"
                raise WrongOption(f"dataset.{field}", list(getattr(self, field)), remedy)
        for place in dropped & coded:
            remedy = f"{frame.columns[place]} is dropped; leave it out here"
            raise WrongOption("dataset.categorical", list(self.categorical), remedy)


def _character(separator: str) -> str:
    """As it stands in the file: a tab is hard to type."""
    return "\t" if separator == "\\t" else separator


def _require_column(field: str, column: object) -> None:
    if isinstance(column, bool) or not isinstance(column, str | int):
        raise WrongOption(f"dataset.{field}", column, "the name of a column, or its number from 0")


def _require_list(field: str, value: object) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise WrongOption(f"dataset.{field}", value, "a list of columns")


def _one_of_each(inputs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of equal rows (N, F) the first, with the commonest of their labels (N,); none where several
    labels are the commonest."""
    rows, found, counts = _counted(_first_equals(inputs), labels)
    commonest = counts == _largest(rows, counts)[rows]
    alone = np.bincount(rows[commonest], minlength=len(inputs)) == 1
    kept = commonest & alone[rows]
    return inputs[rows[kept]], found[kept]


def _repeats(inputs: np.ndarray, labels: np.ndarray) -> list[str]:
    """What is to be said of rows (N, F) with equal features, and of unlike labels (N,) of these."""
    first = _first_equals(inputs)
    sizes = np.bincount(first)
    if sizes.max() == 1:
        return []
    told = (
        f"{sizes[sizes > 1].sum():,} of {len(inputs):,} rows have the features of another (up to "
        f"{sizes.max():,} alike): leakage wherever a split separates them; dataset.distinct=true "
        "keeps one of each"
    )
    rows, _, counts = _counted(first, labels)
    unlike = len(labels) - _largest(rows, counts).sum()
    otherwise = f"{unlike:,} of these rows are not of the commonest class among their equals"
    return [told, *([otherwise] if unlike else [])]


def _first_equals(inputs: np.ndarray) -> np.ndarray:
    """For each row (N, F) the number of the first one that is equal to it: int64 (N,)."""
    seen: dict[bytes, int] = {}
    rows = enumerate(inputs + 0.0)  # of which -0.0 has the bytes of 0.0
    return np.array([seen.setdefault(row.tobytes(), number) for number, row in rows])


def _counted(first: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each pair of a first row and a label once, in order, and how often it occurs: int64 (P,)."""
    classes = labels.max() + 1
    pairs, counts = np.unique(first * classes + labels, return_counts=True)
    return pairs // classes, pairs % classes, counts


def _largest(rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The largest count of each row, by its number; 0 of rows without any."""
    largest = np.zeros(rows.max() + 1, dtype=np.int64)
    np.maximum.at(largest, rows, counts)
    return largest


def _require_all(names: tuple[str, ...], labels: np.ndarray) -> None:
    for label in np.setdiff1d(np.arange(len(names)), labels):
        remedy = (
            f"every row of class {names[label]} equals as many or more rows of another; use false"
        )
        raise WrongOption("dataset.distinct", True, remedy)
