"""How pixels are scaled before learning: one definition for networks and for estimators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from models.interface import Inputs

KINDS = ("raw", "unit", "standardise")


def require_kind(kind: str) -> None:
    """Raise ValueError unless `kind` names a scaling."""
    if kind not in KINDS:
        raise ValueError(f"inputs={kind}: one of {', '.join(KINDS)}")


def shift_and_factor(
    kind: str, train_inputs: Inputs, peak: float
) -> tuple[np.ndarray | np.float64, np.ndarray | np.float64]:
    """Arrays (shift, factor), float64, such that scaled = (pixels - shift) * factor.

    - `raw`: pixels as stored
    - `unit`: pixels divided by `peak`, the largest possible pixel value
    - `standardise`: each pixel less its mean over the training images (n, C, H, W), divided by
      its standard deviation (n - 1). A pixel that is constant there becomes 0 for every image,
      as H2O drops constant columns (Deep Learning booklet, section on standardisation).

    Raises ValueError for another kind.
    """
    require_kind(kind)
    if kind == "raw":
        return np.float64(0), np.float64(1)
    if kind == "unit":
        return np.float64(0), np.float64(1 / peak)
    pixels = np.asarray(train_inputs, dtype=np.float64)
    constant = pixels.max(axis=0) == pixels.min(axis=0)
    squares = np.square(pixels - pixels.mean(axis=0)).sum(axis=0)
    deviation = np.sqrt(squares / max(len(pixels) - 1, 1))
    return pixels.mean(axis=0), np.where(constant, 0, 1 / np.where(constant, 1, deviation))


def flat_pixels(images: Inputs) -> np.ndarray:
    """Images (m, C, H, W) or rows (m, F), array or CPU tensor, as a float64 array (m, C*H*W)."""
    pixels = np.asarray(images, dtype=np.float64)
    return pixels.reshape(len(pixels), -1)
