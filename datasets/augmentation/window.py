"""A window of the image that is not resized: the one kind of operation that test images take, too.

A learner sees images of one shape. Where training images are windows at random places, those that
are scored, of the test and of the train part, are the windows in the middle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Philox

from datasets.augmentation import checks
from datasets.augmentation.chance import uniforms
from datasets.errors import WrongOption

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class RandomWindow:
    """A window of a `share`, above 0 up to 1, of the image's height and width, not resized.

    All places within the image are equally likely. The random crop of Barz and Denzler 2020 (Deep
    learning on small datasets without pre-training using cosine loss) is one of 448 of 512 pixels,
    a share of 0.875.
    """

    share: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", checks.above("share", self.share, 0, 1))

    def check(self, shape: Sequence[int], peak: int) -> None:
        """Raises WrongOption where nothing is left of an image."""
        if min(self.size(*shape[1:])) < 1:
            remedy = f"nothing is left of {shape[1]} × {shape[2]} pixels; choose a larger share"
            raise WrongOption("share", self.share, remedy)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the window."""
        return round(self.share * height), round(self.share * width)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        height, width = image.shape[:2]
        high, wide = self.size(height, width)
        down, across = uniforms(stream, 2)
        top, left = int(down * (height - high + 1)), int(across * (width - wide + 1))
        return image[top : top + high, left : left + wide].copy()


@dataclass(frozen=True)
class CentralWindows:
    """What test images become: the middle window of each `RandomWindow`, in their order."""

    windows: Sequence[RandomWindow]

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """The windows of images (m, C, H, W)."""
        for window in self.windows:
            height, width = images.shape[2:]
            high, wide = window.size(height, width)
            top, left = (height - high) // 2, (width - wide) // 2
            images = images[:, :, top : top + high, left : left + wide]
        return images.contiguous()

    def shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """(C, H, W) of what images of a shape (C, H, W) become."""
        channels, height, width = shape
        for window in self.windows:
            height, width = window.size(height, width)
        return (channels, height, width)

    @property
    def text(self) -> str:
        """Equal texts, equal pixels."""
        return json.dumps({"central windows": [window.share for window in self.windows]})
