"""What a learner is fitted on, named here so that this room needs to know no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch


class LazyImages(Protocol):
    """Images (m, C, H, W) of unsigned bytes that are read when asked for.

    `index` (int64) are their places in a data set. `identity` stands for that data set and view:
    with an equal identity, equal places hold equal pixels.
    """

    shape: tuple[int, int, int, int]
    index: np.ndarray
    identity: str

    def __len__(self) -> int: ...

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray: ...

    def take(self, positions: np.ndarray) -> torch.Tensor:
        """The images at these positions."""

    def split(self, size: int) -> Iterable[torch.Tensor]:
        """All images, in order, in batches of at most `size`."""

    def view(self, number: int) -> LazyImages:
        """The same images, augmented for the `number`-th time; the same at every call."""


Images = "LazyImages | torch.Tensor | np.ndarray"
Watched = "tuple[Images, torch.Tensor | np.ndarray]"  # images and labels


class TrainingData(Protocol):
    """Training samples; see the package's docstring for shapes and types.

    Only learners that keep features look at `augmented` and `views`; the batches of
    `train_dataloader` are augmented anyway.
    """

    train_images: LazyImages | torch.Tensor
    train_labels: torch.Tensor
    shape: tuple[int, int, int]
    classes: int
    class_names: tuple[str, ...]
    peak: float
    augmented: bool
    views: int | None

    def train_dataloader(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        """The same samples as batches, in a new order every epoch."""
