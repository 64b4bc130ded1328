"""How well the statistics keep their promises: writes docs/calibration.md and calibration.png.

    python -m tests.evidence.calibration [sets=N] [slow=N] [seed=N] [folder=DIR]

`sets` experiments are simulated for each figure, `slow` for the bootstraps and the sign-flip
methods. The same words give the same files. A short form is in test_statistics_calibration.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.grid.configs import PROJECT
from tests.evidence.calibration_levels import over_levels
from tests.evidence.calibration_measures import (
    EFFECTS,
    FINDERS,
    TESTS,
    Measured,
    measured,
    planned,
    power,
    wrong_rejections,
)
from tests.evidence.calibration_methods import OF_DIFFERENCES, OF_MEANS, SLOW, Method
from tests.evidence.calibration_page import Findings, write_page
from tests.evidence.calibration_scenarios import DIFFERENCES, MEANS, PAIRS, Distribution

SETS, SLOW_SETS, LEVEL_SETS, SEED = 10_000, 2_000, 1_000, 20170604
LEVEL_RESAMPLES = 1_000
PLANS = tuple((effect, wanted) for effect in (0.5, 0.75, 1.0, 1.5) for wanted in (0.5, 0.8))


def main(words: Sequence[str]) -> int:
    given = dict(word.split("=", 1) for word in words)
    folder = Path(given.pop("folder", PROJECT / "docs"))
    sets = int(given.pop("sets", SETS))
    slow = int(given.pop("slow", SLOW_SETS))
    seed = int(given.pop("seed", SEED))
    if given:
        print(f"unknown: {', '.join(given)}; known are sets, slow, seed and folder")
        return 2
    start = time.monotonic()
    with threadpool_limits(1):
        findings = Findings(
            sets=sets,
            slow=slow,
            seed=seed,
            differences=list(_intervals(DIFFERENCES, OF_DIFFERENCES, sets, slow, seed)),
            means=list(_intervals(MEANS, OF_MEANS, sets, slow, seed)),
            levels=list(_levels(min(slow, LEVEL_SETS), seed)),
            tests=list(_tests(slow, seed)),
            power=list(_power(slow, seed)),
            plans=[
                (*plan, planned(*plan), *_power_as_planned(*plan, slow, seed)) for plan in PLANS
            ],
        )
    write_page(findings, folder)
    print(f"{(time.monotonic() - start) / 60:.1f} minutes: {folder / 'calibration.md'}")
    return 0


def _intervals(
    distributions: Sequence[Distribution],
    methods: Mapping[str, Method],
    sets: int,
    slow: int,
    seed: int,
) -> Iterator[Measured]:
    for distribution in distributions:
        print(distribution.name, flush=True)
        for pairs in PAIRS:
            for name, method in methods.items():
                enough = slow if name in SLOW else sets
                yield measured(name, method, distribution, pairs, enough, seed)


def _levels(sets: int, seed: int) -> Iterator[Measured]:
    for differences in (True, False):
        for pairs in PAIRS:
            print(f"levels, {pairs} draws", flush=True)
            yield from over_levels(pairs, differences, sets, seed, LEVEL_RESAMPLES)


def _tests(sets: int, seed: int) -> Iterator[tuple[str, str, list[float]]]:
    for name, test in TESTS.items():
        print(name, flush=True)
        for distribution in DIFFERENCES:
            shares = [wrong_rejections(test, distribution, k, sets, seed) for k in PAIRS]
            yield name, distribution.name, shares


def _power(sets: int, seed: int) -> Iterator[tuple[str, int, list[float]]]:
    for name in FINDERS:
        for pairs in PAIRS:
            yield name, pairs, [power(name, effect, pairs, sets, seed) for effect in EFFECTS]


def _power_as_planned(effect: float, wanted: float, sets: int, seed: int) -> list[float]:
    pairs = planned(effect, wanted)
    return [power(name, effect, pairs, sets, seed) for name in FINDERS]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
