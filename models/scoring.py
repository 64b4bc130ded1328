"""Scores of images by a network, after its training or after every epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from models.options import require_one_device

if TYPE_CHECKING:
    import numpy as np

    from models.interface import Images, Watched

NUMBERS_AT_ONCE = 2**22


class Watch:
    """Scores of some images after every epoch; the first of the best epochs is remembered.

    `accuracies` holds one share of right predictions for each epoch, `best_scores` (m, K) those of
    `best_epoch`, counted from 1.
    """

    def __init__(self, images: Images, labels: torch.Tensor) -> None:
        self.images = images
        self.labels = torch.as_tensor(labels).cpu().numpy()
        self.accuracies: list[float] = []
        self.best_scores: np.ndarray | None = None
        self.best_epoch: int | None = None

    def score(self, network: nn.Module, epoch: int) -> None:
        scores = class_probabilities(network, self.images)
        network.train()
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


def class_probabilities(network: nn.Module, images: Images) -> np.ndarray:
    """Softmax of the network's logits for images (m, C, H, W): float32 array (m, K)."""
    network.eval()
    parameter = next(network.parameters())
    with torch.inference_mode():
        logits = [
            network(batch.to(parameter.device, parameter.dtype))
            for batch in batches_of(images, scored_at_once(images))
        ]
        return torch.cat(logits).float().softmax(dim=1).cpu().numpy()


def scored_at_once(images: Images) -> int:
    """How many images make a batch of at most four million numbers, and at most 256."""
    return max(1, min(256, NUMBERS_AT_ONCE // max(1, math.prod(images.shape[1:]))))


def batches_of(images: Images, size: int) -> Iterable[torch.Tensor]:
    """Tensors of at most `size` images."""
    return (images if hasattr(images, "split") else torch.as_tensor(images)).split(size)
