"""The axes of a result: what names its row, read from the configuration of its record."""

from __future__ import annotations

import re
from typing import Any

AXES = ["protocol", "backbone", "loss", "augmentation", "resampling", "variant"]  # of one method
ROW = ["dataset", "protocol", "method", *AXES[1:], "train_size"]
IN_LABEL = tuple(AXES[1:])  # told beside the method where it has several
SEEDS = ["split_seed", "init_seed"]
NO_AUGMENTATION = "none"
NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
ABSENT = {"augmentation": NO_AUGMENTATION, "resampling": "none"}
# The backbone that stands for any architecture; its results are named by the architecture.
ANY_ARCHITECTURE = "timm"


def axis_name(config: dict[str, Any], axis: str) -> str:
    """The name that a configuration has on an axis whose values are names.

    Empty where the axis means nothing to the method (a backbone of a linear model); `none` without
    augmentation or resampling. A variant is the values of the fields that the grid varies
    (`benchmarks.grid.variants`), empty where it varies none. A backbone that may be any
    architecture is named by its architecture.
    """
    block = config.get(axis) or {}
    name = block.get("name") or ABSENT.get(axis, "")
    if axis == "backbone" and name == ANY_ARCHITECTURE:
        name = block.get("architecture") or name
    return str(name)


def counting(value: Any) -> Any:
    """Sort key of a value of an axis: numbers in its text count as such, 62 comes before 1000."""
    if not isinstance(value, str):
        return value
    parts = enumerate(NUMBER.split(value))
    return [(float(part), "") if place % 2 else (0.0, part) for place, part in parts]
