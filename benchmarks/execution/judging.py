"""What a trial of the tuned protocol is judged by, where that is not its accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.grid import tuning
from benchmarks.grid.metrics import ACCURACY


class NothingToJudge(RuntimeError):  # noqa: N818
    """The validation samples of a trial cannot tell what it is to be judged by."""


def metrics(config: dict[str, Any], scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The protocol's metric, of scores (m, K) and labels (m,) of a trial's validation samples.

    Nothing for other cells, and where it is the accuracy, which every record has. Raises
    NothingToJudge where a class has no validation sample, or where there are too many classes.
    """
    metric = tuning.judged_by(config["protocol"])
    if not tuning.is_trial(config) or metric == ACCURACY:
        return {}
    if len(np.unique(labels)) < scores.shape[1]:
        raise NothingToJudge(f"protocol.metric={metric}: a class has no validation sample")
    kept = scores.astype(np.float32).astype(np.float64)  # as records keep them, ties and all
    return {metric: _score(metric, kept, labels)}


def _score(metric: str, scores: np.ndarray, labels: np.ndarray) -> float:
    """Of two classes class 1 is looked for, by the difference of the columns; of more, AUROC is the
    mean over classes of one against the rest. Scores that tell nothing apart have AUROC 0.5.
    """
    from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score

    if metric == "balanced_accuracy":
        return float(balanced_accuracy_score(labels, scores.argmax(axis=1)))
    if scores.shape[1] > 2 and metric == "auroc":
        areas = [roc_auc_score(labels == name, column) for name, column in enumerate(scores.T)]
        return float(np.mean(areas))
    if scores.shape[1] > 2:
        raise NothingToJudge(f"protocol.metric={metric}: it is for two classes")
    margins = scores[:, 1] - scores[:, 0]
    judge = roc_auc_score if metric == "auroc" else average_precision_score
    return float(judge(labels == 1, margins))
