"""The threshold of a decision between two classes, chosen on the validation samples of a split."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.execution.scores import scores_of
from benchmarks.execution.selection import Selection


def metrics(learner: Any, split_data: Any, selection: Selection) -> dict[str, float]:
    """`threshold`, as `best_threshold` finds it for the fitted learner.

    None without validation samples, for other than two classes, where one of the two has no
    validation sample, and where an epoch was selected, whose learner is no more.
    """
    if split_data.validation_inputs is None or split_data.classes != 2 or selection.marks:
        return {}
    labels = split_data.validation_labels.numpy()
    if len(np.unique(labels)) < 2:
        return {}
    # As published archives keep them: a threshold must call the same samples positive there.
    scores = scores_of(learner, split_data.validation_inputs, 2)
    scores = scores.astype(np.float16).astype(np.float64)
    return {"threshold": best_threshold(scores[:, 1] - scores[:, 0], labels == 1)}


def best_threshold(margins: np.ndarray, positive: np.ndarray) -> float:
    """The threshold with the best F1 on these samples, of equally good ones the smallest.

    `margins` (m,) are scores of class 1 less those of class 0, `positive` (m,) tells who is of
    class 1; a margin from the threshold up is called class 1. Thresholds lie in the middle between
    two margins, or below all.
    """
    values = np.unique(margins)
    thresholds = np.concatenate([[values[0] - 1], (values[:-1] + values[1:]) / 2])
    called, right = (_from_up(each, thresholds) for each in (margins, margins[positive]))
    f1 = 2 * right / (called + np.count_nonzero(positive))
    return float(thresholds[f1.argmax()])


def _from_up(margins: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How many margins lie at each threshold or above."""
    return len(margins) - np.searchsorted(np.sort(margins), thresholds)
