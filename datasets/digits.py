"""The 8x8 handwritten digits that come with scikit-learn: real data without a download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.classes import digit_classes, keep_classes
from datasets.samples import Samples


@dataclass(frozen=True)
class Digits:
    """Test part of the UCI optical digits (Alpaydin & Kaynak 1998), as in `load_digits`.

    Args:
        classes: the digits to keep, labelled by their position; None keeps all ten.

    Raises:
        WrongOption: for unknown, repeated or fewer than two classes.
    """

    classes: tuple[int, ...] | None = (0, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", digit_classes(self.classes))

    def load(self) -> Samples:
        """Samples of shape (N, 1, 8, 8) with pixels 0..16 and no official split."""
        from sklearn.datasets import load_digits  # takes a second, which planning need not wait

        classes = digit_classes(self.classes)
        bunch = load_digits()
        pixels = bunch.images.astype(np.uint8)[:, None]
        images, labels = keep_classes(pixels, bunch.target, classes)
        return Samples(
            inputs=images,
            labels=labels,
            class_names=tuple(str(digit) for digit in classes),
            peak=16.0,
            caveats=(_small(len(images), classes),),
        )


def _small(count: int, classes: Sequence[int]) -> str:
    of = ", ".join(map(str, classes))
    return f"only {count} images of 8x8 pixels (digits {of}): splits overlap from seed to seed"
