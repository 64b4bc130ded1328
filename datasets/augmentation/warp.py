"""Neighbouring geometric operations as one: their maps are multiplied, the image is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.augmentation.chance import stream_of
from datasets.augmentation.operations import Geometric

# What stands beyond the border, by the names of numpy.pad, and OpenCV's names of the same.
FILLS = {
    "constant": "BORDER_CONSTANT",
    "edge": "BORDER_REPLICATE",
    "reflect": "BORDER_REFLECT_101",
    "symmetric": "BORDER_REFLECT",
    "wrap": "BORDER_WRAP",
}


@dataclass(frozen=True)
class Warp:
    """`numbered` are the operations with their places in the pipeline.

    Only what lies outside of the image itself is filled: what one operation moves out, the next
    one may bring back. Bilinear interpolation; where the maps hit whole pixels, these are copied.
    """

    numbered: Sequence[tuple[int, Geometric]]
    fill: str
    fill_level: int

    def __call__(self, image: np.ndarray, seed: int, view: int, sample: int) -> np.ndarray:
        """`image` is uint8 (H, W) or (H, W, 3), as is the result."""
        import cv2

        height, width = image.shape[:2]
        matrix = np.eye(3)
        for place, operation in self.numbered:
            stream = stream_of(seed, view, sample, place)
            matrix = matrix @ operation.matrix(stream, height, width)
        if np.array_equal(matrix, np.eye(3)):
            return image
        return cv2.warpAffine(
            image,
            matrix[:2],
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=getattr(cv2, FILLS[self.fill]),
            borderValue=(self.fill_level,) * 3,
        )
