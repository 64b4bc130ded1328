"""What every augmentation is tested for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.checking.cells import complete, one_cell, ran
from benchmarks.checking.steps import Doubt, Step, require
from benchmarks.grid import data
from benchmarks.grid.configs import Configs

CELL = ("dataset=digits01", "dataset.train_size=20", "method=mlp", "method.epochs=5")
IMAGES, SEED, VIEW = 16, 1, 0
MOVES = "rotate"  # what a file without operations, such as that of a fill, is added to


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the augmentation of that name, on few digits."""
    trial = _Trial(name, given, configs)
    yield Step("builds", trial.builds, needed=True)
    yield Step("shape and type", trial.shape_and_type, needed=True)
    yield Step("deterministic", trial.deterministic)
    yield Step("each for itself", trial.each_for_itself)
    yield Step("changes images", trial.changes)
    yield Step("a cell runs", lambda: complete(*ran(trial.cell)))


class _Trial:
    def __init__(self, name: str, given: Sequence[str], configs: Configs):
        self.name, self.given, self.configs = name, given, configs

    def builds(self) -> str:
        if self.augmentation is None:
            raise Doubt("it does nothing")
        return f"{self.cell.config['augmentation']['name']}: {self.augmentation.description}"

    def shape_and_type(self) -> str:
        """Of the result; the given images stay as they are."""
        changed = self._augmented(self.images)
        shape = (len(self.images), *self.augmentation.shape_of(self.images.shape[1:]))
        require(changed.shape == shape, f"shape {shape} needed, not {changed.shape}")
        require(changed.dtype == np.uint8, f"uint8 needed, not {changed.dtype}")
        peak = data.load(self.cell.config["dataset"]).peak
        require(changed.max() <= peak, f"a pixel of {changed.max()}, more than {peak:g}")
        require((self.images == self._images()).all(), "it changed the images that it was given")
        return f"uint8 {shape}"

    def deterministic(self) -> str:
        same = (self._augmented(self.images) == self._augmented(self.images)).all()
        require(same, "the same seed gave other images")
        return "the same seed, the same images"

    def each_for_itself(self) -> str:
        """What becomes of an image does not depend on the others of its batch."""
        whole = self._augmented(self.images)
        alone = self._augmented(self.images[3:4], np.array([3]))
        require((whole[3] == alone[0]).all(), "in another batch, an image became another one")
        return "an image alone and in a batch are the same"

    def changes(self) -> str:
        changed = self._augmented(self.images)
        if changed.shape != self.images.shape:
            return "their shape"
        count = int((changed != self.images).any(axis=(1, 2, 3)).sum())
        if not count:
            raise Doubt(f"none of {len(changed)}")
        return f"{count} of {len(changed)}"

    @cached_property
    def cell(self) -> Any:
        words = [*CELL, f"augmentation={self.name}"]
        block = self.configs.compose([f"augmentation={self.name}"])["augmentation"]
        if not block.get("operations") and self.name != "none":
            words[-1] = f"augmentation={MOVES}+{self.name}"
        return one_cell(words, self.given, self.configs)

    @cached_property
    def augmentation(self) -> Any:
        return data.augmentation(self.cell.config)

    @cached_property
    def images(self) -> np.ndarray:
        return self._images()

    def _images(self) -> np.ndarray:
        return np.array(data.load(self.cell.config["dataset"]).inputs[:IMAGES])

    def _augmented(self, images: np.ndarray, samples: np.ndarray | None = None) -> np.ndarray:
        import torch

        numbers = np.arange(len(images)) if samples is None else samples
        given = torch.from_numpy(images.copy())
        changed: np.ndarray = self.augmentation(given, SEED, VIEW, numbers).numpy()
        return changed
