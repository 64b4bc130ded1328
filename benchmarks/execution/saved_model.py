"""A fitted model in a folder: model.safetensors (numbers only) and model.json (what they mean)."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.execution.calibration import softened
from benchmarks.execution.cell import prepare_data, prepare_learner, resampled
from benchmarks.grid import data, learners, seeds
from benchmarks.grid.errors import RequestError
from benchmarks.records.provenance import provenance
from benchmarks.records.record import recorded_config
from benchmarks.records.store import write_atomically
from datasets.augmentation.window import CentralWindows, RandomWindow
from datasets.errors import DataDamaged, DataUnavailable
from datasets.splits import Split

WEIGHTS, MEANING = "model.safetensors", "model.json"
BYTE = 255.0
FORMAT = 1
NEEDED = (
    "method",
    "backbone",
    "loss",
    "trainer",
)  # of the configuration, to make the learner again
LARGEST = 4096  # pixels a side of the photos that a model takes
# A file that was sent by somebody else must not choose what is called: the suite's own learners
# and networks, and optimisers and losses, which are made but never used.
CALLED = re.compile(
    r"models\.\w+\.\w+|torch\.optim\.\w+|torch\.nn\.\w+Loss|models\.losses\.\w+"
    r"|sklearn\.linear_model\.LogisticRegression"
)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < math.inf


def _is_shape(value: Any) -> bool:
    sides = value if isinstance(value, list) and len(value) == 3 else [0]
    return all(type(side) is int and 1 <= side <= LARGEST for side in sides)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(x, str) for x in value)


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {  # of model.json, and what each has to be
    "config": (lambda value: isinstance(value, dict), "a mapping"),
    "shape": (_is_shape, "channels, height and width of photos"),
    "class_names": (_is_names, "a list of names"),
    "peak": (_is_number, "a number above 0"),
    "temperature": (_is_number, "a number above 0"),
    "provenance": (lambda value: isinstance(value, dict), "a mapping"),
    "sha256": (lambda value: isinstance(value, str), "a text"),
}


@dataclass(frozen=True)
class SavedModel:
    """A model that was read back; `shape` of its meaning is (C, H, W) of the photos, of which `cut`
    makes what the learner takes.
    """

    learner: Any
    meaning: dict[str, Any]
    cut: CentralWindows

    @property
    def class_names(self) -> list[str]:
        names: list[str] = self.meaning["class_names"]
        return names

    @property
    def image_size(self) -> int:
        size: int = self.meaning["shape"][1]
        return size

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (m, K) for images uint8 (m, C, H, W) of 0..255."""
        import torch

        images = self.cut(torch.from_numpy(images)).numpy()
        scaled = images.astype(np.float32) * np.float32(self.meaning["peak"] / BYTE)
        return softened(self.learner.scores(scaled), self.meaning["temperature"])


def train_on_all(config: dict[str, Any]) -> Any:
    """A learner fitted on every sample of a cell's data set, with the seeds of that cell."""
    samples = data.load(config["dataset"])
    everything = Split(np.arange(len(samples)), np.arange(0))
    learner = prepare_learner(config)
    seed = seeds.fit_seed(config["split_seed"], config["init_seed"])
    learner.fit(resampled(prepare_data(config, everything).training, config), seed)
    return learner


def save(learner: Any, config: dict[str, Any], temperature: float, folder: Path) -> None:
    """Write a learner that was fitted by `train_on_all`; the weights first."""
    from safetensors.numpy import save as packed

    samples = data.load(config["dataset"])
    meaning = {
        "format": FORMAT,
        "config": {name: recorded_config(config)[name] for name in NEEDED if name in config},
        "shape": list(samples.inputs.shape[1:]),
        "windows": _windows(config),
        "class_names": list(samples.class_names),
        "peak": samples.peak,
        "temperature": temperature,
        "trained_on": {"images": len(samples), "fingerprint": samples.fingerprint},
        "provenance": provenance(config),
    }
    arrays = {name: np.ascontiguousarray(array) for name, array in learner.state().items()}
    content = packed(arrays)
    meaning["sha256"] = hashlib.sha256(content).hexdigest()  # the two files belong together
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, content)
    text = json.dumps(meaning, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / MEANING, text.encode())


def _windows(config: dict[str, Any]) -> list[float]:
    """The shares of the windows that the augmentation cuts of every image, scored ones too."""
    found = data.augmentation(config)
    return [window.share for window in found.at_test.windows] if found and found.at_test else []


def load(folder: Path) -> SavedModel:
    """Raises RequestError where there is no model, or none that this version can read."""
    from safetensors.numpy import load as unpacked

    meaning = _read_meaning(folder)
    _refuse_foreign_code(meaning["config"], folder)
    try:
        content = (folder / WEIGHTS).read_bytes()
        if hashlib.sha256(content).hexdigest() != meaning["sha256"]:
            raise ValueError(f"it is not the one that {MEANING} was written for")
        state = unpacked(content)
        learner = learners.build(meaning["config"], random_weights=True)
        cut = CentralWindows([RandomWindow(share) for share in meaning.get("windows", [])])
        shape = cut.shape(meaning["shape"])
        learner.restore(state, shape, len(meaning["class_names"]), meaning["peak"])
    except Exception as error:  # what a configuration that was tampered with raises depends on it
        reason = " ".join(str(error).split()) or type(error).__name__
        raise RequestError("model", folder, f"{WEIGHTS} does not fit ({reason})") from error
    return SavedModel(learner, meaning, cut)


def _refuse_foreign_code(config: Any, folder: Path) -> None:
    blocks = config.items() if isinstance(config, dict) else enumerate(config)
    for name, value in blocks:
        if isinstance(value, dict | list):
            _refuse_foreign_code(value, folder)
        elif isinstance(value, str) and "${" in value:  # it could stand for a block of its own
            remedy = f"{MEANING} refers to other fields, which no saved model does"
            raise RequestError("model", folder, remedy)
        elif name == "_target_" and not CALLED.fullmatch(str(value)):
            remedy = f"{MEANING} asks for {value}, which is none of the suite's own learners"
            raise RequestError("model", folder, remedy)


def _read_meaning(folder: Path) -> dict[str, Any]:
    file = folder / MEANING
    if not file.is_file():
        remedy = f"no {MEANING} there; `scarce run benchmark=compare` saves one"
        raise RequestError("model", folder, remedy)
    try:
        meaning: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError("model", file, "not readable as JSON; save it again") from error
    if not isinstance(meaning, dict) or meaning.get("format") != FORMAT:
        remedy = f"not a model of this version (format {FORMAT}); save it again"
        raise RequestError("model", file, remedy)
    for name, (is_right, expected) in FIELDS.items():
        if not is_right(meaning.get(name)):
            raise RequestError("model", file, f"its {name} is not {expected}; save it again")
    return meaning


def square_images(
    files: Sequence[Path], size: int, channels: int
) -> Iterator[np.ndarray | DataDamaged | DataUnavailable]:
    """Each photo as the model takes it, uint8 (C, size, size), or why it cannot be read."""
    from datasets.decoding import decode

    for file in files:
        try:
            pixels = decode(file, size)
        except (DataDamaged, DataUnavailable) as error:
            yield error
            continue
        if channels == 1:
            pixels = pixels.mean(axis=2, keepdims=True).round().astype(np.uint8)
        yield pixels.transpose(2, 0, 1)
