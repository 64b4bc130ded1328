"""A convolutional network for photos, small enough to train from scratch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn import functional

from models.options import (
    require_images,
    require_share,
    require_whole_number,
    require_whole_numbers,
)


class SmallCNN(nn.Module):
    """From images (m, C, H, W), scaled, to logits (m, K).

    Each entry of `channels` is a block: two 3x3 convolutions with batch normalisation and ReLU,
    then 2x2 max pooling. The last feature map is averaged over all places (Lin et al. 2014), so
    that the size of the images changes no weight; then dropout and a linear layer. Weights are
    drawn as He et al. (2015) for ReLU. Sides longer than `image_size` are reduced to it (bilinear,
    antialiased).

    Channels-last, which oneDNN computes faster on a CPU. Raises ValueError for images of fewer
    pixels a side than the poolings need, and for a wrong number of channels or share of dropout.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        classes: int,
        channels: Sequence[int] = (16, 32, 64, 128),
        dropout: float = 0.2,
        image_size: int = 64,
    ) -> None:
        super().__init__()
        require_images(shape)
        require_whole_number("image_size", image_size)
        require_whole_numbers("channels", channels)
        require_share("dropout", dropout)
        needed = 2 ** len(channels)
        self.size = tuple(min(side, image_size) for side in shape[1:])
        if min(self.size) < needed:
            height, width = self.size
            raise ValueError(
                f"channels={list(channels)}: {len(channels)} poolings need {needed} pixels a side, "
                f"not {height}x{width}; use fewer channels or larger images"
            )
        self.features = nn.Sequential(*_blocks(shape[0], channels))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(channels[-1], classes),
        )
        for layer in self.features:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.to(memory_format=torch.channels_last)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if images.shape[2:] != self.size:
            images = functional.interpolate(images, self.size, mode="bilinear", antialias=True)
        images = images.contiguous(memory_format=torch.channels_last)
        logits: torch.Tensor = self.head(self.features(images))
        return logits


def _blocks(inputs: int, channels: Sequence[int]) -> Iterator[nn.Module]:
    for outputs in channels:
        for width in (inputs, outputs):
            # Without bias: batch normalisation has its own.
            yield nn.Conv2d(width, outputs, 3, padding=1, bias=False)
            yield nn.BatchNorm2d(outputs)
            yield nn.ReLU(inplace=True)
        yield nn.MaxPool2d(2)
        inputs = outputs
