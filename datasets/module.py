"""A split of samples as tensors in memory, served in shuffled batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from pytorch_lightning import LightningDataModule

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.splits import Split


class SplitData(LightningDataModule):
    """Train and test tensors of one split.

    Images are float32 of shape (n, C, H, W), unscaled (0..`peak`); labels are int64 of shape
    (n,), in 0..`classes`-1. `shape` is (C, H, W).

    Args:
        samples: a `datasets.samples.Samples`.
        split: a `datasets.splits.Split` of these samples.
        batch_size: train samples per batch; None puts all into one.
        order_seed: seeds the order of the train samples, anew for each `train_dataloader()`.

    Raises:
        WrongOption: if `batch_size` is neither None nor a whole number from 1 up.
    """

    def __init__(
        self, samples: Samples, split: Split, batch_size: int | None = None, order_seed: int = 0
    ) -> None:
        super().__init__()
        self.shape = tuple(samples.images.shape[1:])
        self.classes = samples.classes
        self.peak = samples.peak
        self.train_images, self.train_labels = _tensors(samples, split.train)
        self.test_images, self.test_labels = _tensors(samples, split.test)
        self.batch_size = _checked(batch_size)
        self.order_seed = order_seed

    def train_dataloader(self) -> ShuffledBatches:
        """Batches (images, labels) in a fresh order each epoch, the same orders for one seed."""
        size = self.batch_size or len(self.train_labels)
        return ShuffledBatches(self.train_images, self.train_labels, size, self.order_seed)


class ShuffledBatches:
    """An iterable of (images, labels); each pass over it is one epoch, the last batch may be short.

    An epoch permutes all samples at once and hands out views: per-batch indexing is slower, and a
    `DataLoader`, which indexes sample by sample, costs more than training on 80 of them.
    """

    def __init__(
        self, images: torch.Tensor, labels: torch.Tensor, batch_size: int, seed: int
    ) -> None:
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.seed = seed
        self.order: torch.Generator | None = None  # made late: it does not travel to a process

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.order is None:
            self.order = torch.Generator().manual_seed(self.seed)
        order = torch.randperm(len(self.labels), generator=self.order)
        images = self.images.index_select(0, order).split(self.batch_size)
        labels = self.labels.index_select(0, order).split(self.batch_size)
        return zip(images, labels, strict=True)


def _tensors(samples: Samples, indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.from_numpy(samples.images[indices]).to(torch.float32)
    return images, torch.from_numpy(samples.labels[indices])


def _checked(batch_size: int | None) -> int | None:
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool)
    if batch_size is not None and not (whole and batch_size >= 1):
        raise WrongOption("batch_size", batch_size, "a whole number from 1 up is needed")
    return batch_size
