"""Choosing some of the ten digits and numbering them as labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral

import numpy as np

from datasets.errors import WrongOption

DIGITS = tuple(range(10))


def digit_classes(classes: Iterable[int] | None) -> tuple[int, ...]:
    """The chosen digits as a tuple; None chooses all ten.

    Raises:
        WrongOption: unless `classes` lists at least two distinct digits 0..9.
    """
    if classes is None:
        return DIGITS
    known = ", ".join(map(str, DIGITS))
    wrong = WrongOption(
        "dataset.classes", classes, f"list two or more distinct digits of {known}, as [0, 1]"
    )
    if isinstance(classes, (str, bytes)) or not isinstance(classes, Iterable):
        raise wrong
    chosen = tuple(classes)
    if any(isinstance(c, (bool, np.bool_)) or not isinstance(c, Integral) for c in chosen):
        raise wrong
    if len(chosen) < 2 or len(set(chosen)) < len(chosen) or not set(chosen) <= set(DIGITS):
        raise wrong
    return tuple(int(c) for c in chosen)


def keep_classes(
    images: np.ndarray, digits: np.ndarray, classes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Images of the chosen digits, in their order, and int64 labels numbered by `classes`."""
    label_of_digit = np.full(len(DIGITS), -1, dtype=np.int64)
    label_of_digit[list(classes)] = np.arange(len(classes))
    labels = label_of_digit[digits]
    kept = labels >= 0
    return images[kept], labels[kept]
