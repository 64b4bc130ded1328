"""The interval of a mean over repeated splits of one finite data set, as in cross-validation."""

from __future__ import annotations

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, check_share
from benchmarks.evidence.statistics.intervals import Interval, mean_and_spread, t_quantile


def resampled_interval(values: ArrayLike, test_share: float, confidence: float = LEVEL) -> Interval:
    """The corrected resampled t interval of a mean accuracy or of a mean paired difference.

    `values` has shape (J,), one per split of the same data set into n_train training and n_test
    test samples; `test_share` is n_test / n_train (0.25 for five folds). With their mean m and
    standard deviation s (J - 1): m +- t((1 + confidence) / 2, J - 1) * s * sqrt(1 / J + n_test /
    n_train). Student's interval has 1 / J alone; but splits of one data set share samples, so that
    their values are correlated, and more splits tell less than more data: the second term stays
    however many splits there are. It stands for a correlation of n_test / (n_train + n_test)
    between splits, an approximation that fits training samples much larger than what is tested.

    Source: C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52
    (2003), section 3, the corrected resampled t test. `pairs` is J.

    With fewer than two values, or where all are equal, there is no interval, and `reason` says why.
    Raises EvidenceError for values that are not finite, for a test share that is not above 0 and
    for a confidence outside 0 to 1.
    """
    check_share("confidence", confidence)
    if not (math.isfinite(test_share) and test_share > 0):
        raise EvidenceError(
            f"test_share={test_share}: expected test samples per training sample, above 0, for"
            " example 0.25 for five folds"
        )
    found = mean_and_spread(values)
    if found.reason or found.estimate is None or found.spread is None:
        return found
    error = found.spread * math.sqrt(1 / found.pairs + test_share)
    half = t_quantile(found.pairs, confidence) * error
    return replace(found, low=found.estimate - half, high=found.estimate + half)
