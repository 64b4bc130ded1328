"""The `published` protocol: of all epochs the one that is best on the test data counts.

Many articles did so; the number is too good, and is marked as such wherever it appears.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

OPTIMISTIC = "the epoch was selected on the test data, as published"


@dataclass(frozen=True)
class Selection:
    """Scores (m, K) of the selected epoch (counted from 1) on the test data; or no selection."""

    scores: np.ndarray | None = None
    epoch: int | None = None
    labels: np.ndarray | None = None

    @property
    def marks(self) -> dict[str, str]:
        """What the record says beside its numbers."""
        return {} if self.scores is None else {"optimistic": OPTIMISTIC}

    def scores_or(self, last: np.ndarray) -> np.ndarray:
        return last if self.scores is None else self.scores

    def metrics(self, last: dict[str, Any]) -> dict[str, Any]:
        """The accuracy of the selected epoch in the place of that of the last one, beside it."""
        if self.scores is None or self.labels is None:
            return {}
        return {
            "accuracy": accuracy(self.scores, self.labels),
            "accuracy_last_epoch": last["accuracy"],
            "selected_epoch": self.epoch,
        }


def selects(config: dict[str, Any], learner: Any) -> bool:
    """Whether an epoch is to be selected on the test data; an estimator has no epochs."""
    wanted = config["protocol"].get("select_epoch_on") == "test"
    return wanted and "watched" in inspect.signature(learner.fit).parameters


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of samples whose largest score is their label's (ties: the first class)."""
    if np.isnan(scores).any():
        raise FloatingPointError("the learner's scores are not numbers")
    return float((scores.argmax(axis=1) == labels).mean())
