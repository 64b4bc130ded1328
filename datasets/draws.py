"""Permutations and whole numbers from a seed, the same with every version of numpy.

Everything random comes from the raw stream of numpy's PCG64 seeded by a SeedSequence, whose
values numpy guarantees for a fixed seed; the methods of `numpy.random.Generator` carry no such
guarantee and are not used.
"""

from __future__ import annotations

import numpy as np
from numpy.random import PCG64, SeedSequence

# Equal seeds must not give related streams.
PARTITION_STREAM, DRAW_STREAM, VALIDATION_STREAM, UNLABELLED_STREAM = (0,), (1,), (2,), (3,)


def stream(seed: int, key: tuple[int, ...]) -> PCG64:
    """One of the independent streams of a seed."""
    return PCG64(SeedSequence(int(seed), spawn_key=key))


def permutation(count: int, source: PCG64) -> np.ndarray:
    """0..count-1 in random order, int64."""
    return np.argsort(source.random_raw(count), kind="stable")


def integers(below: int, count: int, source: PCG64) -> np.ndarray:
    """Uniform in 0..below-1 but for a bias of less than below / 2**64; int64."""
    return (source.random_raw(count) % np.uint64(below)).astype(np.int64)
