"""From a resampling's configuration to what makes other training samples of those that were drawn.

A resampler is called with the training part of a split (`datasets.module.TrainingPart`) and a seed,
and gives inputs, labels and, or None, weights of the classes (K,).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydra.utils import instantiate

from benchmarks.grid.errors import RequestError

NONE = "none"
LABELS = ("name", "says")

Resampler = Callable[[Any, int], tuple[Any, Any, Any]]


def build(config: dict[str, Any]) -> Resampler | None:
    """The resampler of a cell, or None without one; raises RequestError where it cannot be made."""
    block = config.get("resampling")
    if block is None:
        return None
    options = {name: value for name, value in block.items() if name not in LABELS}
    try:
        return instantiate(options, _convert_="all")
    except Exception as error:
        cause = error.__cause__ or error
        reason = str(cause).strip().splitlines()[0]
        raise RequestError("resampling", block["name"], reason) from error
