"""Random numbers that are counted, not drawn in turn: each image and operation has its own stream.

The raw words of numpy's Philox are guaranteed for a fixed key and counter; the methods of
`numpy.random.Generator` carry no such guarantee and are not used.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Philox


def stream_of(seed: int, view: int, sample: int, operation: int) -> Philox:
    """The stream of one operation on one image; all four are whole numbers from 0 up."""
    return Philox(key=int(seed), counter=[0, int(operation), int(view), int(sample)])


def uniforms(stream: Philox, count: int) -> list[float]:
    """In [0, 1), of 53 bits each."""
    drawn: list[float] = ((stream.random_raw(count) >> np.uint64(11)) * 2.0**-53).tolist()
    return drawn


def short_words(stream: Philox, count: int) -> np.ndarray:
    """uint16 (count,), every value equally likely: for one number per pixel."""
    words = stream.random_raw(-(-count // 4)).astype("<u8", copy=False)
    return words.view("<u2")[:count]


def between(uniform: float, low: float, high: float) -> float:
    """A number in [0, 1) stretched to [low, high)."""
    return low + uniform * (high - low)
