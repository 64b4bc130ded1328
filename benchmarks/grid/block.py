"""One block of a benchmark file: axes multiply, `zip` pairs axes, `exclude` removes combinations.

    - dataset: [mnist01, digits01]
      zip: {dataset.train_size: [10, 80], method.epochs: [50, 200]}
      method: [mlp, cnn]
      split_seed: range(10)
      exclude:
        - {dataset: digits01, method: cnn}

An axis is a group (`method`), a field in a group (`dataset.train_size`) or a seed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.request import GROUPS, SCALARS, is_axis, values_of

ZIP, EXCLUDE = "zip", "exclude"
EXAMPLES = ("dataset.train_size", "method.optimizer.lr")

Assignment = dict[str, Any]
Exclude = dict[str, list[Any]]


@dataclass(frozen=True)
class Factor:
    """Axes that vary together, one row of values per position; a plain axis is one alone."""

    axes: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    @property
    def paired(self) -> bool:
        return len(self.axes) > 1

    def column(self, axis: str) -> list[Any]:
        return [row[self.axes.index(axis)] for row in self.rows]

    def keep(self, axis: str, values: list[Any]) -> Factor:
        """The positions where the axis has one of the values."""
        kept = [row for row, own in zip(self.rows, self.column(axis), strict=True) if own in values]
        return Factor(self.axes, kept)


@dataclass(frozen=True)
class Block:
    """Factors multiply; a combination that matches an exclude in all of its axes is left out."""

    factors: tuple[Factor, ...]
    excludes: tuple[Exclude, ...] = ()

    def factor(self, axis: str) -> Factor | None:
        return next((factor for factor in self.factors if axis in factor.axes), None)

    def column(self, axis: str) -> list[Any]:
        """The values of an axis; none where the block does not have it."""
        factor = self.factor(axis)
        return factor.column(axis) if factor else []

    def put(self, factor: Factor) -> Block:
        """The block with this factor in the place of the one that has its axes, or at the end."""
        if self.factor(factor.axes[0]) is None:
            return Block((*self.factors, factor), self.excludes)
        swapped = [factor if factor.axes[0] in own.axes else own for own in self.factors]
        return Block(tuple(swapped), self.excludes)

    @property
    def combinations(self) -> int:
        """How many there are before any is left out."""
        return math.prod(len(factor.rows) for factor in self.factors)

    def assignments(self) -> Iterator[Assignment]:
        names = [axis for factor in self.factors for axis in factor.axes]
        for rows in itertools.product(*(factor.rows for factor in self.factors)):
            cell = dict(zip(names, itertools.chain.from_iterable(rows), strict=True))
            if not any(_matches(exclude, cell) for exclude in self.excludes):
                yield cell


def plain(axis: str, values: list[Any]) -> Factor:
    return Factor((axis,), [(value,) for value in values])


def parse_block(written: dict[str, Any]) -> Block:
    """A block as it stands in the file; raises RequestError for whatever cannot be meant."""
    factors: list[Factor] = []
    for name, content in written.items():
        if name == ZIP:
            factors += _zips(content)
        elif name != EXCLUDE:
            factors.append(plain(name, _values(name, content, "benchmark.grid")))
    _refuse_repeated_axes(factors)
    block = Block(tuple(factors))
    return Block(block.factors, tuple(_excludes(written.get(EXCLUDE, []), block)))


def _matches(exclude: Exclude, cell: Assignment) -> bool:
    return all(cell[axis] in values for axis, values in exclude.items())


def _zips(content: Any) -> list[Factor]:
    mappings = content if isinstance(content, list) else [content]
    if not mappings or not all(isinstance(mapping, dict) and mapping for mapping in mappings):
        remedy = "give a mapping axis: values, or a list of such mappings"
        raise RequestError("benchmark.grid.zip", content, remedy)
    return [_zip(mapping) for mapping in mappings]


def _zip(mapping: dict[str, Any]) -> Factor:
    columns = {axis: _values(axis, v, "benchmark.grid.zip") for axis, v in mapping.items()}
    if len({len(values) for values in columns.values()}) > 1:
        lengths = ", ".join(f"{axis} has {len(values)}" for axis, values in columns.items())
        remedy = f"{lengths}; paired axes need equally many values"
        raise RequestError("benchmark.grid.zip", ",".join(columns), remedy)
    return Factor(tuple(columns), list(zip(*columns.values(), strict=True)))


def _excludes(content: Any, block: Block) -> Iterator[Exclude]:
    shaped = isinstance(content, list) and all(isinstance(e, dict) and e for e in content)
    if not shaped:
        remedy = "give a list of mappings axis: value or values"
        raise RequestError("benchmark.grid.exclude", content, remedy)
    for mapping in content:
        yield _exclude(mapping, block)


def _exclude(mapping: dict[str, Any], block: Block) -> Exclude:
    """Refused where it can remove nothing from the block as the file states it."""
    known = [axis for factor in block.factors for axis in factor.axes]
    for axis in mapping:
        if axis not in known:
            remedy = f"its block has no axis {axis}; {nearest(axis, known)}"
            raise RequestError("benchmark.grid.exclude", mapping, remedy)
    exclude = {axis: _values(axis, v, "benchmark.grid.exclude") for axis, v in mapping.items()}
    if not all(_touches(exclude, factor) for factor in block.factors):
        remedy = "matches no cell of its block; give values that stand together there"
        raise RequestError("benchmark.grid.exclude", mapping, remedy)
    return exclude


def _touches(exclude: Exclude, factor: Factor) -> bool:
    here = {axis: values for axis, values in exclude.items() if axis in factor.axes}
    rows = (dict(zip(factor.axes, row, strict=True)) for row in factor.rows)
    return any(_matches(here, row) for row in rows)


def _values(axis: Any, written: Any, where: str) -> list[Any]:
    if not isinstance(axis, str) or not is_axis(axis):
        known = [*GROUPS, *SCALARS, ZIP, EXCLUDE, *EXAMPLES]
        raise RequestError(where, axis, f"no such axis; {nearest(axis, known)}")
    values = values_of(axis, written)
    if not values:
        raise RequestError(f"{where}.{axis}", written, "an empty axis; give a value")
    return values


def _refuse_repeated_axes(factors: list[Factor]) -> None:
    stated: set[str] = set()
    for axis in (axis for factor in factors for axis in factor.axes):
        if axis in stated:
            raise RequestError("benchmark.grid", axis, "stated twice in one block; keep one")
        stated.add(axis)
