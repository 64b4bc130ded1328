"""The first layer of every network: scaling of the pixels."""

from __future__ import annotations

import torch
from torch import nn

from models.interface import Inputs
from models.scaling import shift_and_factor


class InputScaling(nn.Module):
    """Scale images (m, C, H, W) as `models.scaling` defines it; nothing here is trained.

    `train_inputs` (n, C, H, W) give the statistics of `standardise`; `peak` is the largest
    possible pixel value. Raises ValueError for an unknown kind.
    """

    shift: torch.Tensor
    factor: torch.Tensor

    def __init__(self, kind: str, train_inputs: Inputs, peak: float) -> None:
        super().__init__()
        self.kind = kind
        shift, factor = shift_and_factor(kind, train_inputs, peak)
        self.register_buffer("shift", torch.as_tensor(shift, dtype=torch.float32))
        self.register_buffer("factor", torch.as_tensor(factor, dtype=torch.float32))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.kind == "raw":
            return images
        return (images - self.shift) * self.factor
