"""Scores of images by a network, after its training or after every epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from models.options import require_one_device

if TYPE_CHECKING:
    from models.interface import Inputs, Watched
    from models.losses.contract import Criterion

NUMBERS_AT_ONCE = 2**22


class Watch:
    """Scores of some images after every epoch; the first of the best epochs is remembered.

    `accuracies` holds one share of right predictions for each epoch, `best_scores` (m, K) those of
    `best_epoch`, counted from 1.
    """

    def __init__(self, images: Inputs, labels: torch.Tensor | np.ndarray) -> None:
        self.images = images
        self.labels = torch.as_tensor(labels).cpu().numpy()
        self.accuracies: list[float] = []
        self.best_scores: np.ndarray | None = None
        self.best_epoch: int | None = None

    def score(self, network: nn.Module, criterion: Criterion, epoch: int) -> None:
        scores = scores_of(network, criterion, self.images)
        network.train()
        criterion.train()
        accuracy = float((scores.argmax(axis=1) == self.labels).mean())
        if accuracy > max(self.accuracies, default=-1.0):
            self.best_scores, self.best_epoch = scores, epoch
        self.accuracies.append(accuracy)


def watch_of(watched: Watched | None, trainer: Mapping[str, Any]) -> Watch | None:
    """None where nothing is watched; raises ValueError for a trainer of several devices."""
    if watched is None:
        return None
    require_one_device(trainer)
    return Watch(*watched)


def scores_of(network: nn.Module, criterion: Criterion, images: Inputs) -> np.ndarray:
    """What a loss makes of a network's outputs for images (m, C, H, W): float32 array (m, K)."""
    network.eval()
    criterion.eval()
    parameter = next(network.parameters())
    with torch.inference_mode():
        outputs = [
            network(batch.to(parameter.device, parameter.dtype))
            for batch in batches_of(images, scored_at_once(images))
        ]
        return criterion.scores(torch.cat(outputs)).cpu().numpy()


def scored_at_once(images: Inputs) -> int:
    """How many images make a batch of at most four million numbers, and at most 256."""
    return max(1, min(256, NUMBERS_AT_ONCE // max(1, math.prod(images.shape[1:]))))


def batches_of(images: Inputs, size: int) -> Iterable[torch.Tensor]:
    """Tensors of at most `size` images."""
    if isinstance(images, np.ndarray | torch.Tensor):
        return torch.split(torch.as_tensor(images), size)
    return images.split(size)
