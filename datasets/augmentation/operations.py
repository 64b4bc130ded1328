"""The two kinds of operations; each is a frozen dataclass whose fields are its configuration.

An operation that cannot act on all images has `check(shape, peak)`, which raises WrongOption for
images of a shape (C, H, W) and a largest pixel value that it cannot act on; one that draws from
generators which threads share says `one_thread = True`. The fields that operations name in errors
are their own; `datasets.augmentation` puts the operation's place before them.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.random import Philox


@runtime_checkable
class Geometric(Protocol):
    """Moves pixels by an affine map; `looks_outside` where it may read beyond the border."""

    looks_outside: bool

    def matrix(self, stream: Philox, height: int, width: int) -> np.ndarray:
        """From places (x, y, 1) in the result to places in the image: (3, 3)."""


@runtime_checkable
class Pixelwise(Protocol):
    """Changes pixels where they are; a window alone (`datasets.augmentation.window`) cuts."""

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        """`image` is uint8 (H, W) or (H, W, 3), 0..peak, as is the result; it may be changed."""


Operation = Geometric | Pixelwise
