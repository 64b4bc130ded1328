"""From a resampling's configuration to what makes other training samples of those that were drawn.

A resampler is called with the training part of a split (`datasets.module.TrainingPart`) and a seed,
and gives inputs, labels (None: as they are) and, or None, weights of the classes (K,). One that has
`check(labels, class_names, levels)` refuses training samples that it can make nothing of before
anything is run. What its class says: `weighs_classes`, that it gives such weights; `takes`, the
kinds of data that it is for; `generates`, that it puts images that are to be looked at behind those
that were drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydra.utils import instantiate

from benchmarks.grid import data
from benchmarks.grid.errors import RequestError
from datasets.errors import WrongOption

NONE = "none"
LABELS = ("name", "says", "version")

Resampler = Callable[[Any, int], tuple[Any, Any, Any]]


def build(config: dict[str, Any]) -> Resampler | None:
    """The resampler of a cell, or None without one; raises RequestError where it cannot be made."""
    block = config.get("resampling")
    if block is None:
        return None
    options = {name: value for name, value in block.items() if name not in LABELS}
    try:
        made: Resampler = instantiate(options, _convert_="all")
        return made
    except Exception as error:
        cause = error.__cause__ or error
        if isinstance(cause, WrongOption):
            raise RequestError(cause.field, cause.value, cause.remedy) from error
        reason = str(cause).strip().splitlines()[0]
        raise RequestError("resampling", block["name"], reason) from error


def weighs_classes(config: dict[str, Any]) -> bool:
    """Whether the learner of a cell is to heed weights of the classes."""
    return getattr(build(config), "weighs_classes", False)


def check(config: dict[str, Any]) -> None:
    """Refuse a resampling that cannot be made, or not of the training samples of this cell."""
    resampler = build(config)
    kind, takes = data.load(config["dataset"]).kind, getattr(resampler, "takes", ())
    if takes and kind not in takes:
        remedy = f"takes {' and '.join(takes)}; {config['dataset']['name']} has {kind}"
        raise RequestError("resampling", config["resampling"]["name"], remedy)
    if resampler is None or not hasattr(resampler, "check"):
        return
    samples = data.load(config["dataset"])
    labels = samples.labels[data.split_of(config).train]
    try:
        resampler.check(labels, samples.class_names, samples.levels)
    except WrongOption as error:
        remedy = f"{error.remedy} (n={len(labels)}, split seed {config['split_seed']})"
        raise RequestError(error.field, error.value, remedy) from error
