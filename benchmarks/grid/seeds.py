"""The one place where random seeds are derived, each by the name of its axis.

All methods of one split seed see the same training and test samples, so that every comparison
is paired; the training samples of two train sizes are drawn independently of each other.
"""

from __future__ import annotations

import hashlib


def derive(axis: str, *values: int) -> int:
    """A 32-bit seed from an axis name and the values that it depends on."""
    text = ":".join([axis, *map(str, values)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def partition_seed(split_seed: int) -> int:
    """Which samples are the pool and which the test set (where that is drawn at all)."""
    return derive("partition", split_seed)


def draw_seed(split_seed: int, train_size: int) -> int:
    """Which samples of the pool are trained on."""
    return derive("draw", split_seed, train_size)


def fit_seed(split_seed: int, init_seed: int) -> int:
    """Initial weights and dropout: the same for every method that shares an architecture."""
    return derive("fit", split_seed, init_seed)


def order_seed(split_seed: int, init_seed: int) -> int:
    """The order of the training samples within each epoch."""
    return derive("order", split_seed, init_seed)


def augmentation_seed(split_seed: int, init_seed: int) -> int:
    """What an augmentation draws anew in every epoch; fixed views are shared by all cells."""
    return derive("augmentation", split_seed, init_seed)


def resampling_seed(split_seed: int, init_seed: int) -> int:
    """What a resampling draws or generates; the same for every method."""
    return derive("resampling", split_seed, init_seed)


def search_seed(split_seed: int) -> int:
    """Which settings of a search space are tried: the same for methods of the same space."""
    return derive("search", split_seed)


def validation_seed(split_seed: int, train_size: int) -> int:
    """Which of the training samples a trial is judged on: the same for every method."""
    return derive("validation", split_seed, train_size)
