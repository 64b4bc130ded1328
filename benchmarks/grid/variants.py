"""What tells apart the rows of a grid that varies single fields: `batch_size=32, lr=0.1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.grid.block import Block, Factor
from benchmarks.grid.request import GROUPS

FIELD = "variant"
NAMED_ALREADY = (*GROUPS, "dataset.train_size")  # axes of every result
MISSING = object()


def varied_fields(blocks: Iterable[Block]) -> list[str]:
    """The fields of which a block has several values, but for those paired with a group or with
    training sizes, which name their rows already."""
    found: dict[str, None] = {}
    for factor in (factor for block in blocks for factor in block.factors):
        if not any(axis in NAMED_ALREADY for axis in factor.axes):
            found |= dict.fromkeys(axis for axis in factor.axes if _is_varied(factor, axis))
    return list(found)


def with_variant(config: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The configuration with its variant's name, if it has any of these fields."""
    present = [field for field in fields if _value(config, field) is not MISSING]
    if not present:
        return config
    name = ", ".join(
        f"{_short(field, present)}={_text(_value(config, field))}" for field in present
    )
    return {**config, FIELD: {"name": name, "fields": present}}


def _is_varied(factor: Factor, axis: str) -> bool:
    values = factor.column(axis)
    several = any(value != values[0] for value in values)
    return several and "." in axis


def _value(config: dict[str, Any], field: str) -> Any:
    block: Any = config
    for name in field.split("."):
        if not isinstance(block, dict) or name not in block:
            return MISSING
        block = block[name]
    return block


def _short(field: str, others: list[str]) -> str:
    """The last word, or the whole where another field ends in the same one."""
    last = field.rpartition(".")[2]
    return last if [other.rpartition(".")[2] for other in others].count(last) == 1 else field


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    return str(value)
