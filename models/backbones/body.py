"""A backbone as a module: images in the format of its weights in, features out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional


class InputFormat(NamedTuple):
    """What weights were trained on: side in pixels, mean and deviation of pixels in 0..1."""

    size: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


class Body(nn.Module):
    """A network from images (m, 3, H, W) to features (m, D), kept channels-last.

    `blocks` are beginnings of parameter names, block after block from the input on; `left_out` the
    beginnings of names of the classifier that it does not have; `inputs` the format of its weights.
    """

    def __init__(
        self,
        network: nn.Module,
        blocks: Sequence[tuple[str, ...]],
        left_out: tuple[str, ...],
        inputs: InputFormat,
    ) -> None:
        super().__init__()
        self.network = network
        self.blocks = blocks
        self.left_out = left_out
        self.inputs = inputs

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.network(images).flatten(1)
        return features

    def train_last(self, count: int) -> None:
        """Train the last `count` blocks (0: none) and freeze the others.

        Raises ValueError where there are not so many.
        """
        if count > len(self.blocks):
            remedy = f"the backbone has {len(self.blocks)} blocks; use fewer, or trained=all"
            raise ValueError(f"blocks={count}: {remedy}")
        trained = tuple(name for block in self.blocks[len(self.blocks) - count :] for name in block)
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(_begins(name, trained))

    def train(self, mode: bool = True) -> Body:
        """Frozen layers stay in evaluation mode: their batch statistics and dropout are fixed.

        A layer without parameters, such as dropout, goes with the last one before it that has some.
        """
        super().train(mode)
        frozen = not any(parameter.requires_grad for parameter in self.parameters())
        for module in self.network.modules():
            own = list(module.parameters(recurse=False))
            if own:
                frozen = not any(parameter.requires_grad for parameter in own)
            module.training = mode and not frozen
        return self


def _begins(name: str, beginnings: tuple[str, ...]) -> bool:
    return any(name == start or name.startswith(f"{start}.") for start in beginnings)


class Preparation(nn.Module):
    """From stored pixels 0..`peak` to a backbone's input format; nothing here is trained.

    Images (m, 1 or 3, H, W), integer or floating, become float (m, 3, size, size), channels-last:
    grey is repeated; where the size differs, they are resized (bilinear, antialiased, without
    regard to the aspect ratio); then (pixels / peak - mean) / deviation.
    """

    factor: torch.Tensor
    shift: torch.Tensor

    def __init__(self, inputs: InputFormat, image_size: int | None, peak: float) -> None:
        super().__init__()
        self.size = image_size or inputs.size
        mean, deviation = (torch.tensor(values, dtype=torch.float64) for values in inputs[1:])
        self._constant("factor", 1 / (peak * deviation))
        self._constant("shift", -mean / deviation)

    def _constant(self, name: str, values: torch.Tensor) -> None:
        self.register_buffer(name, values.to(torch.float32)[:, None, None], persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if images.shape[1] not in (1, 3):
            raise ValueError(f"images of {images.shape[1]} channels: 1 or 3 are needed")
        if not images.is_floating_point():
            images = images.to(self.factor.dtype)
        if images.shape[2:] != (self.size, self.size):
            size = (self.size, self.size)
            images = functional.interpolate(images, size, mode="bilinear", antialias=True)
        images = images.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
        return torch.addcmul(self.shift, images, self.factor)
