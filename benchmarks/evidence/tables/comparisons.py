"""Which of several competitors is best, and which are not significantly worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.evidence.statistics import NO_SPREAD, holm, paired_differences, sign_flip_test
from benchmarks.evidence.tables.metrics import Direction


@dataclass(frozen=True)
class Standing:
    """`shared` counts the draws shared with the one that all are compared with (None for itself
    and without any comparison); `p` is adjusted, and None where too few are shared for a test;
    `not_significantly_worse` (than the best; not different from a reference) is None then, too.
    """

    best: bool = False
    not_significantly_worse: bool | None = None
    p: float | None = None
    shared: int | None = None


def standings(
    values: Mapping[str, pd.Series],
    estimates: Mapping[str, float],
    direction: Direction,
    level: float,
    reference: str | None = None,
) -> dict[str, Standing]:
    """The standing of each competitor by name; `values` are indexed by split seed.

    Best is whoever has the best estimate (all, where several are equal). The others are compared
    with it (with the first by name of several, or with `reference`): the two-sided sign-flip test
    of the paired differences, Holm-adjusted over these comparisons. With k shared draws no p can
    be below 2 / 2**k; where even that, times the number of comparisons, is above 1 - level, no
    difference could be found, so there is no test. Nobody is the best of one.
    """
    best = _best(estimates, direction) if len(values) > 1 else set()
    if reference is None and not best:
        return {name: Standing() for name in values}
    against = values[reference if reference is not None else min(best)]
    settled = {reference} if reference is not None else best
    differences = {
        name: paired_differences(values[name], against)
        for name in sorted(values)
        if name not in settled
    }
    smallest = {name: 2 / 2 ** len(found) for name, found in differences.items()}
    tested = [
        name for name in differences if smallest[name] * len(differences) <= 1 - level + NO_SPREAD
    ]
    adjusted = holm([sign_flip_test(differences[name]) for name in tested])
    p_values = dict(zip(tested, map(float, adjusted), strict=True))
    found = {name: Standing(name in best) for name in values}
    for name, difference in differences.items():
        p = p_values.get(name)
        worse = reference is not None or _points_to_worse(difference, direction)
        not_worse = None if p is None else p > 1 - level or not worse
        found[name] = Standing(name in best, not_worse, p, len(difference))
    return found


def _points_to_worse(differences: np.ndarray, direction: Direction) -> bool:
    # The best over its own draws may be the worse of a pair over the draws that both share.
    mean = float(differences.mean()) if len(differences) else 0.0
    return mean < 0 if direction == "larger" else mean > 0


def _best(estimates: Mapping[str, float], direction: Direction) -> set[str]:
    if direction == "none" or not estimates:
        return set()
    sign = 1 if direction == "larger" else -1
    most = max(sign * estimate for estimate in estimates.values())
    return {name for name, estimate in estimates.items() if sign * estimate >= most - NO_SPREAD}
