"""A split of samples, served in shuffled batches, augmented where that is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.split_inputs import Part, SplitInputs
from datasets.splits import Split

if TYPE_CHECKING:
    from datasets.augmentation import Augmentation


class OutOfReach(AttributeError):  # noqa: N818
    """A learner asked for what it must not see."""


@dataclass(frozen=True, eq=False)
class TrainingPart:
    """What a learner is given: the training samples of a split, and nothing else.

    Inputs are read when they are asked for (`datasets.split_inputs.SplitInputs`): images uint8
    (m, C, H, W), unscaled (0..`peak`), rows of a table float32 (m, F), its categories encoded
    (`datasets.encoding`), texts int32 (m, L), numbers of `words` words. Labels are int64 tensors
    (m,), in 0..`classes`-1; `class_names` are theirs, by label. `shape` is that of one input,
    (C, H, W) for images, of those that are scored and of those of training batches.
    `unlabelled_inputs` are further inputs whose labels are kept back, None where none were asked
    for.

    Raises OutOfReach for test and validation inputs and labels.
    """

    train_inputs: SplitInputs
    train_labels: torch.Tensor
    class_names: tuple[str, ...]
    peak: float
    batch_size: int | None
    order_seed: int
    augmentation: Augmentation | None
    augmentation_seed: int
    words: int | None = None
    levels: tuple[int, ...] | None = None
    unlabelled_inputs: SplitInputs | None = None
    enlarged_from: int | None = None
    class_weights: np.ndarray | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("test_", "validation_")):
            raise OutOfReach(f"{name}: a learner is given the training samples alone")
        raise AttributeError(f"training samples have no {name}")

    @property
    def shape(self) -> tuple[int, ...]:
        return self.train_inputs.shape[1:]

    @property
    def classes(self) -> int:
        return len(self.class_names)

    @property
    def epoch_size(self) -> int:
        """How many samples an epoch takes: all, or as many as there were before the training sample
        was enlarged, so that the number of updates stays the same."""
        return self.enlarged_from or len(self.train_labels)

    @property
    def augmented(self) -> bool:
        """Whether the training batches are augmented."""
        return self.augmentation is not None

    @property
    def views(self) -> int | None:
        """How many fixed views the augmentation takes in turn; None where each epoch draws anew."""
        return self.augmentation.views if self.augmentation else None

    def resampled(
        self,
        inputs: np.ndarray | None,
        labels: np.ndarray | None,
        class_weights: np.ndarray | None = None,
    ) -> TrainingPart:
        """With other training samples, as `train_inputs.stored` gives them (categories of a table
        as codes), or weights of the classes (K,) for the loss; as large an epoch as before."""
        if inputs is None or labels is None:
            return dataclasses.replace(self, class_weights=class_weights)
        held = Samples(inputs, labels, self.class_names, self.peak, levels=self.levels)
        return dataclasses.replace(
            self,
            train_inputs=SplitInputs(Part(held, np.arange(len(labels))), self.augmentation),
            train_labels=torch.from_numpy(labels),
            enlarged_from=self.epoch_size,
            class_weights=class_weights,
        )

    def train_dataloader(self) -> ShuffledBatches:
        """Batches (inputs, labels) in a fresh order each epoch, the same orders for one seed."""
        return ShuffledBatches(self)


class SplitData(LightningDataModule):
    """Train and test samples of one split: `training`, a `TrainingPart`, and beside it
    `test_inputs` and `test_labels`, `validation_inputs` and `validation_labels` (None without
    validation samples) of the same kinds. All that the first has, this has, too.

    Args:
        samples: a `datasets.samples.Samples`.
        split: a `datasets.splits.Split` of these samples.
        batch_size: train samples per batch; None puts all into one.
        order_seed: seeds the order of the train samples, anew for each `train_dataloader()`.
        augmentation: what is done to the images of each training batch, if anything; where it cuts
            windows at random places, test images and training images that are scored are cut to
            the window in the middle.
        augmentation_seed: seeds what is drawn anew in every epoch.

    Raises:
        WrongOption: if `batch_size` is neither None nor a whole number from 1 up.
    """

    def __init__(
        self,
        samples: Samples,
        split: Split,
        batch_size: int | None = None,
        order_seed: int = 0,
        augmentation: Augmentation | None = None,
        augmentation_seed: int = 0,
    ) -> None:
        super().__init__()
        self.training = TrainingPart(
            train_inputs=SplitInputs(Part(samples, split.train), augmentation),
            train_labels=torch.from_numpy(samples.labels[split.train]),
            class_names=samples.class_names,
            peak=samples.peak,
            batch_size=_checked(batch_size),
            order_seed=order_seed,
            augmentation=augmentation,
            augmentation_seed=augmentation_seed,
            words=None if samples.vocabulary is None else len(samples.vocabulary),
            levels=samples.levels,
            unlabelled_inputs=_inputs(samples, split.unlabelled, augmentation),
        )
        self.test_inputs = SplitInputs(Part(samples, split.test), augmentation)
        self.test_labels = torch.from_numpy(samples.labels[split.test])
        self.validation_inputs = _inputs(samples, split.validation, augmentation)
        self.validation_labels = torch.from_numpy(samples.labels[split.validation])

    def __getattr__(self, name: str) -> Any:
        if name == "training":  # not there yet
            raise AttributeError(name)
        return getattr(self.training, name)

    def train_dataloader(self) -> ShuffledBatches:
        """Batches (inputs, labels) in a fresh order each epoch, the same orders for one seed."""
        return self.training.train_dataloader()


class ShuffledBatches:
    """An iterable of (inputs, labels); each pass over it is one epoch, the last batch may be short.

    An epoch of an enlarged training sample takes the next part of it; a new order begins where all
    of it was taken.

    Where the inputs are in memory and not augmented, an epoch permutes all of them at once and
    hands out views: per-batch indexing is slower, and a `DataLoader`, which indexes sample by
    sample, costs more than training on 80 of them.
    """

    def __init__(self, data: TrainingPart) -> None:
        self.data = data
        self.batch_size = data.batch_size or data.epoch_size
        self.epoch = 0
        self.left = torch.empty(0, dtype=torch.int64)  # of the order that was last begun
        self.order: torch.Generator | None = None  # made late: it does not travel to a process

    def __len__(self) -> int:
        return -(-self.data.epoch_size // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.order is None:
            self.order = torch.Generator().manual_seed(self.data.order_seed)
        order = self._next()
        labels = torch.split(self.data.train_labels.index_select(0, order), self.batch_size)
        epoch, self.epoch = self.epoch, self.epoch + 1
        return zip(self._inputs_of(order, epoch), labels, strict=True)

    def _next(self) -> torch.Tensor:
        """The positions (int64) of one epoch."""
        size, samples = self.data.epoch_size, len(self.data.train_labels)
        while len(self.left) < size:
            self.left = torch.cat([self.left, torch.randperm(samples, generator=self.order)])
        order, self.left = self.left[:size], self.left[size:]
        return order

    def _inputs_of(self, order: torch.Tensor, epoch: int) -> Iterator[torch.Tensor]:
        """The inputs of one epoch in their order, batch by batch."""
        images, augmentation = self.data.train_inputs, self.data.augmentation
        if augmentation is None and images.in_memory:
            return iter(torch.split(images.take(order), self.batch_size))
        batches = torch.split(order, self.batch_size)
        if augmentation is None:
            return map(images.take, batches)
        if augmentation.views is not None:
            return map(images.view(epoch % augmentation.views).take, batches)
        return (self._drawn_anew(augmentation, positions, epoch) for positions in batches)

    def _drawn_anew(
        self, augmentation: Augmentation, positions: torch.Tensor, epoch: int
    ) -> torch.Tensor:
        """A sample is known by its position in the training sample, so that repeats differ."""
        images = self.data.train_inputs.stored(positions)
        seed = self.data.augmentation_seed
        return augmentation(images, seed, epoch, positions.numpy())


def _inputs(
    samples: Samples, index: np.ndarray, augmentation: Augmentation | None
) -> SplitInputs | None:
    return SplitInputs(Part(samples, index), augmentation) if len(index) else None


def _checked(batch_size: int | None) -> int | None:
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool)
    if batch_size is not None and not (whole and batch_size >= 1):
        raise WrongOption("batch_size", batch_size, "a whole number from 1 up is needed")
    return batch_size
