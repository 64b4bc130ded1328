"""What every data set is tested for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.checking.cells import METHODS, complete, one_cell, ran
from benchmarks.checking.steps import Doubt, Step, require
from benchmarks.grid import data
from benchmarks.grid.composing import plain
from benchmarks.grid.configs import Configs
from benchmarks.grid.fields import require_target
from datasets.samples import summary

SPLITS = 3  # split seeds that are looked at


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the data set of that name; `given` are overrides, such as where it lies."""
    found: dict[str, Any] = {}

    def loads() -> str:
        found["cell"] = _cell(name, given, configs)
        found["config"] = found["cell"].config["dataset"]
        return summary(data.load(found["config"]))

    def stays() -> str:
        before = data.load(found["config"]).fingerprint
        data.forget()
        require(data.load(found["config"]).fingerprint == before, "loaded again, it is another")
        return f"fingerprint {before[:12]}, loaded twice"

    yield Step("loads", loads, needed=True)
    yield Step("stable", stays, needed=True)
    yield Step("splits", lambda: _splits(found["config"]))
    yield Step("a cell runs", lambda: complete(*ran(found["cell"])))


def _cell(name: str, given: Sequence[str], configs: Configs) -> Any:
    """With the method that is for its kind of inputs."""
    block = data_block(name, given, configs)
    method = METHODS[data.load(block).kind]
    size = json.dumps(block.get("train_size"))  # as its file says, not as a benchmark does
    words = [f"dataset={name}", f"dataset.train_size={size}", f"method={method}"]
    return one_cell(words, given, configs)


def data_block(name: str, given: Sequence[str], configs: Configs) -> dict[str, Any]:
    """The configuration of a data set; raises RequestError where it cannot be composed."""
    own = [word for word in given if word.startswith("dataset.")]
    block: dict[str, Any] = plain(configs.compose([f"dataset={name}", *own]))["dataset"]
    require_target("dataset", block)
    return block


def _splits(config: dict[str, Any]) -> str:
    """Nothing is learned from and tested on, too; the same seed splits alike."""
    samples = data.load(config)
    absent = set()
    for seed in range(SPLITS):
        split = data.split(config, seed)
        parts = {"train": split.train, "test": split.test, "validation": split.validation}
        parts["unlabelled"] = split.unlabelled
        for name in ("train", "test"):
            require(len(parts[name]), f"split seed {seed} has no {name} samples")
        for name, index in parts.items():
            others = [other for key, other in parts.items() if key != name]
            shared = np.intersect1d(index, np.concatenate(others))
            require(not len(shared), f"split seed {seed}: {len(shared)} {name} samples twice")
        for name in ("train", "test"):
            there = set(samples.labels[parts[name]].tolist())
            absent |= {(samples.class_names[c], name) for c in range(samples.classes)} - {
                (samples.class_names[c], name) for c in there
            }
    if absent:
        told = ", ".join(f"{label} among the {name} samples" for label, name in sorted(absent))
        raise Doubt(f"disjoint, but of some split seeds no {told}")
    split = data.split(config, 0)
    return f"disjoint; {len(split.train)} to train on, {len(split.test)} to test on"
