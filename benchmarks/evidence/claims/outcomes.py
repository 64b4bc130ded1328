"""What the values of a part, one per draw, say of its bounds: outcome, interval, p, more draws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from benchmarks.evidence.claims.expectations import SHARES
from benchmarks.evidence.claims.schema import Part
from benchmarks.evidence.statistics import (
    LEVEL,
    NO_SPREAD,
    Interval,
    accuracy_interval,
    difference_interval,
    one_sided_p,
    pairs_needed,
)


def outcome_of(part: Part, values: np.ndarray, level: float) -> str:
    """`holds` if the whole interval is on the expected side, `fails` if none of it is or, with
    `fails_at`, if all of it is at that bound or beyond.

    `expect.within` holds by two one-sided tests (Schuirmann 1987): the interval at 2 level - 1
    lies inside the margins. Where every draw gave the same value there is no interval; if that
    value is off the bound, the exact sign test decides instead: k draws on one side have
    p = 2 * 2**-k (Dixon & Mood 1946), which needs 6 draws at 95 %.
    """
    expect = part.expect
    span = _span(part, values, level, level)
    if span is None:
        return "open"
    low, high = span
    if expect.within is not None:
        inner = _span(part, values, 2 * level - 1, level)
        assert inner is not None  # as at the higher level
        holds = -expect.bound < inner[0] and inner[1] < expect.bound
        fails = low >= expect.bound or high <= -expect.bound
    elif expect.upward:
        strict = expect.name == "greater_than"
        holds = low > expect.bound if strict else low >= expect.bound
        strict = strict or part.fails_at is not None
        fails = high <= part.failing if strict else high < part.failing
    else:
        strict = expect.name == "less_than"
        holds = high < expect.bound if strict else high <= expect.bound
        strict = strict or part.fails_at is not None
        fails = low >= part.failing if strict else low > part.failing
    return "holds" if holds else "fails" if fails else "open"


def _span(
    part: Part, values: np.ndarray, level: float, sign_level: float
) -> tuple[float, float] | None:
    interval = interval_of(part, values, level)
    if interval.low is not None and interval.high is not None:
        return interval.low, interval.high
    sides = 1 if part.expect.within is not None else 2
    constant = interval.spread == 0 and sides * 0.5**interval.pairs <= 1 - sign_level
    bounds = (_nearest_bound(part, interval), part.failing)
    if constant and min(abs(interval.measured - bound) for bound in bounds) > NO_SPREAD:
        return interval.measured, interval.measured
    return None


def _nearest_bound(part: Part, interval: Interval) -> float:
    """Of an effect between the bounds of a part that has two it is the expected one."""
    expect = part.expect
    if expect.within is not None:
        return math.copysign(expect.bound, interval.measured)
    if part.fails_at is None or interval.estimate is None:
        return expect.bound
    beyond = (interval.estimate <= part.fails_at) == expect.upward
    return part.fails_at if beyond else expect.bound


def interval_of(part: Part, values: np.ndarray, level: float) -> Interval:
    """The interval of the part's effect, within what that can be at all."""
    if _is_share(part):
        return accuracy_interval(values, level)
    interval = difference_interval(values, level).within(*part.reach)
    if part.kind != "ratio" or interval.estimate is None:
        return interval
    logarithms = (interval.estimate, interval.low, interval.high)
    estimate, low, high = (None if value is None else math.exp(value) for value in logarithms)
    return replace(interval, estimate=estimate, low=low, high=high)


def _is_share(part: Part) -> bool:
    return part.kind == "mean_of" and part.metric in SHARES


def _from_bound(part: Part, values: np.ndarray, bound: float) -> np.ndarray:
    return values - (math.log(bound) if part.kind == "ratio" else bound)


def p_of(part: Part, values: np.ndarray, outcome: str) -> float | None:
    """Two-sided p value of the bound, that of the interval; None for an effect between two bounds.

    With margins it is the larger of the two one-sided ones (of "no difference"), or for a part that
    fails twice the one-sided p of lying beyond the nearer margin.
    """
    if len(values) < 2:
        return None
    if part.expect.within is not None:
        margin = part.expect.bound
        if outcome == "fails":
            beyond = min(_one_sided(values, margin), _one_sided(-values, margin))
            return min(1.0, 2 * beyond)
        return max(_one_sided(values, -margin), _one_sided(-values, -margin))
    bound = part.failing if outcome == "fails" else part.expect.bound
    if outcome == "open":
        interval = interval_of(part, values, LEVEL)
        if _between_bounds(part, interval):
            return None
        bound = _nearest_bound(part, interval)
    distances = _from_bound(part, values, bound)
    sides = (_one_sided(side, 0.0, _is_share(part)) for side in (distances, -distances))
    return min(1.0, 2 * min(sides))


def _one_sided(values: np.ndarray, bound: float, adjusted: bool = False) -> float:
    p = one_sided_p(values, bound, adjusted)
    assert p is not None  # of two values or more
    return p


def more_pairs_of(part: Part, values: np.ndarray, level: float) -> int | None:
    """About how many further draws would settle it, were the effect and its spread as they are."""
    if len(values) < 2:
        return None
    interval = interval_of(part, values, level)
    if _between_bounds(part, interval):
        return None
    bound = _nearest_bound(part, interval)
    if part.expect.within is not None:
        level = 2 * level - 1  # its tests are one-sided
    distances = _from_bound(part, values, bound)
    needed = pairs_needed(distances, 0.0, level)
    if needed is None:
        return None
    return max(needed, _pairs_of_this_skewness(distances, level)) - len(values)


def _between_bounds(part: Part, interval: Interval) -> bool:
    """Whether more draws of this kind would leave a part with two bounds open."""
    if part.fails_at is None or interval.estimate is None:
        return False
    low, high = sorted((part.fails_at, part.expect.bound))
    return low < interval.estimate < high


def _pairs_of_this_skewness(distances: np.ndarray, level: float) -> int:
    """So many pairs that the interval, widened for skewness as it is now, would not reach 0."""
    interval = difference_interval(distances, level)
    if interval.low is None or interval.high is None:
        return len(distances) + 1
    towards = interval.low if interval.measured > 0 else interval.high
    reach = abs(interval.measured - towards) / abs(interval.measured)
    return max(math.ceil(len(distances) * reach**2), len(distances) + 1)
