"""Operations that move pixels: each gives the affine map of one image.

A map is a 3×3 matrix that takes a place in the result, (x, y, 1) in pixels with (0, 0) the centre
of the first pixel, to the place in the image that is seen there. Neighbouring maps are multiplied
and the image is read once (`datasets.augmentation.warp`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Philox

from datasets.augmentation import checks
from datasets.augmentation.chance import between, uniforms
from datasets.errors import WrongOption

ATTEMPTS = 10  # torchvision.transforms.v2.RandomResizedCrop


@dataclass(frozen=True)
class HorizontalFlip:
    """Left and right are exchanged, with a `probability` above 0 up to 1."""

    probability: float = 0.5
    looks_outside: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _set(self, probability=checks.above("probability", self.probability, 0, 1))

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        if uniforms(stream, 1)[0] >= self.probability:
            return np.eye(3)
        return np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class VerticalFlip:
    """Top and bottom are exchanged, with a `probability` above 0 up to 1."""

    probability: float = 0.5
    looks_outside: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _set(self, probability=checks.above("probability", self.probability, 0, 1))

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        if uniforms(stream, 1)[0] >= self.probability:
            return np.eye(3)
        return np.array([[1.0, 0.0, 0.0], [0.0, -1.0, height - 1.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Rotation:
    """Turned about the centre of the image by an angle uniform in `degrees`, [least, most].

    Counter-clockwise for angles above 0; from -360 to 360.
    """

    degrees: Sequence[float]
    looks_outside: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _set(self, degrees=checks.interval("degrees", self.degrees, -360, 360))

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        angle = math.radians(between(uniforms(stream, 1)[0], *self.degrees))
        sine, cosine = math.sin(angle), math.cos(angle)
        turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        return _about_centre(turn, height, width)


@dataclass(frozen=True)
class Scale:
    """Enlarged about the centre by a `factor` uniform in [least, most]; below 1, made smaller.

    Read with bilinear interpolation alone: factors far below 1/2 alias.
    """

    factor: Sequence[float]

    def __post_init__(self) -> None:
        _set(self, factor=checks.interval("factor", self.factor, 0.1, 10))

    @property
    def looks_outside(self) -> bool:
        return self.factor[0] < 1

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        shrink = 1 / between(uniforms(stream, 1)[0], *self.factor)
        return _about_centre(np.diag([shrink, shrink, 1.0]), height, width)


@dataclass(frozen=True)
class Translation:
    """Moved by whole pixels, across and down each uniform in ± `share` of the image's side."""

    share: float
    looks_outside: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _set(self, share=checks.above("share", self.share, 0, 1))

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        across, down = (
            between(uniform, -self.share, self.share) for uniform in uniforms(stream, 2)
        )
        return _moved(round(across * width), round(down * height))


@dataclass(frozen=True)
class PaddedCrop:
    """A crop of the image's own size after `padding` pixels were added on every side.

    He et al. 2016 (Deep residual learning, section 4.2) pad 32×32 images by 4. All places are
    equally likely.
    """

    padding: int
    looks_outside: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _set(self, padding=checks.whole("padding", self.padding, 1))

    def check(self, shape: Sequence[int], peak: int) -> None:
        """Raises WrongOption where a crop could miss the image."""
        side = min(shape[1:])
        if self.padding >= side:
            remedy = f"these images have {side} pixels a side; at most {side - 1} can be padded"
            raise WrongOption("padding", self.padding, remedy)

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        places = 2 * self.padding + 1
        across, down = (int(uniform * places) - self.padding for uniform in uniforms(stream, 2))
        return _moved(across, down)


@dataclass(frozen=True)
class RandomResizedCrop:
    """A rectangle within the image, stretched to the image's size (Szegedy et al. 2015).

    Its area is uniform in `area` (shares of the image's), its width : height log-uniform in
    `ratio`, in units of the image's own. As in torchvision, 10 rectangles are drawn and the first
    is taken that fits into the image; where none does, the whole image is.
    """

    area: Sequence[float]
    ratio: Sequence[float] = (3 / 4, 4 / 3)
    looks_outside: ClassVar[bool] = False

    def __post_init__(self) -> None:
        area = checks.interval("area", self.area, 0, 1)
        if area[0] == 0:
            raise WrongOption("area", list(self.area), "the least area must be above 0")
        _set(self, area=area, ratio=checks.interval("ratio", self.ratio, 0.1, 10))

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        drawn = iter(uniforms(stream, 4 * ATTEMPTS))
        least, most = map(math.log, self.ratio)
        for area, ratio, across, down in zip(drawn, drawn, drawn, drawn, strict=True):
            share = between(area, *self.area)
            stretch = math.exp(between(ratio, least, most))
            wide, high = math.sqrt(share * stretch), math.sqrt(share / stretch)
            if wide <= 1 and high <= 1:
                left, top = across * (1 - wide) * (width - 1), down * (1 - high) * (height - 1)
                return np.array([[wide, 0.0, left], [0.0, high, top], [0.0, 0.0, 1.0]])
        return np.eye(3)


def _about_centre(linear: np.ndarray, height: int, width: int) -> np.ndarray:
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    linear = linear.copy()
    linear[:2, 2] = centre - linear[:2, :2] @ centre
    return linear


def _moved(across: int, down: int) -> np.ndarray:
    """The content moves right and down."""
    return np.array([[1.0, 0.0, -across], [0.0, 1.0, -down], [0.0, 0.0, 1.0]])


def _set(operation: object, **checked: object) -> None:
    for name, value in checked.items():
        object.__setattr__(operation, name, value)
