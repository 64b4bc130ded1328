"""A fixed number of updates on a training sample, however large it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytorch_lightning as pl
import torch

from models.classifier import Diverged, train
from models.interface import Inputs
from models.options import derived_seed

# Always the processor: what is generated is in no key but by its options.
ON_PROCESSOR = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


class Draws:
    """`updates` batches of `batch_size` (images, labels), the same for one seed: orders of all
    samples, one behind the other, cut into batches. One class of the samples may be one alone."""

    def __init__(
        self, images: torch.Tensor, labels: torch.Tensor, batch_size: int, updates: int, seed: int
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.updates, self.seed = batch_size, updates, seed

    def __len__(self) -> int:
        return self.updates

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        order = torch.Generator().manual_seed(self.seed)
        left = torch.empty(0, dtype=torch.int64)
        for _ in range(self.updates):
            while len(left) < self.batch_size:
                left = torch.cat([left, torch.randperm(len(self.labels), generator=order)])
            batch, left = left[: self.batch_size], left[self.batch_size :]
            yield self.images.index_select(0, batch), self.labels.index_select(0, batch)


# Purposes of seeds: what is drawn for one must not be a function of what is drawn for another.
WEIGHTS, ORDER, NOISE = 1, 2, 3


def fit(
    module: pl.LightningModule,
    images: Inputs,
    labels: np.ndarray | torch.Tensor,
    peak: float,
    updates: int,
    batch_size: int,
    seed: int,
) -> None:
    """Train a module on images (n, C, H, W), of pixels 0..`peak`, scaled to 0..1.

    Raises `models.classifier.Diverged` where its `last_loss` is not finite in the end.
    """
    pixels = torch.as_tensor(np.asarray(images)).float() / peak
    order = derived_seed(seed, ORDER)
    draws = Draws(pixels, torch.as_tensor(labels), batch_size, updates, order)
    torch.manual_seed(derived_seed(seed, NOISE))
    train(module, draws, 1, ON_PROCESSOR)
    module.eval()
    loss = module.last_loss
    assert isinstance(loss, torch.Tensor)
    if not torch.isfinite(loss):
        name = type(module).__name__
        raise Diverged(f"{name}: training loss is {loss}; lower the learning rate")
