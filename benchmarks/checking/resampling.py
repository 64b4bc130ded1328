"""What every resampling is tested for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.checking.cells import complete, one_cell, ran, ready
from benchmarks.checking.steps import Doubt, Step, Wrong, require
from benchmarks.grid import resampling, seeds
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError

# The first of these that it can make anything of; ours.
CELLS = (
    ("dataset=digits01", "dataset.train_size=40", "method=mlp", "method.epochs=5"),
    ("dataset=breast_cancer", "dataset.train_size=60", "method=logistic_table"),
)


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the resampling of that name, on few digits, or rows of a table where it is for these."""
    trial = _Trial(name, given, configs)
    yield Step("builds", trial.builds, needed=True)
    yield Step("shape and type", trial.shape_and_type, needed=True)
    yield Step("deterministic", trial.deterministic)
    yield Step("a cell runs", lambda: complete(*ran(trial.cell)))


class _Trial:
    def __init__(self, name: str, given: Sequence[str], configs: Configs):
        self.name, self.given, self.configs = name, given, configs

    def builds(self) -> str:
        if self.resampler is None:
            raise Doubt("it does nothing")
        return (
            f"{self.cell.config['resampling']['_target_']}, {self.cell.config['dataset']['name']}"
        )

    def shape_and_type(self) -> str:
        inputs, labels, weights = self._made()
        stored, classes = self._stored(), self.training.classes
        require(inputs.shape[1:] == stored.shape[1:], f"inputs of shape {inputs.shape}")
        require(inputs.dtype == stored.dtype, f"inputs: {stored.dtype}, not {inputs.dtype}")
        require(labels.shape == inputs.shape[:1], f"{len(inputs)} inputs, {len(labels)} labels")
        require(labels.dtype == np.int64, f"labels: int64 needed, not {labels.dtype}")
        require(labels.min() >= 0 and labels.max() < classes, f"labels in 0..{classes - 1} needed")
        if weights is not None:
            require(np.shape(weights) == (classes,), f"class weights: ({classes},) needed")
            require((np.asarray(weights) > 0).all(), "class weights above 0 needed")
        told = ", ".join(map(str, np.bincount(labels, minlength=classes)))
        return f"{len(stored)} samples to {len(labels)}, by class {told}"

    def deterministic(self) -> str:
        one, other = self._made(), self._made()
        same = all(
            (a is None and b is None) or np.array_equal(a, b)
            for a, b in zip(one, other, strict=True)
        )
        require(same, "the same seed gave other samples")
        return "the same seed, the same samples"

    @cached_property
    def cell(self) -> Any:
        refused = None
        for words in CELLS:
            try:
                return one_cell([*words, f"resampling={self.name}"], self.given, self.configs)
            except RequestError as error:
                refused = error
        raise Wrong(f"{refused}; on other data: scarce check FILE dataset=NAME method=NAME")

    @cached_property
    def resampler(self) -> Any:
        return resampling.build(self.cell.config)

    @cached_property
    def training(self) -> Any:
        return ready(self.cell).training

    def _made(self) -> Any:
        config = self.cell.config
        seed = seeds.resampling_seed(config["split_seed"], config["init_seed"])
        return self.resampler(self.training, seed)

    def _stored(self) -> np.ndarray:
        import torch

        places = torch.arange(len(self.training.train_labels))
        inputs: np.ndarray = self.training.train_inputs.stored(places).numpy()
        return inputs
