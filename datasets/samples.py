"""Labelled images in memory, with a fingerprint of their contents."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Samples:
    """Decoded images and their labels, treated as read-only.

    Args:
        images: uint8, shape (N, C, H, W).
        labels: int64, shape (N,), values in 0..K-1.
        class_names: K names, by label.
        peak: largest possible pixel value (255 for 8-bit images, 16 for scikit-learn's digits).
        official_train: the first so many samples are the official train part, the rest the
            official test part; None where no official split exists.
        caveats: sentences to print beside every number measured on these samples.

    Raises:
        ValueError: if shapes, dtypes or counts contradict the above.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    peak: float
    official_train: int | None = None
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                f"images: uint8 (N, C, H, W) needed, not {self.images.dtype} {self.images.shape}"
            )
        if self.labels.dtype != np.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"labels: int64 ({len(self.images)},) needed, "
                f"not {self.labels.dtype} {self.labels.shape}"
            )
        if self.labels.size and not 0 <= self.labels.min() <= self.labels.max() < self.classes:
            raise ValueError(f"labels: values in 0..{self.classes - 1} needed")
        if self.official_train is not None and not 0 <= self.official_train <= len(self):
            raise ValueError(f"official_train={self.official_train}: 0..{len(self)} needed")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return len(self.class_names)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over everything a model sees: contents, shapes, dtypes, names, peak."""
        return fingerprint_arrays(
            json.dumps([list(self.class_names), float(self.peak)]), self.images, self.labels
        )


def fingerprint_arrays(text: str, *arrays: np.ndarray) -> str:
    """SHA-256 (hex) over a text and the dtype, shape and contents of each array."""
    digest = hashlib.sha256(text.encode())
    for array in arrays:
        digest.update(f"|{array.dtype.str}{array.shape}|".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
