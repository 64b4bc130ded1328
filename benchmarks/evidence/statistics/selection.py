"""What accuracy to expect of the method that did best, without the luck of having done best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import NO_SPREAD
from benchmarks.evidence.statistics.intervals import wilson_interval

RESAMPLES = 2000


@dataclass(frozen=True)
class Selected:
    """Expected accuracy of the selected method, its interval, and how often each did best."""

    mean: float
    low: float
    high: float
    shares: tuple[float, ...]


def selected_accuracy(
    correct: np.ndarray, confidence: float = 0.95, seed: int = 0, resamples: int = RESAMPLES
) -> Selected:
    """Bootstrap bias-corrected cross-validation, with repeats (BBC-CV).

    Tsamardinos, Greasidou & Borboudakis 2018, "Bootstrapping the out-of-sample predictions for
    efficient and accurate cross-validation", Machine Learning 107, 1895-1922, algorithms 3 and 6:
    images are drawn with replacement, the best method on those drawn is selected and scored on
    those not drawn. Mean and percentiles over the resamples; the authors find the interval
    conservative, for each score rests on about 37 % of the images. Resampling knows nothing of
    mistakes that did not happen, and of 30 images all got right it gives an interval of no width;
    each end is therefore moved out to that of Wilson's interval of the mean over all images.

    Args:
        correct: float array (images, methods), the share of repetitions in which each method was
            right on each image, when that was not trained on. Of methods that are equally good on
            the images drawn the first is selected; each has its part of having done best.

    Raises:
        EvidenceError: for fewer than two images, no method, or values outside 0 to 1.
    """
    correct = np.asarray(correct, dtype=np.float64)
    if correct.ndim != 2 or len(correct) < 2 or not correct.shape[1]:
        raise EvidenceError(
            f"correct: (images, methods) from (2, 1) up needed, not {correct.shape}"
        )
    if not ((correct >= 0) & (correct <= 1)).all():
        raise EvidenceError("correct: shares between 0 and 1 needed")
    generator = np.random.default_rng(seed)
    scores: list[float] = []
    did_best = np.zeros(correct.shape[1])
    while len(scores) < resamples:
        times_drawn = np.bincount(
            generator.integers(len(correct), size=len(correct)), minlength=len(correct)
        )
        left_out = times_drawn == 0
        if not left_out.any():  # only of very few images
            continue
        right = times_drawn @ correct
        best = right >= right.max() - NO_SPREAD * len(correct)
        did_best += best / best.sum()
        scores.append(correct[left_out, best.argmax()].mean())
    mean, tail = float(np.mean(scores)), 50 * (1 - confidence)
    low, high = np.percentile(scores, [tail, 100 - tail])
    wilson = wilson_interval(round(mean * len(correct)), len(correct), confidence).ends
    assert wilson is not None  # there are two images or more
    bounds = min(float(low), wilson[0]), max(float(high), wilson[1])
    return Selected(mean, *bounds, tuple((did_best / resamples).tolist()))
