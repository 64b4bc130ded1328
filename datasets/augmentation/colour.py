"""Colour jitter: brightness, contrast, saturation and hue as one 3×4 matrix per image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Philox

from datasets.augmentation import checks
from datasets.augmentation.chance import between, uniforms
from datasets.errors import WrongOption

LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
# Luma and the two colour differences of NTSC (Y, I, Q), in which a hue is an angle.
YIQ = np.array([LUMA, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])
RGB = np.linalg.inv(YIQ)


@dataclass(frozen=True)
class ColourJitter:
    """Colours of the whole image changed at random.

    Factors are uniform in [1 - value, 1 + value], not below 0. Brightness multiplies all values,
    contrast their differences from the image's mean luma, saturation those from each pixel's luma;
    hue turns colours about the grey axis by an angle uniform in ± `hue` of a full turn.

    In this order, multiplied into one matrix: nothing is clipped in between, only the result is
    rounded (to within one level) and clipped to 0..peak. Grey images have neither saturation nor
    hue.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0

    def __post_init__(self) -> None:
        for field, most in (("brightness", 1), ("contrast", 1), ("saturation", 1), ("hue", 0.5)):
            object.__setattr__(self, field, checks.number(field, getattr(self, field), 0, most))
        if not (self.brightness or self.contrast or self.saturation or self.hue):
            remedy = "all four are 0, which changes nothing; give one of them a value"
            raise WrongOption("brightness", 0, remedy)

    def check(self, shape: Sequence[int], peak: int) -> None:
        """Raises WrongOption where grey images should change in saturation or hue."""
        for field in ("saturation", "hue"):
            if shape[0] == 1 and getattr(self, field):
                remedy = f"grey images have no {field}; set it to 0"
                raise WrongOption(field, getattr(self, field), remedy)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        brightness, contrast, saturation, hue = uniforms(stream, 4)
        gain = _factor(self.brightness, brightness)
        kept = _factor(self.contrast, contrast)
        mean = gain * _mean_luma(image)
        if image.ndim == 2:
            return _grey(image, gain * kept, (1 - kept) * mean, peak)
        colours = _saturation(_factor(self.saturation, saturation))
        colours = _hue(between(hue, -self.hue, self.hue)) @ colours
        return _transformed(image, gain * kept * colours, (1 - kept) * mean, peak)


def _factor(most: float, uniform: float) -> float:
    return between(uniform, 1 - most, 1 + most)


def _mean_luma(image: np.ndarray) -> float:
    import cv2

    means = cv2.mean(image)
    return means[0] if image.ndim == 2 else float(LUMA @ means[:3])


def _saturation(factor: float) -> np.ndarray:
    return factor * np.eye(3) + (1 - factor) * np.tile(LUMA, (3, 1))


def _hue(turn: float) -> np.ndarray:
    sine, cosine = math.sin(2 * math.pi * turn), math.cos(2 * math.pi * turn)
    turned = np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
    matrix: np.ndarray = RGB @ turned @ YIQ
    return matrix


def _grey(image: np.ndarray, gain: float, offset: float, peak: int) -> np.ndarray:
    levels = np.rint(gain * np.arange(256) + offset).clip(0, peak).astype(np.uint8)
    changed: np.ndarray = levels[image]
    return changed


def _transformed(image: np.ndarray, matrix: np.ndarray, offset: float, peak: int) -> np.ndarray:
    import cv2

    coloured = cv2.transform(image, np.column_stack([matrix, np.full(3, offset)]))
    return np.minimum(coloured, peak, out=coloured) if peak < 255 else coloured
