"""The intervals that claims and tables use: Student's t, widened where the values are skewed.

Near 100 % accuracies are skewed: many draws almost alike, few far worse. Student's t then misses
too often, always on the same side. docs/statistics.md and docs/calibration.md give the reasons for
the choices made here.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, NO_SPREAD, check_share, finite
from benchmarks.evidence.statistics.intervals import Interval, mean_and_spread, t_quantile
from benchmarks.evidence.statistics.significance import sign_test_p

# An arm is near 100 % from this mean on, and where two standard deviations more would exceed 100 %.
NEAR_TOP = 0.95
# Bad draws that are rarer than this are not worth a caveat.
RARE = 0.05


def difference_interval(differences: ArrayLike, level: float = LEVEL) -> Interval:
    """The interval of a mean paired difference: Student's t, widened by Hall's correction.

    `differences` has shape (k,), first - second for each split seed; positive means the first is
    larger. Each end is the farther one of Student's, m +- q s / sqrt(k) with the t quantile q, and
    of Hall's, m - h(+-q) s / sqrt(k), where h undoes g(T) = T + c T^2 / 3 + c^2 T^3 / 27 + c / 6,
    c = skewness / sqrt(k), skewness = sum(x - m)^3 / (k s^3). So it is never narrower than
    Student's, and equals it where the values are symmetric.

    Sources: Student, Biometrika 6 (1908); P. Hall, "On the removal of skewness by transformation",
    J. R. Stat. Soc. B 54 (1992), here with the t quantile instead of the normal one.

    What the values are is not known here: of shares cut it at -1 and 1 (`Interval.within`), as
    tables, claims and figures do. Where there is no interval `reason` tells why: no pair, one pair,
    all differences equal. Raises EvidenceError for values that are not finite and for a level
    outside 0 to 1.
    """
    check_share("level", level)
    return _widened(finite(differences), level, adjusted=False)


def accuracy_interval(accuracies: ArrayLike, level: float = LEVEL) -> Interval:
    """The interval of one arm's mean accuracy, a share from 0 to 1.

    `accuracies` has shape (k,), one per split seed. As `difference_interval`, but with the skewness
    corrected for its own bias, times k^2 / ((k - 1) (k - 2)), because one arm near 100 % is more
    skewed than a difference of two; and cut at 0 and 1. Source of the factor: D. N. Joanes and C.
    A. Gill, The Statistician 47 (1998), their G1.

    Near 100 % `caveat` says how frequent bad draws may be that k draws have not shown; no interval
    from the draws alone knows of them. Raises EvidenceError for values outside 0 to 1, values that
    are not finite and a level outside 0 to 1.
    """
    check_share("level", level)
    values = finite(accuracies)
    if ((values < 0) | (values > 1)).any():
        raise EvidenceError(
            f"accuracies from {values.min():g} to {values.max():g}: expected shares from 0 to 1"
        )
    found = _widened(values, level, adjusted=True).within(0.0, 1.0)
    return replace(found, caveat=_caveat(found, level))


def unseen_share(draws: int, level: float = LEVEL) -> float:
    """How large a share of all draws can be bad although none of `draws` draws was.

    1 - (1 - level)^(1 / draws), the exact upper limit of a share that was seen 0 times: 45 % for 5
    draws, 14 % for 20, 5.8 % for 50. Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).

    Raises EvidenceError for fewer than 1 draw and a level outside 0 to 1.
    """
    check_share("level", level)
    if draws < 1:
        raise EvidenceError(f"draws={draws}: expected at least 1")
    share_of_good: float = (1 - level) ** (1 / draws)
    return 1 - share_of_good


def one_sided_p(differences: ArrayLike, bound: float, adjusted: bool = False) -> float | None:
    """The p value against "the mean is `bound` or less", for the intervals of this file.

    The larger of P(t >= T) and P(t >= g(T)), T = (m - bound) / (s / sqrt(k)), t with k - 1 degrees
    of freedom and g as in `difference_interval`: p is at most alpha exactly where the interval of
    level 1 - 2 alpha lies above `bound`. Against "`bound` or more" ask for the negated values and
    bound. Where all values are equal it is the sign test's p, 2^-k above the bound and 1 elsewhere
    (W. J. Dixon and A. M. Mood, 1946). None for fewer than two values. `adjusted` corrects the
    skewness as `accuracy_interval` does.
    """
    values = finite(differences)
    found = mean_and_spread(values)
    if found.spread is None or found.estimate is None:
        return None
    if found.spread == 0:
        return sign_test_p(found.pairs) if found.estimate > bound + NO_SPREAD else 1.0
    statistic = (found.estimate - bound) / (found.spread / math.sqrt(found.pairs))
    c = skewness(values, adjusted) / math.sqrt(found.pairs)
    transformed = statistic + c * statistic**2 / 3 + c**2 * statistic**3 / 27 + c / 6
    return float(stdtr(found.pairs - 1, -min(statistic, transformed)))


def skewness(values: ArrayLike, adjusted: bool = False) -> float:
    """Sample skewness of at least two different values, shape (k,): sum(x - m)^3 / (k s^3).

    s has n - 1. `adjusted` corrects the bias, times k^2 / ((k - 1) (k - 2)). Two values have none.
    Source: D. N. Joanes and C. A. Gill, The Statistician 47 (1998): b1, and adjusted G1.
    """
    values = np.asarray(values, dtype=float)
    k = len(values)
    if k == 2:
        return 0.0
    mean = math.fsum(values) / k
    spread = math.sqrt(math.fsum((values - mean) ** 2) / (k - 1))
    plain = math.fsum((values - mean) ** 3) / (k * spread**3)
    return plain * k**2 / ((k - 1) * (k - 2)) if adjusted else plain


def _widened(values: np.ndarray, level: float, adjusted: bool) -> Interval:
    found = mean_and_spread(values)
    if found.reason or found.estimate is None or found.spread is None:
        return found
    error = found.spread / math.sqrt(found.pairs)
    c = skewness(values, adjusted) / math.sqrt(found.pairs)
    q = t_quantile(found.pairs, level)
    below, above = max(q, _undone(c, q)), max(q, -_undone(c, -q))
    return replace(found, low=found.estimate - below * error, high=found.estimate + above * error)


def _undone(c: float, x: float) -> float:
    """The T with g(T) = x."""
    if abs(c) < 1e-6:
        return x
    return 3 / c * (float(np.cbrt(1 + c * (x - c / 6))) - 1)


def _caveat(found: Interval, level: float) -> str | None:
    if found.spread is None or found.estimate is None:
        return None
    if found.estimate + max(2 * found.spread, 1 - NEAR_TOP) < 1:
        return None
    share = unseen_share(found.pairs, level)
    if share <= RARE:
        return None
    return (
        f"near 100 %: {found.pairs} draws may have missed bad draws that are up to"
        f" {100 * share:.0f} % of all"
    )
