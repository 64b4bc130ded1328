"""A fitted model in a folder: model.safetensors (numbers only) and model.json (what they mean)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.execution.calibration import softened
from benchmarks.execution.cell import prepare_data, prepare_learner
from benchmarks.grid import data, learners, seeds
from benchmarks.grid.errors import RequestError
from benchmarks.records.provenance import provenance
from benchmarks.records.record import recorded_config
from benchmarks.records.store import write_atomically
from datasets.splits import Split

WEIGHTS, MEANING = "model.safetensors", "model.json"
FORMAT = 1
FIELDS = ("format", "config", "shape", "class_names", "peak", "temperature", "provenance")


@dataclass(frozen=True)
class SavedModel:
    """A model that was read back; `shape` is (C, H, W) of the images that it takes."""

    learner: Any
    meaning: dict[str, Any]

    @property
    def class_names(self) -> list[str]:
        return self.meaning["class_names"]

    @property
    def image_size(self) -> int:
        return self.meaning["shape"][1]

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (m, K) for images uint8 (m, C, H, W)."""
        return softened(self.learner.scores(images), self.meaning["temperature"])


def train_on_all(config: dict[str, Any]) -> Any:
    """A learner fitted on every sample of a cell's data set, with the seeds of that cell."""
    samples = data.load(config["dataset"])
    everything = Split(np.arange(len(samples)), np.arange(0))
    learner = prepare_learner(config)
    seed = seeds.fit_seed(config["split_seed"], config["init_seed"])
    learner.fit(prepare_data(config, everything), seed)
    return learner


def save(learner: Any, config: dict[str, Any], temperature: float, folder: Path) -> None:
    """Write a learner that was fitted by `train_on_all`; the weights first."""
    from safetensors.numpy import save as packed

    samples = data.load(config["dataset"])
    meaning = {
        "format": FORMAT,
        "config": recorded_config(config),
        "shape": list(samples.images.shape[1:]),
        "class_names": list(samples.class_names),
        "peak": samples.peak,
        "temperature": temperature,
        "trained_on": {"images": len(samples), "fingerprint": samples.fingerprint},
        "provenance": provenance(config),
    }
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(array) for name, array in learner.state().items()}
    write_atomically(folder / WEIGHTS, packed(arrays))
    text = json.dumps(meaning, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / MEANING, text.encode())


def load(folder: Path) -> SavedModel:
    """Raises RequestError where there is no model, or none that this version can read."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    meaning = _read_meaning(folder)
    try:
        state = load_file(folder / WEIGHTS)
        learner = learners.build(meaning["config"], random_weights=True)
        learner.restore(
            state, tuple(meaning["shape"]), len(meaning["class_names"]), meaning["peak"]
        )
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise RequestError("model", folder, f"{WEIGHTS} does not fit ({reason})") from error
    return SavedModel(learner, meaning)


def _read_meaning(folder: Path) -> dict[str, Any]:
    file = folder / MEANING
    if not file.is_file():
        remedy = f"no {MEANING} there; `scarce run benchmark=compare` saves one"
        raise RequestError("model", folder, remedy)
    try:
        meaning = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError("model", file, "not readable as JSON; save it again") from error
    missing = [name for name in FIELDS if name not in meaning]
    if missing or meaning["format"] != FORMAT:
        remedy = f"not a model of this version (format {FORMAT}); save it again"
        raise RequestError("model", file, remedy)
    return meaning


def square_images(files: Sequence[os.PathLike[str]], size: int, channels: int) -> Any:
    """Photos as the model takes them, uint8 (m, C, size, size), in order; or why one cannot be.

    Yields for each file its image or the DataDamaged that reading it raised.
    """
    from datasets.decoding import decode_all

    for pixels in decode_all(files, size):
        if isinstance(pixels, Exception):
            yield pixels
        elif channels == 1:
            yield pixels.mean(axis=2, keepdims=True).round().astype(np.uint8).transpose(2, 0, 1)
        else:
            yield pixels.transpose(2, 0, 1)
