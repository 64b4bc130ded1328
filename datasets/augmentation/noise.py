"""Noise of single pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Philox

from datasets.augmentation import checks
from datasets.augmentation.chance import short_words

WORDS = 2**16  # the values that `short_words` takes


@dataclass(frozen=True)
class GaussianNoise:
    """Independent noise on every value; `standard_deviation` is a share of the peak.

    Drawn from 65,536 quantiles of the normal distribution, so within 4.4 standard deviations; the
    sum is rounded and clipped to 0..peak.
    """

    standard_deviation: float

    def __post_init__(self) -> None:
        given = self.standard_deviation
        checked = checks.above("standard_deviation", given, 0, 1)
        object.__setattr__(self, "standard_deviation", checked)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        import cv2

        table = _rounded_normals(self.standard_deviation * peak)
        noise = table.take(short_words(stream, image.size)).reshape(image.shape)
        noisy = cv2.add(image, noise, dtype=cv2.CV_8U)
        return np.minimum(noisy, peak, out=noisy) if peak < 255 else noisy


@dataclass(frozen=True)
class SaltAndPepper:
    """A `share` of the pixels, each on its own, becomes white or black, in all channels."""

    share: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", checks.above("share", self.share, 0, 1))

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        pixels = image.reshape(image.shape[0] * image.shape[1], -1)
        words = short_words(stream, len(pixels))
        half = self.share * WORDS / 2
        pixels[np.flatnonzero(words < half)] = peak
        pixels[np.flatnonzero(words >= WORDS - half)] = 0
        return image


@lru_cache(maxsize=8)
def _rounded_normals(deviation: float) -> np.ndarray:
    """Noise of a whole number of levels by quantile; images hold whole numbers, so rounding the
    noise rounds the sum.
    """
    from scipy.special import ndtri

    quantiles = deviation * ndtri((np.arange(WORDS) + 0.5) / WORDS)
    rounded: np.ndarray = np.rint(quantiles).astype(np.int16)
    return rounded
