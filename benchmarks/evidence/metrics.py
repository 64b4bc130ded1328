"""Measures of one trained model on its test samples, from its stored predictions.

`labels` and `predicted` have shape (samples,), `scores` has shape (samples, classes), its column c
for class c; of two classes, class 1 is the one that is looked for. The scores of published archives
are rounded to half precision (0.1 %, and 0 below 3e-8), so what depends on small probabilities is
as exact as that and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.evidence.errors import EvidenceError

BINS = 15
# The smallest number of half precision: where rounding has left 0, the logarithm takes this.
SMALLEST = 2.0**-24
# A row of c probabilities, each rounded to half precision, sums to 1 within c * 2^-12.
HALF_ROUNDING = 2.0**-12

OF_PROBABILITIES = ("log_loss", "brier", "calibration_error")
NO_PROBABILITIES = "the scores are no probabilities"
ONE_CLASS = "only one class among the test samples"
CONSTANT_SCORES = "the scores are the same for every test sample"
NOT_TWO_CLASSES = "it is for two classes"
NO_THRESHOLD = "no threshold was chosen on validation samples (dataset.validation)"
NONE_POSITIVE = "no test sample of class 1"


@dataclass(frozen=True)
class Measure:
    """`value` is None where it cannot be told; `reason` then says why."""

    value: float | None
    reason: str | None = None


def prediction_metrics(
    predictions: Mapping[str, ArrayLike],
    score_kind: str | None = None,
    threshold: float | None = None,
) -> dict[str, Measure]:
    """All measures of this file by name, of one cell's stored `labels`, `predicted`, `scores`.

    `threshold` is that of the record's metrics, where it has one.

    `score_kind` is what the record says (`predictions.score_kind`): scores that it calls "decision"
    are no probabilities even where they happen to lie between 0 and 1; without it the rows decide.

    Raises EvidenceError where an array is missing or does not fit the others, and for another kind.
    """
    if score_kind not in (None, "probability", "decision"):
        raise EvidenceError(f"score_kind={score_kind!r}: expected probability or decision")
    missing = [name for name in ("labels", "predicted", "scores") if name not in predictions]
    if missing:
        raise EvidenceError(f"predictions without {', '.join(missing)}: run the cell again")
    labels, predicted, scores = (predictions[name] for name in ("labels", "predicted", "scores"))
    found = {
        "accuracy": Measure(accuracy(labels, predicted)),
        "balanced_accuracy": Measure(balanced_accuracy(labels, predicted)),
        "macro_f1": Measure(macro_f1(labels, predicted)),
        "log_loss": log_loss(labels, scores),
        "brier": brier(labels, scores),
        "calibration_error": calibration_error(labels, predicted, scores),
        "auroc": auroc(labels, scores),
        "average_precision": average_precision(labels, scores),
        "f1_at_threshold": f1_at_threshold(labels, scores, threshold),
    }
    if score_kind == "decision":
        found |= dict.fromkeys(OF_PROBABILITIES, Measure(None, NO_PROBABILITIES))
    return found


def accuracy(labels: ArrayLike, predicted: ArrayLike) -> float:
    """The share of test samples that are right, 0 to 1.

    Raises EvidenceError for no sample, other shapes and classes that are no whole numbers.
    """
    labels, predicted = _classes(labels, predicted)
    return float((labels == predicted).mean())


def balanced_accuracy(labels: ArrayLike, predicted: ArrayLike) -> float:
    """The mean over the classes among the labels of the share of their samples that are right.

    0 to 1. Source: K. H. Brodersen et al., ICPR 2010. Raises EvidenceError as `accuracy` does.
    """
    labels, predicted = _classes(labels, predicted)
    shares = [(predicted[labels == name] == name).mean() for name in np.unique(labels)]
    return float(np.mean(shares))


def macro_f1(labels: ArrayLike, predicted: ArrayLike) -> float:
    """The mean over classes of F1 = 2 tp / (2 tp + fp + fn), 0 to 1.

    Over the classes among labels or predictions; one that is never right counts 0. Source: Y. Yang
    and X. Liu, SIGIR 1999; as in scikit-learn. Raises EvidenceError as `accuracy` does.
    """
    labels, predicted = _classes(labels, predicted)
    scores = []
    for name in np.union1d(labels, predicted):
        true, called = labels == name, predicted == name
        scores.append(2 * (true & called).sum() / (true.sum() + called.sum()))
    return float(np.mean(scores))


def log_loss(labels: ArrayLike, scores: ArrayLike) -> Measure:
    """The mean of -ln(probability of the true class), in nats; 0 is best.

    Probabilities below 2^-24 count as that, so one sure and wrong sample costs at most 16.6: half
    precision knows nothing smaller. Source: I. J. Good, J. R. Stat. Soc. B 14 (1952).

    None where rows are no probabilities: outside 0 to 1, or not summing to 1 within the rounding.
    Raises EvidenceError for no sample, other shapes, labels without a column, scores not finite.
    """
    labels, scores = _scored(labels, scores)
    if not _are_probabilities(scores):
        return Measure(None, NO_PROBABILITIES)
    of_true = scores[np.arange(len(labels)), labels]
    return Measure(float(-np.log(np.clip(of_true, SMALLEST, 1.0)).mean()))


def brier(labels: ArrayLike, scores: ArrayLike) -> Measure:
    """The mean over samples of the sum over classes of (probability - 1 if true class)^2, 0 to 2.

    Source: G. W. Brier, Mon. Weather Rev. 78 (1950), the form over all classes; for two classes it
    is twice the form over one. None and errors as in `log_loss`.
    """
    labels, scores = _scored(labels, scores)
    if not _are_probabilities(scores):
        return Measure(None, NO_PROBABILITIES)
    truth = np.arange(scores.shape[1]) == labels[:, None]
    return Measure(float(((scores - truth) ** 2).sum(axis=1).mean()))


def calibration_error(
    labels: ArrayLike, predicted: ArrayLike, scores: ArrayLike, bins: int = BINS
) -> Measure:
    """Expected calibration error: the mean over samples of |accuracy - confidence| of their bin.

    Confidence is the probability of the predicted class. Bins of equal width, (0, 1/15] to
    (14/15, 1]. 0 to 1. Source: C. Guo et al., ICML 2017. Few test samples give bins with few
    samples, which pushes it up. None and errors as in `log_loss`.
    """
    if bins < 1:
        raise EvidenceError(f"bins={bins}: expected at least 1, usually {BINS}")
    labels, scores = _scored(labels, scores)
    labels, predicted = _classes(labels, predicted)
    _check_columns("predicted", predicted, scores)
    if not _are_probabilities(scores):
        return Measure(None, NO_PROBABILITIES)
    confidence = scores[np.arange(len(predicted)), predicted]
    places = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(places, (predicted == labels) - confidence, minlength=bins)
    return Measure(float(np.abs(gaps).sum() / len(labels)))


def auroc(labels: ArrayLike, scores: ArrayLike) -> Measure:
    """Area under the ROC curve: how often a sample of a class scores above one of the others.

    Two columns: class 1 by the difference of the columns. More: the mean over classes of one
    against the rest, by the class's column, all weighing the same. Ties count one half. 0 to 1.
    Scores of any kind will do. Source: J. A. Hanley and B. J. McNeil, Radiology 143 (1982); over
    classes F. Provost and P. Domingos (2000), without their weights.

    None where a class has no test sample, where only one class is there, and where the scores do
    not tell samples apart. Raises EvidenceError as `log_loss` does.
    """
    labels, scores = _scored(labels, scores)
    present = np.unique(labels)
    if len(present) == 1:
        return Measure(None, ONE_CLASS)
    if scores.shape[1] > len(present):
        absent = sorted(set(range(scores.shape[1])) - set(present.tolist()))
        return Measure(None, f"no test sample of class {', '.join(map(str, absent))}")
    if (scores == scores[0]).all():
        return Measure(None, CONSTANT_SCORES)
    if scores.shape[1] == 2:
        return Measure(_area(labels == 1, scores[:, 1] - scores[:, 0]))
    areas = [_area(labels == name, scores[:, name]) for name in present]
    return Measure(float(np.mean(areas)))


def average_precision(labels: ArrayLike, scores: ArrayLike) -> Measure:
    """The mean over the samples of class 1 of the precision among those that score as high or
    higher; the score is the difference of the columns. 0 to 1, of constant scores the share of
    class 1. Source: C. D. Manning, P. Raghavan and H. Schütze, Introduction to Information
    Retrieval (2008), section 8.4; with ties as in scikit-learn.

    None for more than two classes, and where class 1 has no test sample. Raises EvidenceError as
    `log_loss` does.
    """
    labels, scores = _scored(labels, scores)
    reason = _not_binary(labels, scores)
    if reason:
        return Measure(None, reason)
    positive, values = labels == 1, scores[:, 1] - scores[:, 0]
    called = len(values) - np.searchsorted(np.sort(values), values[positive])
    right = positive.sum() - np.searchsorted(np.sort(values[positive]), values[positive])
    return Measure(float((right / called).mean()))


def f1_at_threshold(labels: ArrayLike, scores: ArrayLike, threshold: float | None) -> Measure:
    """F1 = 2 tp / (2 tp + fp + fn) of class 1, which is called where the difference of the columns
    reaches the threshold, one that was chosen on validation samples. 0 to 1. Source: C. J. van
    Rijsbergen, Information Retrieval (1979), chapter 7; the threshold as in Z. C. Lipton, C. Elkan
    and B. Naryanaswamy, ECML PKDD 2014.

    Scores count in half precision, own ones as published ones: the margins of rare classes lie
    where it is coarse, and a threshold between two of them must part the same samples.

    None without a threshold, for more than two classes, and where class 1 has no test sample.
    Raises EvidenceError as `log_loss` does.
    """
    labels, scores = _scored(labels, scores)
    reason = _not_binary(labels, scores) or (NO_THRESHOLD if threshold is None else None)
    if reason or threshold is None:
        return Measure(None, reason)
    rounded = scores.astype(np.float16).astype(np.float64)
    true, called = labels == 1, rounded[:, 1] - rounded[:, 0] >= threshold
    return Measure(float(2 * (true & called).sum() / (true.sum() + called.sum())))


def _not_binary(labels: np.ndarray, scores: np.ndarray) -> str | None:
    if scores.shape[1] != 2:
        return NOT_TWO_CLASSES
    return None if (labels == 1).any() else NONE_POSITIVE


def _area(positive: np.ndarray, scores: np.ndarray) -> float:
    """The Mann-Whitney statistic over all pairs, from the mean ranks of tied scores."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives = int(positive.sum())
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(scores) - positives)))


def _are_probabilities(scores: np.ndarray) -> bool:
    off = np.abs(scores.sum(axis=1) - 1)
    inside = (scores >= 0).all() and (scores <= 1).all()
    return bool(inside and (off <= scores.shape[1] * HALF_ROUNDING).all())


def _classes(labels: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    labels, predicted = _whole("labels", labels), _whole("predicted", predicted)
    if labels.shape != predicted.shape:
        raise EvidenceError(
            f"{len(labels)} labels and {len(predicted)} predicted classes: expected one of each"
            " per test sample"
        )
    return labels, predicted


def _scored(labels: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    labels, scores = _whole("labels", labels), np.asarray(scores, dtype=np.float64)
    if scores.ndim != 2 or len(scores) != len(labels) or scores.shape[1] < 2:
        raise EvidenceError(
            f"scores of shape {scores.shape} for {len(labels)} labels: expected (samples, classes)"
        )
    if not np.isfinite(scores).all():
        raise EvidenceError("scores are not all finite: leave such runs out by name")
    _check_columns("labels", labels, scores)
    return labels, scores


def _check_columns(name: str, classes: np.ndarray, scores: np.ndarray) -> None:
    if classes.min() < 0 or classes.max() >= scores.shape[1]:
        raise EvidenceError(
            f"{name} from {classes.min()} to {classes.max()} for {scores.shape[1]} columns of"
            " scores: expected 0 to classes - 1"
        )


def _whole(name: str, values: ArrayLike) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or len(array) == 0 or not np.issubdtype(array.dtype, np.integer):
        raise EvidenceError(
            f"{name} of shape {array.shape} and type {array.dtype}: expected one whole number per"
            " test sample"
        )
    return array.astype(np.int64)
