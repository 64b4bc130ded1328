"""Intervals of means over draws of the training sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from benchmarks.evidence.errors import EvidenceError

LEVEL = 0.95
# Differences of accuracies are multiples of 1 / test samples; below this is rounding, not spread.
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; `low` and `high` are None where none can be computed.

    `pairs` counts the independent values behind it, `spread` is their standard deviation (n - 1),
    `reason` says why there is no interval.
    """

    estimate: float | None
    low: float | None
    high: float | None
    pairs: int
    spread: float | None
    reason: str | None = None

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval, or None."""
        return None if self.low is None else (self.high - self.low) / 2


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Student's t interval of a mean: m +- t((1 + level) / 2, k - 1) * s / sqrt(k).

    Source: Student, "The probable error of a mean", Biometrika 6 (1908). `values` are k
    independent values. With one value, or where all are equal, s says nothing about the
    uncertainty: the interval is then None, with the reason.

    Raises EvidenceError for values that are not finite and for a level outside 0 to 1.
    """
    values = _finite(values)
    _check_level(level)
    count = len(values)
    if count == 0:
        return Interval(None, None, None, 0, None, "no pair")
    mean = float(values.mean())
    if count == 1:
        return Interval(mean, None, None, 1, None, "one pair only")
    spread = float(values.std(ddof=1))
    if spread <= NO_SPREAD:
        return Interval(mean, None, None, count, 0.0, "no spread over seeds")
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * spread / math.sqrt(count)
    return Interval(mean, mean - half, mean + half, count, spread)


def paired_difference(first: pd.Series, second: pd.Series, level: float = LEVEL) -> Interval:
    """Student's t interval of the mean of first - second, paired by index (the split seed).

    Only seeds that both have count; `pairs` says how many. Positive means `first` is larger.
    Source: Student (1908), section IX, paired differences.

    Raises EvidenceError where a seed occurs twice or a value is not finite.
    """
    for series in (first, second):
        if not series.index.is_unique:
            seed = series.index[series.index.duplicated()][0]
            raise EvidenceError(
                f"seed {seed} occurs twice in a paired comparison: average over its runs first"
            )
    common = first.index.intersection(second.index).sort_values()
    return mean_interval(_finite(first[common]) - _finite(second[common]), level)


def welch_difference(first: ArrayLike, second: ArrayLike, level: float = LEVEL) -> Interval:
    """Welch's interval of mean(first) - mean(second) for two independent sets of values.

    d +- t((1 + level) / 2, v) * sqrt(a + b), a = s1^2 / k1, b = s2^2 / k2,
    v = (a + b)^2 / (a^2 / (k1 - 1) + b^2 / (k2 - 1)).
    Source: B. L. Welch, Biometrika 34 (1947). `pairs` is the smaller of the two counts.
    """
    first, second = _finite(first), _finite(second)
    _check_level(level)
    fewest = min(len(first), len(second))
    if fewest == 0:
        return Interval(None, None, None, 0, None, "no value")
    difference = float(first.mean() - second.mean())
    if fewest == 1:
        return Interval(difference, None, None, 1, None, "one run only")
    a, b = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    error = math.sqrt(a + b)
    if error <= NO_SPREAD:
        return Interval(difference, None, None, fewest, 0.0, "no spread over seeds")
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * error
    return Interval(difference, difference - half, difference + half, fewest, error)


def _finite(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if not np.isfinite(array).all():
        raise EvidenceError(
            "a mean over values that are not finite was asked for: leave such runs out by name"
        )
    return array


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise EvidenceError(f"level={level}: expected a share between 0 and 1, for example 0.95")
