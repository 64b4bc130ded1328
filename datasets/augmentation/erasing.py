"""Random erasing (Zhong et al. 2017, Random erasing data augmentation, arXiv 1708.04896)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Philox

from datasets.augmentation import checks
from datasets.augmentation.chance import between, short_words, uniforms
from datasets.errors import WrongOption

ATTEMPTS = 100  # zhunzhong07/Random-Erasing, transforms.py
RANDOM = "random"


@dataclass(frozen=True)
class RandomErasing:
    """A rectangle of the image is overwritten, with a `probability` above 0 up to 1.

    Its area is uniform in `area` (shares of the image's), its height : width uniform in `ratio`,
    its place uniform among those within the image. As in the authors' code, 100 rectangles are
    drawn and the first is taken that fits; where none does, the image stays as it is.

    `value` is what is written: a share of the peak (0 black, 1 white), or `random` for one number
    per value, the variant that the authors found best.
    """

    probability: float = 0.5
    area: Sequence[float] = (0.02, 0.4)
    ratio: Sequence[float] = (0.3, 1 / 0.3)
    value: float | str = RANDOM

    def __post_init__(self) -> None:
        probability = checks.above("probability", self.probability, 0, 1)
        area = checks.interval("area", self.area, 0, 1)
        checked = {
            "probability": probability,
            "area": area,
            "ratio": checks.interval("ratio", self.ratio, 0.01, 100),
            "value": _checked_value(self.value),
        }
        if area[1] == 0:
            raise WrongOption("area", list(self.area), "the largest area must be above 0")
        for field, value in checked.items():
            object.__setattr__(self, field, value)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        if uniforms(stream, 1)[0] >= self.probability:
            return image
        place = self._place(stream, *image.shape[:2])
        if place is not None:
            image[place] = self._written(stream, image[place].shape, peak)
        return image

    def _place(self, stream: Philox, height: int, width: int) -> tuple[slice, slice] | None:
        drawn = iter(uniforms(stream, 4 * ATTEMPTS))
        for area, ratio, down, across in zip(drawn, drawn, drawn, drawn, strict=True):
            pixels = between(area, *self.area) * height * width
            stretch = between(ratio, *self.ratio)
            high, wide = round(math.sqrt(pixels * stretch)), round(math.sqrt(pixels / stretch))
            if 0 < high < height and 0 < wide < width:
                top, left = int(down * (height - high + 1)), int(across * (width - wide + 1))
                return slice(top, top + high), slice(left, left + wide)
        return None

    def _written(self, stream: Philox, shape: Sequence[int], peak: int) -> np.ndarray | int:
        if not isinstance(self.value, str):
            return round(self.value * peak)
        words = short_words(stream, math.prod(shape)).astype(np.uint32)
        return (words * np.uint32(peak + 1) >> np.uint32(16)).astype(np.uint8).reshape(shape)


def _checked_value(value: object) -> float | str:
    if value == RANDOM:
        return RANDOM
    if isinstance(value, str):
        raise WrongOption("value", value, "random, or a share of the peak from 0 to 1")
    return checks.number("value", value, 0, 1)
