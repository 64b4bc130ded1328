"""The grid of a benchmark file: a list of blocks, whose cells add up; requests restrict it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.grid.block import Assignment, Block, parse_block, plain
from benchmarks.grid.errors import RequestError
from benchmarks.grid.request import GROUPS

MOST_CELLS = 200_000  # that a grid may have before exclusions; planning as many takes minutes

Requested = dict[str, list[Any]]


def grid_of(benchmark: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a benchmark's file; raises RequestError where they are none."""
    grid = benchmark.get("grid")
    if not isinstance(grid, list) or not all(isinstance(block, dict) for block in grid) or not grid:
        raise RequestError("benchmark.grid", grid, "a list of blocks, each a mapping axis: values")
    return grid


def assignments(blocks: list[dict[str, Any]], requested: Requested) -> Iterator[Assignment]:
    """One mapping axis -> value per cell, in the order of the blocks; may repeat cells.

    Raises RequestError for a block that cannot be meant and for a grid without a cell.
    """
    own = [parse_block(block) for block in blocks]
    if not any(_has_cells(block) for block in own):
        raise RequestError("benchmark.grid", "no cells", "exclude removes all; leave some")
    restricted = restrict(own, requested)
    _refuse_too_many(restricted)
    left = [block for block in restricted if _has_cells(block)]
    if not left:
        asked = " ".join(f"{axis}={_text(values)}" for axis, values in requested.items())
        remedy = f"the benchmark's file excludes all that was asked for ({asked}); ask for others"
        raise RequestError("benchmark.grid", "no cells", remedy)
    for block in left:
        yield from block.assignments()


def stated_blocks(blocks: list[dict[str, Any]], requested: Requested) -> list[Block]:
    """The blocks as the file states them, and what a request gives several values to: what tells
    rows apart stays the same where a request asks for some of them."""
    asked = tuple(plain(axis, values) for axis, values in requested.items())
    return [*map(parse_block, blocks), Block(asked)]


def own_choices(blocks: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Of every group, what the benchmark's file names."""
    own = [parse_block(block) for block in blocks]
    return {group: [value for block in own for value in block.column(group)] for group in GROUPS}


def restrict(blocks: list[Block], requested: Requested) -> list[Block]:
    """Put the requested axes in place of the blocks' own; what is excluded stays excluded.

    A requested field or seed replaces the axis in every block. Requested choices of a group that
    the benchmark has restrict each block to them (a block left with none is dropped); choices new
    to the benchmark are added to every block.

    Where an axis is paired with others, only the positions with requested values are kept, and a
    block left with none is dropped. A requested value that no block can take is refused.
    """
    stated = blocks
    for axis, values in requested.items():
        _refuse_values_without_partner(axis, values, blocks, stated)
        known = [value for block in blocks for value in block.column(axis)]
        new = [value for value in values if value not in known]
        restricted = [_restricted(block, axis, values, new) for block in blocks]
        if not any(restricted):
            raise _paired(axis, values, blocks)
        blocks = [block for block in restricted if block]
    return blocks


def _restricted(block: Block, axis: str, values: list[Any], new: list[Any]) -> Block | None:
    """None where nothing of the block is left."""
    factor = block.factor(axis)
    if factor and factor.paired:
        kept = factor.keep(axis, values)
        return block.put(kept) if kept.rows else None
    if axis in GROUPS:
        values = [value for value in block.column(axis) if value in values] + new
    return block.put(plain(axis, values)) if values else None


def _refuse_values_without_partner(
    axis: str, values: list[Any], blocks: list[Block], stated: list[Block]
) -> None:
    factors = [block.factor(axis) for block in blocks]
    if all(factor and factor.paired for factor in factors):
        known = [value for block in stated for value in block.column(axis)]
        unknown = [value for value in values if value not in known]
        if unknown:
            raise _paired(axis, unknown, stated)


def _paired(axis: str, values: list[Any], blocks: list[Block]) -> RequestError:
    factors = [factor for block in blocks if (factor := block.factor(axis))]
    others = dict.fromkeys(name for f in factors for name in f.axes if name != axis)
    choices = [value for factor in factors for value in factor.column(axis)]
    choices = [value for index, value in enumerate(choices) if value not in choices[:index]]
    remedy = f"paired with {', '.join(others)} in the benchmark's file; choose from "
    return RequestError(axis, _text(values), remedy + _text(choices))


def _refuse_too_many(blocks: list[Block]) -> None:
    """So many are a slip, and would be counted for hours."""
    if (cells := sum(block.combinations for block in blocks)) > MOST_CELLS:
        factors = [factor for block in blocks for factor in block.factors]
        longest = max(factors, key=lambda factor: len(factor.rows))
        axes = f"{','.join(longest.axes)} has {len(longest.rows):,} values"
        remedy = f"more than {MOST_CELLS:,}; {axes}: give fewer, or several benchmarks"
        raise RequestError("benchmark.grid", f"{cells:,} cells", remedy)


def _has_cells(block: Block) -> bool:
    return next(block.assignments(), None) is not None


def _text(values: list[Any]) -> str:
    return ",".join(map(str, values))
