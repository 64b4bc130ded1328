"""The operations of $name."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, Philox


@dataclass(frozen=True)
class Darken:
    """All pixels of an image times one number, drawn between `least` and 1."""

    least: float

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        """`image` is uint8 (H, W) or (H, W, 3), 0..peak, as is the result; all that is random
        comes from `stream`."""
        return (image * Generator(stream).uniform(self.least, 1)).astype(np.uint8)
