"""How often an interval or a test is wrong, by simulation with a known truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.evidence.statistics import (
    LEVEL,
    Interval,
    difference_interval,
    equivalence_test,
    mean_interval,
    noninferiority_test,
    pairs_needed,
    sign_flip_test,
)
from benchmarks.evidence.statistics.equivalence import EQUIVALENT, NONINFERIOR
from tests.evidence.calibration_methods import STUDENT, WIDENED, Method
from tests.evidence.calibration_scenarios import Distribution

MARGIN = 0.01
PERMUTATIONS = 2000
ROUNDING = 1e-12
EFFECTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # in standard deviations of the differences


@dataclass(frozen=True)
class Measured:
    """Of `sets` simulated experiments: `error` is the share whose interval misses the truth,
    `coverage` the share of those with an interval that contains it, `width` the mean width,
    `without` the share without an interval.
    """

    distribution: str
    pairs: int
    method: str
    sets: int
    error: float
    coverage: float
    width: float
    without: float

    @property
    def coverage_error(self) -> float:
        """Standard error of `coverage` from the number of simulations, for a true 95 %."""
        return standard_error(self.sets * (1 - self.without))


def standard_error(sets: float, share: float = LEVEL) -> float:
    return math.sqrt(share * (1 - share) / sets) if sets else math.nan


def measured(
    name: str, method: Method, distribution: Distribution, pairs: int, sets: int, seed: int
) -> Measured:
    values = distribution.values(sets, pairs, seed)
    found = [method(row, number) for number, row in enumerate(values)]
    return summed_up(distribution.name, pairs, name, found, distribution.mean)


def summed_up(
    distribution: str, pairs: int, method: str, found: list[Interval], truth: float
) -> Measured:
    whole = [interval for interval in found if interval.low is not None]
    hits = sum(one.low - ROUNDING <= truth <= one.high + ROUNDING for one in whole)
    return Measured(
        distribution,
        pairs,
        method,
        len(found),
        error=(len(whole) - hits) / len(found),
        coverage=hits / len(whole) if whole else math.nan,
        width=float(np.mean([one.high - one.low for one in whole])) if whole else math.nan,
        without=1 - len(whole) / len(found),
    )


# Each is True where the test wrongly rejects; `errors` have mean 0 and one value per pair.
Test = Callable[[np.ndarray], bool]
TESTS: dict[str, Test] = {
    "sign-flip test, two-sided": lambda errors: _flips(errors, "two-sided"),
    "sign-flip test, greater": lambda errors: _flips(errors, "greater"),
    "sign-flip test, less": lambda errors: _flips(errors, "less"),
    "equivalence, truth at +1 point": lambda errors: _equivalent(errors + MARGIN),
    "equivalence, truth at -1 point": lambda errors: _equivalent(errors - MARGIN),
    "first non-inferior, truth at -1 point": lambda errors: _non_inferior(errors - MARGIN),
    "the same by Student t alone": lambda errors: _above_0_by_student(errors),
    "second non-inferior, truth at +1 point": lambda errors: _non_inferior(-errors - MARGIN),
    "the same by Student t alone, second": lambda errors: _above_0_by_student(-errors),
}


def wrong_rejections(
    test: Test, distribution: Distribution, pairs: int, sets: int, seed: int
) -> float:
    """The share of `sets` in which a true null hypothesis is rejected at 1 - LEVEL."""
    errors = distribution.values(sets, pairs, seed) - distribution.mean
    return sum(map(test, errors)) / sets


def _flips(errors: np.ndarray, alternative: str) -> bool:
    return sign_flip_test(errors, alternative, permutations=PERMUTATIONS) <= 1 - LEVEL


def _equivalent(differences: np.ndarray) -> bool:
    return equivalence_test(differences, MARGIN).verdict == EQUIVALENT


def _non_inferior(differences: np.ndarray) -> bool:
    return noninferiority_test(differences, MARGIN).verdict == NONINFERIOR


def _above_0_by_student(errors: np.ndarray) -> bool:
    """Where the one-sided t test of errors - MARGIN says that they are above -MARGIN."""
    low = mean_interval(errors, 2 * LEVEL - 1).low
    return low is not None and low > 0


FINDERS: dict[str, Callable[[np.ndarray], bool]] = {
    STUDENT: lambda values: (mean_interval(values).low or 0) > 0,
    WIDENED: lambda values: (difference_interval(values).low or 0) > 0,
    "sign-flip test": lambda values: (
        sign_flip_test(values, permutations=PERMUTATIONS) <= 1 - LEVEL and values.mean() > 0
    ),
}


def power(name: str, effect: float, pairs: int, sets: int, seed: int) -> float:
    """How often normal differences with mean `effect` and spread 1 are found to be above 0.

    The same random numbers for every effect and finder.
    """
    values = np.random.default_rng([seed, pairs]).normal(size=(sets, pairs)) + effect
    return sum(map(FINDERS[name], values)) / sets


def planned(effect: float, wanted: float) -> int:
    """What `pairs_needed` says if mean and spread (1) are known."""
    return pairs_needed(Interval(effect, None, None, 0, 1.0), power=wanted)
