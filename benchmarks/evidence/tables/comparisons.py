"""Which of several competitors is best, and which are not significantly worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.evidence.statistics import NO_SPREAD, holm, sign_flip_test
from benchmarks.evidence.statistics.significance import max_sign_flip_test, smallest_sign_flip_p
from benchmarks.evidence.tables.metrics import Direction

# The best is chosen by its mean over the draws that all competitors have: of one, luck decides.
FEWEST_COMMON = 2
# How p was adjusted: for the largest statistic of all pairs, by Holm's method over all pairs, or
# by Holm's method over the comparisons with a reference.
Correction = Literal["", "largest", "all pairs", "reference"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Standing:
    """`shared` counts the draws on which it was compared with the best or the reference (None for
    these and without any comparison); `p` is adjusted as `correction` says, and None where too few
    are shared for a test; `not_significantly_worse` (than the best; not different from a
    reference) is None then, too. `common` counts the draws that all competitors have (None where
    nothing is to be best); one that is `lacking` has not all the draws that others have.
    """

    best: bool = False
    not_significantly_worse: bool | None = None
    p: float | None = None
    shared: int | None = None
    correction: Correction = ""
    common: int | None = None
    lacking: bool = False


@dataclass(frozen=True)
class _Tests:
    """Adjusted p by pair, of those that could be tested; `values` (draws, competitors) behind."""

    correction: Correction
    values: pd.DataFrame
    p_values: Mapping[Pair, float]


def standings(
    values: Mapping[str, pd.Series],
    direction: Direction,
    level: float,
    reference: str | None = None,
) -> dict[str, Standing]:
    """The standing of each competitor by name; `values` are indexed by split seed.

    Best is whoever has the best mean (all, where several are equal) over the draws that all have;
    with fewer than FEWEST_COMMON of these nobody is, and nobody is the best of one. The others are
    compared with the best (with the first by name of several) by two-sided sign-flip tests. As it
    was chosen on the same draws, p is adjusted for all pairs of competitors: by
    `max_sign_flip_test` over the draws that all have, or, where these are too few for it and some
    pairs share more, by Holm's method over the tests of all pairs, each over the draws both share.
    With `reference` all are compared with it alone, Holm-adjusted over these comparisons.

    Where even the smallest p that the draws can give (times the number of tests, for Holm's
    method) is above 1 - level, no difference could be found, so there is no test.
    """
    together = pd.DataFrame({name: values[name] for name in sorted(values)}).sort_index()
    found = dict.fromkeys(values, Standing())
    best: set[str] = set()
    if direction != "none" and len(values) > 1:
        common, lacking = together.dropna(), together.isna().any()
        best = _best(common, direction)
        found = {
            name: Standing(name in best, common=len(common), lacking=bool(lacking[name]))
            for name in values
        }
    if reference is not None:
        tests, against, settled = _tests_with(reference, together, level), reference, {reference}
    elif best:
        tests, against, settled = _tests_of_all_pairs(together, level), min(best), best
    else:
        return found
    for name in values.keys() - settled:
        difference = _differences(tests.values, name, against)
        p = tests.p_values.get(_pair(name, against))
        worse = reference is not None or _points_to_worse(difference, direction)
        found[name] = replace(
            found[name],
            not_significantly_worse=None if p is None else p > 1 - level or not worse,
            p=p,
            shared=len(difference),
            correction=tests.correction,
        )
    return found


def _best(common: pd.DataFrame, direction: Direction) -> set[str]:
    if len(common) < FEWEST_COMMON:
        return set()
    means = common.mean() if direction == "larger" else -common.mean()
    return set(means.index[means >= means.max() - NO_SPREAD])


def _points_to_worse(differences: np.ndarray, direction: Direction) -> bool:
    # The best over the draws that all have may be the worse of a pair over those both have.
    mean = float(differences.mean()) if len(differences) else 0.0
    return mean < 0 if direction == "larger" else mean > 0


def _tests_with(reference: str, together: pd.DataFrame, level: float) -> _Tests:
    pairs = [_pair(name, reference) for name in together.columns if name != reference]
    return _Tests("reference", together, _holm(pairs, together, level))


def _tests_of_all_pairs(together: pd.DataFrame, level: float) -> _Tests:
    common, pairs = together.dropna(), list(combinations(together.columns, 2))
    if not _testable(len(common), 1, level):
        return _Tests("all pairs", together, _holm(pairs, together, level))
    adjusted = max_sign_flip_test(common)[np.triu_indices(len(together.columns), 1)]
    return _Tests("largest", common, dict(zip(pairs, map(float, adjusted), strict=True)))


def _holm(pairs: Sequence[Pair], together: pd.DataFrame, level: float) -> dict[Pair, float]:
    differences = {pair: _differences(together, *pair) for pair in pairs}
    tested = [
        pair for pair, found in differences.items() if _testable(len(found), len(pairs), level)
    ]
    adjusted = holm([sign_flip_test(differences[pair]) for pair in tested])
    return dict(zip(tested, map(float, adjusted), strict=True))


def _differences(together: pd.DataFrame, first: str, second: str) -> np.ndarray:
    """first - second on each draw that both have."""
    differences: np.ndarray = (together[first] - together[second]).dropna().to_numpy()
    return differences


def _testable(shared: int, tests: int, level: float) -> bool:
    return smallest_sign_flip_p(shared) * tests <= 1 - level + NO_SPREAD


def _pair(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)
