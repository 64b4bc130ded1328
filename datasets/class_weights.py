"""Errors on rare classes cost more; the training samples stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datasets.module import TrainingPart


@dataclass(frozen=True)
class ClassWeights:
    """Every class weighs the same in the loss: m / (K m_k) for m_k of m training samples in class k
    of the K that have any (G. King and L. Zeng, Political Analysis 9, 2001; scikit-learn's
    `balanced`). A class without a sample weighs 0.

    The weights average 1 over the training samples. A network's loss is divided by the number of
    samples in a batch (`models.losses`), so that over an epoch batches give that of all samples.
    """

    weighs_classes = True

    def __call__(self, training: TrainingPart, seed: int) -> tuple[None, None, np.ndarray]:
        """No other inputs and labels, and weights (classes,), float64."""
        labels = training.train_labels.numpy()
        counts = np.bincount(labels, minlength=training.classes)
        present = np.count_nonzero(counts)
        weights = len(labels) / (present * np.maximum(counts, 1)) * (counts > 0)
        return None, None, weights
