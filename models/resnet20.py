"""The residual network for images of about 32 pixels a side (He et al., Deep residual learning for
image recognition, CVPR 2016, section 4.2), at its smallest depth of 20 layers.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.options import require_images

BLOCKS = 3  # of each stage: the paper's n, of 6n + 2 layers
CHANNELS = (16, 32, 64)  # of the stages
SMALLEST = 8  # pixels a side: below, the last maps could be of a single place


class ResNet20(nn.Module):
    """From images (m, C, H, W), scaled, to logits (m, K).

    A 3x3 convolution, three stages of three blocks, the mean over all places, a linear layer. The
    second and the third stage begin with a stride of 2; where shapes change, the shortcut takes
    every second place and fills up with channels of zeros (option A of the paper), so that it has
    no weights: 269,722 in all for three channels and ten classes. Weights are drawn as He et al.
    (2015) for ReLU, as in the paper.

    Channels-last, which oneDNN computes faster on a CPU. Raises ValueError for images of fewer than
    8 pixels a side.
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        require_images(shape)
        if min(shape[1:]) < SMALLEST:
            raise ValueError(
                f"shape={shape[1]}x{shape[2]}: images of {SMALLEST} pixels a side or more"
            )
        self.stem = nn.Sequential(_convolution(shape[0], CHANNELS[0]), nn.ReLU(inplace=True))
        self.stages = nn.Sequential(
            _stage(CHANNELS[0], CHANNELS[0], stride=1),
            _stage(CHANNELS[0], CHANNELS[1], stride=2),
            _stage(CHANNELS[1], CHANNELS[2], stride=2),
        )
        last = nn.Linear(CHANNELS[2], classes)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(last.bias)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        logits: torch.Tensor = self.head(self.stages(self.stem(images)))
        return logits


class Block(nn.Module):
    """Two 3x3 convolutions, to whose outcome the input is added before the last ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride, self.added = stride, outputs - inputs
        self.residual = nn.Sequential(
            _convolution(inputs, outputs, stride),
            nn.ReLU(inplace=True),
            _convolution(outputs, outputs),
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.residual(maps) + self._shortcut(maps))

    def _shortcut(self, maps: torch.Tensor) -> torch.Tensor:
        if self.stride == 1 and not self.added:
            return maps
        thinned = maps[:, :, :: self.stride, :: self.stride]
        return functional.pad(thinned, (0, 0, 0, 0, 0, self.added))


def _stage(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    first = Block(inputs, outputs, stride)
    return nn.Sequential(first, *(Block(outputs, outputs, 1) for _ in range(BLOCKS - 1)))


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3, with batch normalisation, which has the bias."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))
