"""Everything that a training will need, built on PyTorch's meta device; nothing is computed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from models.losses.contract import Criterion
from models.optimisation import make_optimizer, make_schedule
from models.options import blamed_on


def rehearse(
    new_network: Callable[[], nn.Module],
    optimizer: Callable[[nn.Module], Optimizer],
    schedule: Callable[..., LRScheduler] | None,
    criterion: Criterion,
    shape: tuple[int, ...],
    classes: int,
    epochs: int,
) -> None:
    """Pass one batch of images (m, *shape) through network and loss.

    `new_network()` gives outputs (m, classes); `optimizer(network)` and `schedule` are factories;
    `criterion` was made on the meta device. Raises ValueError naming the part that fails.
    """
    with torch.device("meta"):
        samples = classes + 1  # a loss that confuses samples and classes must not pass
        images = torch.zeros((samples, *shape))
        labels = torch.zeros(samples, dtype=torch.int64)
        with blamed_on("network"):
            network = new_network()
            outputs = network(images)
            if outputs.shape != (samples, classes):
                wanted = (samples, classes)
                raise ValueError(f"logits of shape {tuple(outputs.shape)}, not {wanted}")
        with blamed_on("optimizer"):
            made = make_optimizer(optimizer, network, criterion)
        if schedule is not None:
            with blamed_on("schedule"):
                make_schedule(schedule, made, steps_per_epoch=1, epochs=epochs)
        with blamed_on("loss"):
            _require_shape("loss", criterion(outputs, labels), ())
            _require_shape("scores", criterion.scores(outputs), (samples, classes))


def _require_shape(name: str, tensor: torch.Tensor, shape: tuple[int, ...]) -> None:
    if tensor.shape != shape:
        raise ValueError(f"{name} of shape {tuple(tensor.shape)}, not {shape}")
