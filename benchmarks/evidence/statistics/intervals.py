"""Intervals of means over draws of the training sample, and of one accuracy over test samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, NO_SPREAD, check_share, finite

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; `low` and `high` are None where none can be computed.

    `pairs` counts the independent values behind it, `spread` is their standard deviation (n - 1),
    `reason` says why there is no interval, `caveat` what the interval cannot know.
    """

    estimate: float | None
    low: float | None
    high: float | None
    pairs: int
    spread: float | None
    reason: str | None = None
    caveat: str | None = None

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval, or None."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def ends(self) -> list[float] | None:
        """Both ends of the interval, or None."""
        return None if self.low is None or self.high is None else [self.low, self.high]

    @property
    def reach(self) -> float | None:
        """From the estimate to the farther end of the interval, or None."""
        if self.low is None or self.high is None:
            return None
        return max(self.high - self.measured, self.measured - self.low)

    def within(self, least: float, most: float) -> Interval:
        """The interval without what its estimate can never be, which lies from `least` to `most`.

        A difference of two shares is never beyond -1 and 1, but Student's interval of 3 of them may
        be. As the truth lies within, too, this loses no coverage at any level. Of an interval that
        lies beyond (its estimate would be impossible) the nearest limit is left.
        """
        if self.low is None or self.high is None:
            return self
        low, high = (min(max(end, least), most) for end in (self.low, self.high))
        return replace(self, low=low, high=high)

    @property
    def measured(self) -> float:
        """The estimate; raises EvidenceError where there is none."""
        if self.estimate is None:
            raise EvidenceError(f"no estimate: {self.reason}")
        return self.estimate


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Student's t interval of a mean: m +- t((1 + level) / 2, k - 1) * s / sqrt(k).

    Source: Student, "The probable error of a mean", Biometrika 6 (1908). `values` are k
    independent values. With one value, or where all are equal, s says nothing about the
    uncertainty: the interval is then None, with the reason.

    Raises EvidenceError for values that are not finite and for a level outside 0 to 1.
    """
    check_share("level", level)
    found = mean_and_spread(values)
    if found.reason or found.estimate is None or found.spread is None:
        return found
    half = t_quantile(found.pairs, level) * (found.spread / math.sqrt(found.pairs))
    return replace(found, low=found.estimate - half, high=found.estimate + half)


def mean_and_spread(values: ArrayLike) -> Interval:
    """Mean, number and standard deviation (n - 1) of the values, still without an interval.

    Where these tell no uncertainty `reason` says so. Sums are exact (math.fsum), so that the order
    of rows changes nothing and swapped arms give the mirrored result.

    Raises EvidenceError for values that are not finite or not a list.
    """
    values = finite(values)
    if values.ndim != 1:
        raise EvidenceError(f"values of shape {values.shape}: expected a list, one value per pair")
    count = len(values)
    if count == 0:
        return Interval(None, None, None, 0, None, "no pair")
    mean = math.fsum(values) / count
    if count == 1:
        return Interval(mean, None, None, 1, None, "one pair only")
    spread = math.sqrt(math.fsum((values - mean) ** 2) / (count - 1))
    if spread <= NO_SPREAD:
        return Interval(mean, None, None, count, 0.0, "no spread over seeds")
    return Interval(mean, None, None, count, spread)


def t_quantile(pairs: int, level: float) -> float:
    """How many standard errors Student's t interval reaches to each side of the mean."""
    return float(stdtrit(pairs - 1, (1 + level) / 2))


def paired_difference(first: pd.Series, second: pd.Series, level: float = LEVEL) -> Interval:
    """Student's t interval of the mean of first - second, paired by index (the split seed).

    Only seeds that both have count; `pairs` says how many. Positive means `first` is larger.
    Source: Student (1908), section IX, paired differences.

    Raises EvidenceError where a seed occurs twice or a value is not finite.
    """
    return mean_interval(paired_differences(first, second), level)


def paired_differences(first: pd.Series, second: pd.Series) -> np.ndarray:
    """first - second at each index (split seed) that both have, in the order of the seeds.

    Raises EvidenceError where a seed occurs twice or a value is not finite.
    """
    for series in (first, second):
        if not series.index.is_unique:
            seed = series.index[series.index.duplicated()][0]
            raise EvidenceError(
                f"seed {seed} occurs twice in a paired comparison: average over its runs first"
            )
    common = first.index.intersection(second.index).sort_values()
    differences: np.ndarray = finite(first[common]) - finite(second[common])
    return differences


def welch_difference(first: ArrayLike, second: ArrayLike, level: float = LEVEL) -> Interval:
    """Welch's interval of mean(first) - mean(second) for two independent sets of values.

    d +- t((1 + level) / 2, v) * sqrt(a + b), a = s1^2 / k1, b = s2^2 / k2,
    v = (a + b)^2 / (a^2 / (k1 - 1) + b^2 / (k2 - 1)).
    Source: B. L. Welch, Biometrika 34 (1947). `pairs` is the smaller of the two counts.
    """
    check_share("level", level)
    one, two = mean_and_spread(first), mean_and_spread(second)
    fewest = min(one.pairs, two.pairs)
    if fewest == 0:
        return Interval(None, None, None, 0, None, "no value")
    difference = one.measured - two.measured
    if fewest == 1 or one.spread is None or two.spread is None:
        return Interval(difference, None, None, 1, None, "one run only")
    a, b = one.spread**2 / one.pairs, two.spread**2 / two.pairs
    error = math.sqrt(a + b)
    if error <= NO_SPREAD:
        return Interval(difference, None, None, fewest, 0.0, "no spread over seeds")
    freedom = (a + b) ** 2 / (a**2 / (one.pairs - 1) + b**2 / (two.pairs - 1))
    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    return Interval(difference, difference - half, difference + half, fewest, error)


def wilson_interval(correct: int, samples: int, level: float = LEVEL) -> Interval:
    """Wilson's score interval of one accuracy: `correct` of `samples` test samples.

    With p = correct / samples, z = the normal quantile of (1 + level) / 2 and n = samples:
    (p + z^2 / 2n +- z * sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927). It is about this one trained model on
    other test samples and knows nothing of other draws of the training sample. `pairs` is the
    number of test samples. Without any there is no interval, with the reason.

    Raises EvidenceError for counts that are no whole numbers or do not fit each other.
    """
    check_share("level", level)
    whole = float(correct).is_integer() and float(samples).is_integer()
    if not (whole and 0 <= correct <= samples):
        raise EvidenceError(
            f"correct={correct} of samples={samples}: expected whole numbers, 0 <= correct <="
            " samples"
        )
    if samples == 0:
        return Interval(None, None, None, 0, None, "no test sample")
    n, p, z = int(samples), correct / samples, float(ndtri((1 + level) / 2))
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = ((p + z**2 / (2 * n) + side * half) / (1 + z**2 / n) for side in (-1, 1))
    # Rounding must not push the ends beyond what is exact at no and at every sample.
    low, high = (0.0 if correct == 0 else low), (1.0 if correct == samples else high)
    return Interval(p, low, high, n, math.sqrt(p * (1 - p)))
