"""What a learner, a user's own too, says of samples: checked before anything is counted from it."""

from __future__ import annotations

from typing import Any

import numpy as np


class WrongScores(RuntimeError):  # noqa: N818
    """No scores of every sample for every class."""


class NoNumbers(ArithmeticError):  # noqa: N818
    """Scores that are not numbers."""


def scores_of(learner: Any, inputs: Any, classes: int) -> np.ndarray:
    """The learner's scores (m, K) of m samples; raises what `require_scores` raises."""
    scores: np.ndarray = learner.scores(inputs)
    require_scores(scores, len(inputs), classes)
    return scores


def require_scores(scores: Any, samples: int, classes: int) -> None:
    """Raises WrongScores for another shape or kind, NoNumbers for NaN and plus infinity.

    One column for two classes would be taken for a model that names the same class always. Minus
    infinity is the score of a class that a small training set has no sample of.
    """
    if not isinstance(scores, np.ndarray):
        raise WrongScores(f"scores: a numpy array needed, not {type(scores).__name__}")
    if scores.shape != (samples, classes):
        raise WrongScores(f"scores: shape {(samples, classes)} needed, not {scores.shape}")
    if scores.dtype.kind != "f":
        raise WrongScores(f"scores: floating-point numbers needed, not {scores.dtype}")
    if not (scores < np.inf).all():
        raise NoNumbers("scores: not all of them are numbers")
