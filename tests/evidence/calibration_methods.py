"""The intervals that are compared: those of the project and candidates from the literature."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from benchmarks.evidence.statistics import (
    LEVEL,
    Interval,
    accuracy_interval,
    difference_interval,
    hierarchical_bootstrap,
    mean_interval,
)
from benchmarks.evidence.statistics.intervals import mean_and_spread, t_quantile
from benchmarks.evidence.statistics.significance import sign_test_p
from benchmarks.evidence.statistics.skewed import skewness

# Values of one simulated experiment and its number, which seeds what is random in a method.
Method = Callable[[np.ndarray, int], Interval]
STUDENT = "Student t"
WIDENED = "widened by Hall"
ADJUSTED = "widened, adjusted skewness"
STUDENTISED, BCA = "studentised bootstrap", "BCa bootstrap"
SIGN_RULE = "widened, sign rule"
SIGN_FLIP = "sign-flip inversion"
SLOW = (STUDENTISED, BCA, SIGN_FLIP)
QUANTILES_FROM = 2000  # random sets of order statistics


def bootstrap(form: str) -> Method:
    def interval(values: np.ndarray, number: int) -> Interval:
        runs = {split: [value] for split, value in enumerate(values)}
        return hierarchical_bootstrap(runs, method=form, seed=number)

    return interval


def hall(values: np.ndarray, adjusted: bool = False) -> Interval:
    """P. Hall, J. R. Stat. Soc. B 54 (1992), with the t quantile; both ends as they come."""
    found = mean_and_spread(values)
    if found.reason:
        return found
    error = found.spread / math.sqrt(found.pairs)
    q, c = t_quantile(found.pairs, LEVEL), skewness(values, adjusted) / math.sqrt(found.pairs)
    if abs(c) > 1e-6:
        right, left = (3 / c * (np.cbrt(1 + c * (x - c / 6)) - 1) for x in (q, -q))
    else:
        right, left = q, -q
    return replace(found, low=found.estimate - right * error, high=found.estimate - left * error)


def johnson(values: np.ndarray) -> Interval:
    """N. J. Johnson, J. Am. Stat. Assoc. 73 (1978): Student's t, moved by skewness s / 6 k."""
    found = mean_interval(values)
    if found.reason:
        return found
    shift = skewness(values) * found.spread / (6 * found.pairs)
    return replace(found, low=found.low + shift, high=found.high + shift)


def widened_adjusted(values: np.ndarray) -> Interval:
    """The farther ends of Student's t and of Hall's interval with adjusted skewness."""
    one, other = mean_interval(values), hall(values, adjusted=True)
    if one.reason:
        return one
    return replace(one, low=min(one.low, other.low), high=max(one.high, other.high))


def sign_rule(values: np.ndarray) -> Interval:
    """`difference_interval`; where all values are equal and enough for a sign test, that value."""
    found = difference_interval(values)
    if found.spread == 0 and 2 * sign_test_p(found.pairs) <= 1 - LEVEL:
        return replace(found, reason=None, low=found.estimate, high=found.estimate)
    return found


def sign_flip_inversion(values: np.ndarray, number: int) -> Interval:
    """All means that a two-sided sign-flip test does not reject, from means of subsets.

    J. A. Hartigan, J. Am. Stat. Assoc. 64 (1969): the means of all 2^k - 1 subsets cut the line
    into 2^k parts that are equally likely to hold the centre of a symmetric distribution; of many
    values, 4095 random subsets.
    """
    found = mean_and_spread(values)
    subsets = _subsets(len(values), number)
    parts = len(subsets) + 1
    outside = math.floor((1 - LEVEL) / 2 * parts + 1e-9)
    if outside == 0:
        return replace(found, reason="fewer than 6 pairs")
    means = np.sort(subsets @ values)
    return replace(found, reason=None, low=means[outside - 1], high=means[-outside])


def bounded(values: np.ndarray, lowest: float) -> Interval:
    """For values from `lowest` to 1 of any distribution.

    E. Learned-Miller and P. S. Thomas, arXiv:1905.06208 (2019), each end at (1 + level) / 2.
    """
    found = mean_and_spread(values)
    high = _upper_limit(values, 1.0)
    return replace(found, reason=None, low=-_upper_limit(-values, -lowest), high=high)


def _upper_limit(values: np.ndarray, highest: float) -> float:
    gaps = np.diff(np.append(np.sort(values), highest))
    limits = highest - _order_statistics(len(values)) @ gaps
    return float(np.quantile(limits, (1 + LEVEL) / 2))


@cache
def _order_statistics(count: int) -> np.ndarray:
    return np.sort(np.random.default_rng(count).random((QUANTILES_FROM, count)), axis=1)


def _subsets(count: int, number: int) -> np.ndarray:
    if count <= 12:
        return _all_subsets(count)
    chosen = np.random.default_rng(number).integers(0, 2, (4095, count))
    return chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1)


@cache
def _all_subsets(count: int) -> np.ndarray:
    chosen = np.arange(1, 2**count)[:, None] >> np.arange(count) & 1
    return chosen / chosen.sum(axis=1, keepdims=True)


OF_DIFFERENCES: dict[str, Method] = {
    STUDENT: lambda values, number: mean_interval(values),
    WIDENED: lambda values, number: difference_interval(values),
    ADJUSTED: lambda values, number: widened_adjusted(values),
    SIGN_RULE: lambda values, number: sign_rule(values),
    "Hall": lambda values, number: hall(values),
    "Johnson": lambda values, number: johnson(values),
    STUDENTISED: bootstrap("studentised"),
    BCA: bootstrap("bca"),
    SIGN_FLIP: sign_flip_inversion,
    "bounded": lambda values, number: bounded(values, -1.0),
}
OF_MEANS: dict[str, Method] = OF_DIFFERENCES | {
    ADJUSTED: lambda values, number: accuracy_interval(values),
    "bounded": lambda values, number: bounded(values, 0.0),
}
