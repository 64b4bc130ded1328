"""The axes of a result: what names its row, read from the configuration of its record."""

from __future__ import annotations

from typing import Any

ROW = ["dataset", "protocol", "method", "backbone", "loss", "augmentation", "train_size"]
AXES = ["protocol", "backbone", "loss", "augmentation"]  # of one method
IN_LABEL = ("backbone", "loss", "augmentation")  # told beside the method where it has several
SEEDS = ["split_seed", "init_seed"]
NO_AUGMENTATION = "none"
ABSENT = {"augmentation": NO_AUGMENTATION}
# The backbone that stands for any architecture; its results are named by the architecture.
ANY_ARCHITECTURE = "timm"


def axis_name(config: dict[str, Any], axis: str) -> str:
    """The name that a configuration has on an axis whose values are names.

    Empty where the axis means nothing to the method (a backbone of a linear model); `none` without
    augmentation. A backbone that may be any architecture is named by its architecture.
    """
    block = config.get(axis) or {}
    name = block.get("name") or ABSENT.get(axis, "")
    if axis == "backbone" and name == ANY_ARCHITECTURE:
        name = block.get("architecture") or name
    return str(name)
