"""The bootstrap over draws, initialisations and test samples, where all three vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.evidence.statistics import (
    Interval,
    accuracy_interval,
    difference_interval,
    hierarchical_bootstrap,
)
from tests.evidence.calibration_measures import Measured, summed_up
from tests.evidence.calibration_scenarios import beta_of, lower, top

Runs = dict[int, np.ndarray]
WITHOUT_SAMPLES = "interval of split means, without test samples"


@dataclass(frozen=True)
class Levels:
    """A test sample is right with the product of three chances: that of the draw, 99.5 ± 0.5 % for
    the first arm and 98 ± 1.5 % for the second, that of the run, 99 ± 1 %, and that of the sample,
    80 % for one in ten and 1 for the others. Both arms have the same test samples.
    """

    runs: int = 2
    samples: int = 200

    HARD, HARD_CHANCE, RUN_MEAN, RUN_SPREAD = 0.1, 0.8, 0.99, 0.01
    ARMS = (top(0), lower(0))

    def truth(self, differences: bool) -> float:
        """Of the difference of the arms or of the first arm's mean."""
        first, second = self.ARMS
        of_draws = first.mean - second.mean if differences else first.mean
        return of_draws * self.RUN_MEAN * (1 - self.HARD * (1 - self.HARD_CHANCE))

    def arms(self, generator: np.random.Generator, splits: int) -> list[Runs]:
        """Per arm and split, which samples are right: shape (runs, samples)."""
        hard = generator.random(self.samples) < self.HARD
        of_samples = np.where(hard, self.HARD_CHANCE, 1.0)
        found = []
        for arm in self.ARMS:
            of_draws = generator.beta(*beta_of(arm.mean, arm.spread), (splits, 1, 1))
            of_runs = generator.beta(
                *beta_of(self.RUN_MEAN, self.RUN_SPREAD), (splits, self.runs, 1)
            )
            chances = of_draws * of_runs * of_samples
            found.append(dict(enumerate(generator.random(chances.shape) < chances)))
        return found


def over_levels(
    pairs: int, differences: bool, sets: int, seed: int, resamples: int
) -> list[Measured]:
    """What each level adds; `resamples` as for `hierarchical_bootstrap`."""
    levels, generator = Levels(), np.random.default_rng([seed, pairs, differences])
    columns: dict[str, list[Interval]] = {}
    for number in range(sets):
        arms = levels.arms(generator, pairs)[: 2 if differences else 1]
        for method, interval in _intervals(arms, resamples, number).items():
            columns.setdefault(method, []).append(interval)
    name = "difference of two arms" if differences else "mean of one arm"
    truth = levels.truth(differences)
    return [summed_up(name, pairs, method, found, truth) for method, found in columns.items()]


def _intervals(arms: list[Runs], resamples: int, seed: int) -> dict[str, Interval]:
    accuracies = [{split: runs.mean(axis=1) for split, runs in arm.items()} for arm in arms]
    means = [np.array([runs.mean() for runs in arm.values()]) for arm in arms]
    plain = difference_interval(means[0] - means[1]) if arms[1:] else accuracy_interval(means[0])
    options = {"resamples": resamples, "seed": seed}
    return {
        WITHOUT_SAMPLES: plain,
        "studentised, draws and runs": hierarchical_bootstrap(*accuracies, **options),
        "studentised, draws, runs and samples": hierarchical_bootstrap(*arms, **options),
        "BCa, draws, runs and samples": hierarchical_bootstrap(*arms, method="bca", **options),
    }
