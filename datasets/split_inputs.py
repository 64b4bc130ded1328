"""Some inputs of a data set, read when asked for; images as they are scored, or augmented."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.encoding import encoding_of
from datasets.samples import Samples

if TYPE_CHECKING:
    import torch

    from datasets.augmentation import Augmentation
    from datasets.augmentation.window import CentralWindows

FIXED_SEED = 0  # of views that all cells share, so that their features are computed once


class Part:
    """The stored inputs of a data set at the places `index`, read by their position in it.

    No other input can be asked for: what learns from the training part is given this and no more,
    and its places cannot be changed. (In memory there is nothing else; a memory-mapped file has all
    inputs, as the disk does.)
    """

    def __init__(self, samples: Samples, index: np.ndarray) -> None:
        import torch

        self.fingerprint = samples.fingerprint
        self.shape = tuple(samples.inputs.shape[1:])
        self.encoding = encoding_of(samples.levels)
        self._index = index.copy()
        self._index.setflags(write=False)
        stored = samples.inputs
        self._source = stored if isinstance(stored, np.memmap) else torch.from_numpy(stored[index])
        self.in_memory = not isinstance(self._source, np.memmap)

    @property
    def index(self) -> np.ndarray:
        """The places in the data set, read-only."""
        return self._index

    def read(self, positions: torch.Tensor) -> torch.Tensor:
        """The inputs at these positions (int64), first axis of their length, as stored."""
        if not isinstance(self._source, np.memmap):
            return self._source.index_select(0, positions)
        import torch

        inputs = torch.from_numpy(np.array(self._source[self._index[positions.numpy()]]))
        _give_back(self._source)
        return inputs


class SplitInputs:
    """The inputs of a `part` of a data set, (m, ...); `index` are their places in it.

    Images are as they are scored: what the augmentation does to test images is done to them. A
    `view` of them is augmented instead.

    Rows of a table with categories are encoded as they are read (`datasets.encoding`).

    Images that are in memory are gathered once. Memory-mapped ones are read as they are asked
    for, and the pages they were read from are given back: what is resident stays small however
    many images there are.

    `identity` names data set and view: images of equal identity and index are equal.
    """

    def __init__(
        self, part: Part, augmentation: Augmentation | None = None, view: int | None = None
    ) -> None:
        self.part = part
        self.augmentation = augmentation
        self.number = view

    @property
    def index(self) -> np.ndarray:
        """Places in the data set (int64, may repeat)."""
        return self.part.index

    @property
    def in_memory(self) -> bool:
        return self.part.in_memory

    def __len__(self) -> int:
        return len(self.index)

    @property
    def shape(self) -> tuple[int, ...]:
        """(m, C, H, W) of images, (m, F) of rows, (m, L) of texts."""
        if self.part.encoding is not None:
            return (len(self.index), self.part.encoding.width)
        stored = self.part.shape
        shape = stored if self._at_test is None else self._at_test.shape(stored)
        return (len(self.index), *shape)

    @property
    def identity(self) -> str:
        """SHA-256 (hex) over the data set's fingerprint and what is done to its images: that of
        test images, or the augmentation and the view.
        """
        done = "" if self._at_test is None else self._at_test.text
        if self.number is not None:
            assert self.augmentation is not None  # nothing else has views
            done = f"{self.augmentation.text} view {self.number}"
        return hashlib.sha256(f"{self.part.fingerprint} {done}".encode()).hexdigest()

    def take(self, positions: torch.Tensor | np.ndarray) -> torch.Tensor:
        """The inputs at these positions (int64) within the split, (len(positions), ...).

        Their view, where they are one of the augmentation's.
        """
        import torch

        places = torch.as_tensor(positions)
        images = self.stored(places)
        if self.part.encoding is not None:
            return self.part.encoding(images)
        if self.number is not None:
            assert self.augmentation is not None  # nothing else has views
            return self.augmentation(images, FIXED_SEED, self.number, self.index[places.numpy()])
        return images if self._at_test is None else self._at_test(images)

    def stored(self, positions: torch.Tensor) -> torch.Tensor:
        """The inputs at these positions (int64) as the data set has them, to be augmented."""
        return self.part.read(positions)

    def split(self, batch_size: int) -> Iterator[torch.Tensor]:
        """All inputs in their order, in batches; the last one may be short."""
        import torch

        return map(self.take, torch.split(torch.arange(len(self)), batch_size))

    def view(self, number: int) -> SplitInputs:
        """The same images as one of the augmentation's fixed views.

        What is drawn depends on the view's number and on an image's place in the data set alone.
        """
        return SplitInputs(self.part, self.augmentation, number)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        images = self.take(np.arange(len(self))).numpy()
        return images if dtype is None else images.astype(dtype)

    @property
    def _at_test(self) -> CentralWindows | None:
        return None if self.augmentation is None else self.augmentation.at_test


def _give_back(images: np.memmap) -> None:
    """Take the pages out of this process; they stay in the system's cache of the file."""
    source = images._mmap  # type: ignore[attr-defined]  # not in the stubs of numpy
    if hasattr(source, "madvise"):
        source.madvise(mmap.MADV_DONTNEED)
