"""Evidence for "no difference" and for "at least as good", within a margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.evidence.statistics.checks import LEVEL, check_margin, check_share, finite
from benchmarks.evidence.statistics.intervals import Interval
from benchmarks.evidence.statistics.skewed import difference_interval, one_sided_p

EQUIVALENT, DIFFERENT = "equivalent", "different"
NONINFERIOR, INFERIOR = "non-inferior", "inferior"
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Equivalence:
    """`p_low` is against "the difference is -margin or less", `p_high` against "margin or more";
    `p` is the larger. `interval` has the level 1 - 2 alpha (90 % for level 0.95). `verdict` is
    equivalent, different (the interval is beyond the margin) or undecided.
    """

    p_low: float | None
    p_high: float | None
    p: float | None
    interval: Interval
    margin: float
    level: float
    verdict: str


@dataclass(frozen=True)
class Noninferiority:
    """`p` is against "the first is worse by the margin or more"; `interval` has the level
    1 - 2 alpha; `verdict` is non-inferior, inferior (the interval is below -margin) or undecided.
    """

    p: float | None
    interval: Interval
    margin: float
    level: float
    verdict: str


def equivalence_test(differences: ArrayLike, margin: float, level: float = LEVEL) -> Equivalence:
    """Two one-sided tests (TOST) of |mean difference| >= margin, each at alpha = 1 - level.

    `differences` has one value per split seed; `margin` is in the same unit (0.01 is 1 point).
    Equivalent where both p are at most alpha, which is the same as the 1 - 2 alpha interval lying
    inside +-margin. Source: D. J. Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987); each side is
    `one_sided_p`, Student's t made safe for skewed differences.

    Where all differences are equal there is no t: each side then has the sign test's p, 2^-k on
    its good side and 1 elsewhere, and `interval.reason` says "no spread over seeds". With no or
    one pair the p are None and the verdict is undecided.

    Raises EvidenceError for values that are not finite, a margin that is not above 0 and a level
    outside 0.5 to 1.
    """
    differences, interval = _checked(differences, margin, level)
    p_low, p_high = one_sided_p(differences, -margin), one_sided_p(-differences, -margin)
    above, below = one_sided_p(differences, margin), one_sided_p(-differences, margin)
    if p_low is None or p_high is None or above is None or below is None:
        return Equivalence(None, None, None, interval, margin, level, UNDECIDED)
    p, alpha = max(p_low, p_high), 1 - level
    beyond = min(above, below) <= alpha
    verdict = EQUIVALENT if p <= alpha else DIFFERENT if beyond else UNDECIDED
    return Equivalence(p_low, p_high, p, interval, margin, level, verdict)


def noninferiority_test(
    differences: ArrayLike, margin: float, level: float = LEVEL
) -> Noninferiority:
    """One-sided test of "the first is worse than the second by the margin or more".

    `differences` has one value first - second per split seed, larger is better; `margin` is in the
    same unit. Non-inferior where `one_sided_p` above -margin is at most alpha = 1 - level. Source:
    E. Lesaffre, Bull. NYU Hosp. Jt. Dis. 66 (2008). Constant differences and too few pairs: as in
    `equivalence_test`.

    Raises EvidenceError as `equivalence_test` does.
    """
    differences, interval = _checked(differences, margin, level)
    p, below = one_sided_p(differences, -margin), one_sided_p(-differences, margin)
    if p is None or below is None:
        return Noninferiority(None, interval, margin, level, UNDECIDED)
    alpha = 1 - level
    verdict = NONINFERIOR if p <= alpha else INFERIOR if below <= alpha else UNDECIDED
    return Noninferiority(p, interval, margin, level, verdict)


def _checked(differences: ArrayLike, margin: float, level: float) -> tuple[np.ndarray, Interval]:
    check_margin(margin)
    check_share("level", level)
    check_share("2 * level - 1", 2 * level - 1)
    differences = finite(differences)
    return differences, difference_interval(differences, 2 * level - 1)
