"""Which file is of which kind, and the steps of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.checking import (
    augmentation,
    benchmark,
    claim,
    dataset,
    loss,
    method,
    resampling,
)
from benchmarks.checking.steps import Step
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError
from benchmarks.grid.extensions import HOLDS

STEPS = {
    "method": method.steps,
    "dataset": dataset.steps,
    "loss": loss.steps,
    "augmentation": augmentation.steps,
    "resampling": resampling.steps,
    "benchmark": benchmark.steps,
    "claim": claim.steps,
}


def kind_of(file: Path) -> str:
    """The group whose folder the file lies in; raises RequestError for what is no choice."""
    if not file.is_file():
        raise RequestError(
            "FILE", file, "no such file; give that of a choice, mine/method/NAME.yaml"
        )
    if file.suffix != ".yaml" or file.parent.name not in HOLDS:
        folders = ", ".join(HOLDS)
        raise RequestError("FILE", file, f"no choice: give a .yaml file in a folder {folders}")
    return file.parent.name


def steps_of(kind: str, name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """The steps for the choice of that name; `given` are the user's overrides."""
    if kind in STEPS:
        return STEPS[kind](name, given, configs)
    return benchmark.steps_of_a_choice(kind, name, given, configs)
