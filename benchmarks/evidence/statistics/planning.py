"""How many pairs of runs would settle an open question."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike
from scipy.special import ndtri

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, NO_SPREAD, check_share
from benchmarks.evidence.statistics.intervals import Interval, mean_interval


def pairs_needed(
    found: Interval | ArrayLike, bound: float = 0.0, level: float = LEVEL, power: float = 0.8
) -> int | None:
    """About how many pairs in total put the whole interval on one side of `bound`.

    `found` is an Interval or the differences themselves. If the true mean and spread are those
    found, then so many pairs settle the question in a share `power` of repetitions (0.8, the usual
    choice; at 0.5 it is a coin toss): k = (z_a + z_p)^2 (s / d)^2 + z_a^2 / 2, rounded up, with d
    the distance to the bound and z_a, z_p the normal quantiles of (1 + level) / 2 and `power`.
    Source: W. C. Guenther, Am. Stat. 35 (1981), which is within one pair of the exact power of
    Student's t.

    None where the estimate is at the bound, and where fewer than two pairs tell no spread. Where
    all values are equal, it is the number that the sign test needs: 6 at 95 %. The spread of few
    pairs is itself uncertain: from 5 pairs the answer is good to a factor of about 2 to 3.

    Raises EvidenceError for values or a bound that are not finite, and for a level or power
    outside 0 to 1.
    """
    check_share("level", level)
    check_share("power", power)
    if not math.isfinite(bound):
        raise EvidenceError(f"bound={bound}: expected a finite number, for example 0")
    interval = found if isinstance(found, Interval) else mean_interval(found, level)
    if interval.estimate is None or interval.spread is None:
        return None
    distance = abs(interval.estimate - bound)
    if distance <= NO_SPREAD:
        return None
    if interval.spread == 0:
        return math.ceil(math.log2(2 / (1 - level)) - NO_SPREAD)
    z_level, z_power = float(ndtri((1 + level) / 2)), float(ndtri(power))
    pairs = ((z_level + z_power) * interval.spread / distance) ** 2 + z_level**2 / 2
    return max(2, math.ceil(pairs))
