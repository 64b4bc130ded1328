"""Everything that a training will need, built on PyTorch's meta device; nothing is computed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from models.options import blamed_on


def rehearse(
    new_network: Callable[[], nn.Module],
    optimizer: Callable[[nn.Module], Optimizer],
    schedule: Callable[[Optimizer], LRScheduler] | None,
    loss: Callable[[], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]],
    shape: tuple[int, ...],
    classes: int,
) -> None:
    """Pass one batch of images (m, *shape) through network and loss.

    `new_network()` gives logits (m, classes); `optimizer(network)`, `schedule(optimizer)` and
    `loss()` are factories. Raises ValueError naming the part that fails.
    """
    with torch.device("meta"):
        samples = classes + 1  # a loss that confuses samples and classes must not pass
        images = torch.zeros((samples, *shape))
        labels = torch.zeros(samples, dtype=torch.int64)
        with blamed_on("network"):
            network = new_network()
            logits = network(images)
            if logits.shape != (samples, classes):
                wanted = (samples, classes)
                raise ValueError(f"logits of shape {tuple(logits.shape)}, not {wanted}")
        with blamed_on("optimizer"):
            made = optimizer(network)
        if schedule is not None:
            with blamed_on("schedule"):
                schedule(made)
        with blamed_on("loss"):
            loss()(logits, labels)
