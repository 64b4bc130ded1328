"""Networks for small inputs. Each takes images (m, C, H, W), the MLP rows (m, F), too, and gives
logits (m, K)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import nn

from models.options import require_images, require_share, require_whole_numbers

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
PADDINGS = ("fit", "valid", "same")


class MLP(nn.Sequential):
    """Fully connected layers of `hidden` units, each with activation and dropout, then a head, for
    images of shape (C, H, W) or rows of shape (F,).

    With hidden=(128, 128), relu and dropout 0.5 it is Beam's (2017) MLP; with five layers of 160
    tanh units and no dropout it is the network of Leek (2017).

    Raises ValueError for an unknown activation, for a number of units below one, and for a share
    of dropout that is none.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        classes: int,
        hidden: Sequence[int],
        activation: str = "relu",
        dropout: float = 0.0,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation={activation}: one of {', '.join(ACTIVATIONS)}")
        require_whole_numbers("hidden", hidden, least=0)
        require_share("dropout", dropout)
        widths = [math.prod(shape), *hidden]
        layers: list[nn.Module] = [nn.Flatten()]
        for inputs, outputs in pairwise(widths):
            layers += [nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
            if dropout:
                layers.append(nn.Dropout(dropout))
        super().__init__(*layers, nn.Linear(widths[-1], classes))


class CNN(nn.Module):
    """Beam's (2017) convolutional network.

    For each entry of `channels` two 3x3 convolutions with ReLU and a 2x2 max pooling; then
    dropout, a dense layer with ReLU, dropout, and the head.

    `padding` of the convolutions: `valid` as published, `same`, or `fit`: valid where the image is
    at least 16 pixels wide and high, same below (an 8x8 digit does not survive four valid
    convolutions).

    Weights and images are kept channels-last, which oneDNN computes faster on a CPU.

    Raises ValueError for an unknown padding, for channels and shares of dropout that cannot be, and
    where nothing of the image is left.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        classes: int,
        channels: Sequence[int] = (32, 64),
        dense: int = 128,
        dropout_conv: float = 0.2,
        dropout_dense: float = 0.5,
        padding: str = "fit",
    ) -> None:
        super().__init__()
        require_images(shape)
        if padding not in PADDINGS:
            raise ValueError(f"padding={padding}: one of {', '.join(PADDINGS)}")
        if padding == "fit":
            padding = "valid" if min(shape[1:]) >= 16 else "same"
        require_whole_numbers("channels", channels)
        require_share("dropout_conv", dropout_conv)
        require_share("dropout_dense", dropout_dense)
        height, width = (_side_after(side, len(channels), padding) for side in shape[1:])
        if height < 1 or width < 1:
            raise ValueError(
                f"padding={padding}: nothing is left of {shape[1]}x{shape[2]} pixels after "
                f"{len(channels)} blocks; use padding=same or fewer channels"
            )
        self.features = nn.Sequential(*_convolutions(shape[0], channels, padding))
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout_conv),
            nn.Linear(channels[-1] * height * width, dense),
            nn.ReLU(),
            nn.Dropout(dropout_dense),
            nn.Linear(dense, classes),
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        logits: torch.Tensor = self.head(self.features(images))
        return logits


def _convolutions(inputs: int, channels: Sequence[int], padding: str) -> Iterator[nn.Module]:
    for outputs in channels:
        yield nn.Conv2d(inputs, outputs, 3, padding=padding)
        yield nn.ReLU()
        yield nn.Conv2d(outputs, outputs, 3, padding=padding)
        yield nn.ReLU()
        yield nn.MaxPool2d(2)
        inputs = outputs


def _side_after(side: int, blocks: int, padding: str) -> int:
    for _ in range(blocks):
        side = (side - 4 if padding == "valid" else side) // 2
    return side


def glorot_uniform(network: nn.Module) -> None:
    """Draw every weight from U(-a, a), a = sqrt(6 / (fan_in + fan_out)); biases become zero.

    Glorot & Bengio (2010), equation 16; the default of Keras and H2O's UniformAdaptive.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
