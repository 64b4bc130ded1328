"""What a learner is fitted on, named here so that this room needs to know no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch


class TrainingData(Protocol):
    """Training samples in memory; see the package's docstring for shapes and types."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    shape: tuple[int, int, int]
    classes: int
    peak: float

    def train_dataloader(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        """The same samples as batches, in a new order every epoch."""
