"""What a learner is fitted on, named here so that this room needs to know no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn

Network = TypeVar("Network", bound="nn.Module")


class LazyInputs(Protocol):
    """Images (m, C, H, W) of unsigned bytes, rows (m, F) or texts (m, L), read when asked for.

    `index` (int64) are their places in a data set. `identity` stands for that data set and view:
    with an equal identity, equal places hold equal pixels.
    """

    shape: tuple[int, ...]
    index: np.ndarray
    identity: str

    def __len__(self) -> int: ...

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray: ...

    def take(self, positions: np.ndarray) -> torch.Tensor:
        """The inputs at these positions."""

    def stored(self, positions: torch.Tensor) -> torch.Tensor:
        """The inputs at these positions (int64) as the data set has them, before any cut."""

    def split(self, size: int) -> Iterable[torch.Tensor]:
        """All inputs, in order, in batches of at most `size`."""

    def view(self, number: int) -> LazyInputs:
        """The same images, augmented for the `number`-th time; the same at every call."""


Inputs: TypeAlias = "LazyInputs | torch.Tensor | np.ndarray"
Watched: TypeAlias = "tuple[Inputs, torch.Tensor | np.ndarray]"  # inputs and labels


class Batches(Protocol):
    """Batches (inputs, labels); each pass over them is one epoch."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]: ...


class TrainingData(Protocol):
    """Training samples; see the package's docstring for shapes and types.

    Only learners that keep features look at `augmented` and `views`; the batches of
    `train_dataloader` are augmented anyway.
    """

    train_inputs: LazyInputs | torch.Tensor
    train_labels: torch.Tensor
    shape: tuple[int, ...]
    classes: int
    class_names: tuple[str, ...]
    peak: float
    epoch_size: int
    class_weights: np.ndarray | None
    words: int | None
    unlabelled_inputs: LazyInputs | None
    augmented: bool
    views: int | None

    def train_dataloader(self) -> Batches:
        """The same samples as batches, in a new order every epoch."""
