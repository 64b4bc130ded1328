"""The grid of a benchmark file: axes inside a block multiply, blocks add.

An axis is a group (`method`), a field in a group (`dataset.train_size`) or a seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.request import GROUPS, SCALARS, is_axis, values_of

Assignment = dict[str, Any]


def assignments(
    blocks: list[dict[str, Any]], requested: dict[str, list[Any]]
) -> Iterator[Assignment]:
    """One mapping axis -> value per cell, in the order of the blocks; may repeat cells."""
    for block in restrict([_parsed(block) for block in blocks], requested):
        for values in itertools.product(*block.values()):
            yield dict(zip(block, values, strict=True))


def restrict(
    blocks: list[dict[str, list[Any]]], requested: dict[str, list[Any]]
) -> list[dict[str, list[Any]]]:
    """Put the requested axes in place of the blocks' own.

    A requested field or seed replaces the axis in every block. Requested choices of a group that
    the benchmark has restrict each block to them (a block left with none is dropped); choices new
    to the benchmark are added to every block.
    """
    for axis, values in requested.items():
        if axis in GROUPS:
            known = [value for block in blocks for value in block.get(axis, [])]
            new = [value for value in values if value not in known]
            blocks = [
                {**block, axis: chosen}
                for block in blocks
                if (chosen := [v for v in block.get(axis, []) if v in values] + new)
            ]
        else:
            blocks = [{**block, axis: values} for block in blocks]
    return blocks


def _parsed(block: dict[str, Any]) -> dict[str, list[Any]]:
    axes = {}
    for axis, written in block.items():
        if not is_axis(axis):
            known = [*GROUPS, *SCALARS, "dataset.train_size", "method.optimizer.lr"]
            raise RequestError("benchmark.grid", axis, f"no such axis; {nearest(axis, known)}")
        axes[axis] = values_of(axis, written)
        if not axes[axis]:
            raise RequestError(f"benchmark.grid.{axis}", written, "an empty axis; give a value")
    return axes
