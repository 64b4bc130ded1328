"""Some images of a data set, read when they are asked for; as they are, or augmented."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.samples import Samples

if TYPE_CHECKING:
    import torch

    from datasets.augmentation import Augmentation

FIXED_SEED = 0  # of views that all cells share, so that their features are computed once


class SplitImages:
    """The images of `samples` at the places `index` (int64, may repeat), uint8 (m, C, H, W).

    Images that are in memory are gathered once. Memory-mapped ones are read as they are asked
    for, and the pages they were read from are given back: what is resident stays small however
    many images there are.

    `identity` names data set and view: images of equal identity and index are equal.
    """

    def __init__(
        self,
        samples: Samples,
        index: np.ndarray,
        augmentation: Augmentation | None = None,
        view: int | None = None,
    ) -> None:
        import torch

        self.samples = samples
        self.index = index
        self.augmentation = augmentation
        self.number = view
        self.in_memory = not isinstance(samples.images, np.memmap)
        self._held = torch.from_numpy(samples.images[index]) if self.in_memory else None

    def __len__(self) -> int:
        return len(self.index)

    @property
    def shape(self) -> tuple[int, ...]:
        """(m, C, H, W)."""
        return (len(self.index), *self.samples.images.shape[1:])

    @property
    def identity(self) -> str:
        """SHA-256 (hex) over the data set's fingerprint, the augmentation and the view."""
        drawn = "" if self.number is None else f"{self.augmentation.text} view {self.number}"
        return hashlib.sha256(f"{self.samples.fingerprint} {drawn}".encode()).hexdigest()

    def take(self, positions: torch.Tensor | np.ndarray) -> torch.Tensor:
        """The images at these positions (int64) within the split: uint8 (len(positions), C, H, W).

        Their view, where they are one of the augmentation's.
        """
        import torch

        places = torch.as_tensor(positions)
        images = self._held.index_select(0, places) if self.in_memory else self._read(places)
        if self.number is None:
            return images
        return self.augmentation(images, FIXED_SEED, self.number, self.index[places.numpy()])

    def split(self, batch_size: int) -> Iterator[torch.Tensor]:
        """All images in their order, in batches; the last one may be short."""
        import torch

        return map(self.take, torch.arange(len(self)).split(batch_size))

    def view(self, number: int) -> SplitImages:
        """The same images as one of the augmentation's fixed views.

        What is drawn depends on the view's number and on an image's place in the data set alone.
        """
        return SplitImages(self.samples, self.index, self.augmentation, number)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        images = self.take(np.arange(len(self))).numpy()
        return images if dtype is None else images.astype(dtype)

    def _read(self, places: torch.Tensor) -> torch.Tensor:
        import torch

        images = torch.from_numpy(np.array(self.samples.images[self.index[places.numpy()]]))
        _give_back(self.samples.images)
        return images


def _give_back(images: np.memmap) -> None:
    """Take the pages out of this process; they stay in the system's cache of the file."""
    source = images._mmap
    if hasattr(source, "madvise"):
        source.madvise(mmap.MADV_DONTNEED)
