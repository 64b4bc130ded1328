"""Augmentations composed of several files: `flip+rotate+wrap`.

The operations of the parts follow each other; of every other field (fill, views) the last part
that states it decides. All begin with the fields of `none`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.grid import values
from benchmarks.grid.errors import RequestError

NONE, JOINT = "none", "+"
LABELS = ("name", "says")


def parts_of(name: object) -> list[str]:
    """The files that a choice is made of; raises RequestError where there is none."""
    parts = name.split(JOINT) if isinstance(name, str) else [""]
    if not all(parts):
        raise RequestError("augmentation", name, "give names of augmentations, with + between them")
    return parts


def composed(name: str, block_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The block of a choice; `block_of` gives that of one file."""
    parts = parts_of(name)
    blocks = [_named(part, block_of(part)) for part in dict.fromkeys([NONE, *parts])]
    merged: dict[str, Any] = {"name": name, "says": "; ".join(_says(blocks, parts))}
    for block in blocks:
        merged |= {field: value for field, value in block.items() if field not in LABELS}
    merged["operations"] = [each for block in blocks for each in _operations(block)]
    return merged


def does_something(block: dict[str, Any]) -> bool:
    """Whether it changes any image; raises RequestError where it was meant to and cannot."""
    if block["operations"]:
        return True
    if block["name"] != NONE:
        remedy = "changes no image by itself; compose it with one that does, such as flip+"
        raise RequestError("augmentation", block["name"], remedy + block["name"])
    return False


def _named(part: str, block: dict[str, Any]) -> dict[str, Any]:
    values.check_block("augmentation", block)
    if block.get("name") != part:
        remedy = f"its file is {part}.yaml; give both the same name"
        raise RequestError("augmentation.name", block.get("name", "missing"), remedy)
    return block


def _says(blocks: list[dict[str, Any]], parts: list[str]) -> list[str]:
    said = {block["name"]: str(block.get("says", "")) for block in blocks}
    return [said[part] for part in dict.fromkeys(parts)]


def _operations(block: dict[str, Any]) -> list[Any]:
    operations = block.get("operations", [])
    if not isinstance(operations, list):
        remedy = f"a list of blocks with _target_ is needed in {block['name']}'s file"
        raise RequestError("augmentation.operations", operations, remedy)
    return operations
