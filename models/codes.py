"""Short codes of images, learned from the training images alone, that a network may take instead.

A code is a module from images (m, C, H, W), of pixels 0..peak, to numbers (m, length). It is made
for a `shape` and a `peak`, fitted once by `fit(images, seed)` and frozen from then on; its weights
count as parameters, but not as trainable ones.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from models.generative.networks import Encoder
from models.options import derived_seed, require_positive, require_whole_number
from models.scaling import flat_pixels
from models.scoring import batches_of, scored_at_once

if TYPE_CHECKING:
    from models.interface import Inputs


class Code(nn.Module, ABC):
    """What makes numbers (m, `length`) of images, once it is fitted on some."""

    length: int

    @abstractmethod
    def fit(self, images: Inputs, seed: int) -> None:
        """Learn from the training images (n, C, H, W)."""


class PCACode(Code):
    """The first `length` principal components of the pixels; inputs of any shape.

    A sample of n inputs of D numbers has no more than min(n - 1, D) components, fewer where inputs
    depend on one another: further numbers of the code are 0.

    Raises ValueError for a length below 1.
    """

    def __init__(self, length: int, shape: tuple[int, ...], peak: float) -> None:
        super().__init__()
        require_whole_number("length", length)
        self.length, self.peak = length, peak
        pixels = math.prod(shape)
        self.mean = nn.Parameter(torch.zeros(pixels), requires_grad=False)
        self.components = nn.Parameter(torch.zeros(length, pixels), requires_grad=False)

    def fit(self, images: Inputs, seed: int) -> None:
        """By a full singular value decomposition, which draws nothing."""
        from sklearn.decomposition import PCA

        pixels = flat_pixels(images) / self.peak
        found = PCA(min(self.length, *pixels.shape), svd_solver="full").fit(pixels)
        self.mean.copy_(torch.from_numpy(found.mean_))
        sizes = found.singular_values_  # below this only rounding is left
        real = sizes > sizes[0] * np.finfo(sizes.dtype).eps * max(pixels.shape)
        self.components[: real.sum()] = torch.from_numpy(found.components_[real]).float()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return (images.flatten(1) / self.peak - self.mean) @ self.components.T


class AutoencoderCode(Code):
    """The code of a convolutional autoencoder (`models.generative.autoencoder`).

    - `channels`: feature maps of the first convolution
    - `updates` of `batch_size` images, whatever the number of training images; Adam with rate `lr`

    Raises ValueError naming the field where a value is wrong, and for inputs that are no images.
    """

    def __init__(
        self,
        length: int,
        channels: int,
        updates: int,
        batch_size: int,
        lr: float,
        shape: tuple[int, ...],
        peak: float,
    ) -> None:
        super().__init__()
        options = {"length": length, "channels": channels}
        for name, value in (options | {"updates": updates, "batch_size": batch_size}).items():
            require_whole_number(name, value)
        require_positive("lr", lr)
        self.length, self.shape, self.peak = length, tuple(shape), peak
        self.channels, self.lr = channels, lr
        self.updates, self.batch_size = updates, batch_size
        self.encoder = Encoder(shape, length, channels).requires_grad_(False)

    def fit(self, images: Inputs, seed: int) -> None:
        from models.generative.autoencoder import Autoencoder
        from models.generative.fitting import WEIGHTS, fit

        torch.manual_seed(derived_seed(seed, WEIGHTS))
        whole = Autoencoder(self.shape, self.length, self.channels, self.lr)
        nothing = torch.zeros(len(images), dtype=torch.int64)  # it is told no classes
        fit(whole, images, nothing, self.peak, self.updates, self.batch_size, seed)
        self.encoder.load_state_dict(whole.encoder.state_dict())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        codes: torch.Tensor = self.encoder(images / self.peak)
        return codes


@torch.inference_mode()
def codes_of(code: nn.Module, inputs: Inputs) -> np.ndarray:
    """The codes (m, d), float32, of inputs (m, ...), lazy or a tensor."""
    batches = batches_of(inputs, scored_at_once(inputs))
    return torch.cat([code(batch.float()) for batch in batches]).numpy()
