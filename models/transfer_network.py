"""A backbone with a new head, which parts of it are trained, and at which rates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from models.backbones.body import Body, Preparation
from models.transfer_options import TransferOptions


class TransferNetwork(nn.Module):
    """From images (m, C, H, W), pixels as stored, to logits (m, K)."""

    def __init__(self, preparation: Preparation, body: Body, head: nn.Module) -> None:
        super().__init__()
        self.preparation = preparation
        self.body = body
        self.head = head

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.body(self.preparation(images)))
        return logits


class Head(nn.Sequential):
    """Dropout, a layer of `hidden` ReLU units, if any, and a linear layer, from features (m, D) to
    logits (m, K)."""

    def __init__(self, width: int, classes: int, dropout: float, hidden: int | None = None) -> None:
        between = [] if hidden is None else [nn.Linear(width, hidden), nn.ReLU()]
        super().__init__(nn.Dropout(dropout), *between, nn.Linear(hidden or width, classes))


def assemble(
    body: Body, options: TransferOptions, shape: tuple[int, ...], classes: int, peak: float
) -> TransferNetwork:
    """Body and new head, what is not trained frozen; the head is drawn from the global generator.

    Raises ValueError for a size of images, a number of channels or of blocks that cannot be.
    """
    preparation = Preparation(body.inputs, options.image_size, peak)
    if shape[0] not in (1, 3):
        raise ValueError(f"images of {shape[0]} channels: a backbone takes 1 or 3")
    width = _width(preparation, body)
    body.train_last(options.trained_blocks(len(body.blocks)))
    return TransferNetwork(preparation, body, Head(width, classes, options.dropout, options.hidden))


def _width(preparation: Preparation, body: Body) -> int:
    """D, by passing one black image through."""
    weight = next(body.parameters())
    size = preparation.size
    image = torch.zeros((1, 3, size, size), device=weight.device, dtype=weight.dtype)
    try:
        with torch.inference_mode():
            features: torch.Tensor = body.eval()(image)
            return features.shape[1]
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        remedy = f"not a size that the backbone takes ({reason})"
        raise ValueError(f"backbone.image_size={size}: {remedy}") from error


def at_two_rates(
    optimizer: Callable[[Iterable[Any]], Optimizer], body_rate: float, network: nn.Module
) -> Optimizer:
    """The optimiser of all that is trained, a backbone at `body_rate` times the learning rate.

    `network` is a TransferNetwork, or a head alone.
    """
    body = [
        parameter
        for name, parameter in network.named_parameters()
        if name.startswith("body.") and parameter.requires_grad
    ]
    if not body:
        return optimizer(
            [parameter for parameter in network.parameters() if parameter.requires_grad]
        )
    assert isinstance(network, TransferNetwork)
    made = optimizer([{"params": list(network.head.parameters())}, {"params": body}])
    made.param_groups[1]["lr"] = made.param_groups[1]["lr"] * body_rate
    return made


class FeatureBatches:
    """Batches (features, labels) in a new order every epoch; epoch e is of view e mod K.

    `features` is float32 (K, n, D), one for each augmented view of the n images.
    """

    def __init__(
        self, features: torch.Tensor, labels: torch.Tensor, batch_size: int, seed: int
    ) -> None:
        self.features = features
        self.labels = labels
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self.order: torch.Generator | None = None  # made late: it does not travel to a process

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.order is None:
            self.order = torch.Generator().manual_seed(self.seed)
        view = self.features[self.epoch % len(self.features)]
        self.epoch += 1
        order = torch.randperm(len(self.labels), generator=self.order)
        for batch in torch.split(order, self.batch_size):
            yield view[batch], self.labels[batch]
