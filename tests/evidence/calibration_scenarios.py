"""Distributions with a known mean, from which the statistics are tried.

They were fixed before any method was tried on them, after the shape of the published accuracies:
near 100 %, a few draws far worse, test sets of some 100 to some 1000 samples.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PAIRS = (5, 10, 20, 50)
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


@dataclass(frozen=True)
class Distribution:
    """`draw(generator, shape)` gives independent values, `mean` is their true mean.

    `blind` marks those where few draws may hold no sign of the bad ones that move the mean.
    """

    name: str
    says: str
    draw: Draw
    mean: float
    blind: bool = False

    def values(self, sets: int, pairs: int, seed: int) -> np.ndarray:
        """`sets` simulated experiments, shape (sets, pairs); each pair count has its own stream."""
        stream = [seed, zlib.crc32(self.name.encode()), pairs]
        return self.draw(np.random.default_rng(stream), (sets, pairs))


@dataclass(frozen=True)
class Arm:
    """Accuracies on `samples` test samples of models whose chance to be right varies by draw:
    Beta with `mean` and `spread`, but in a share `bad` of draws Beta with mean 0.75, spread 0.1.
    """

    mean: float
    spread: float
    samples: int
    bad: float = 0.0

    BAD_MEAN, BAD_SPREAD = 0.75, 0.10

    @property
    def truth(self) -> float:
        return (1 - self.bad) * self.mean + self.bad * self.BAD_MEAN

    def draw(self, generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        chances = generator.beta(*beta_of(self.mean, self.spread), shape)
        worse = generator.beta(*beta_of(self.BAD_MEAN, self.BAD_SPREAD), shape)
        chances = np.where(generator.random(shape) < self.bad, worse, chances)
        return generator.binomial(self.samples, chances) / self.samples


def beta_of(mean: float, spread: float) -> tuple[float, float]:
    """Both parameters of the Beta distribution with this mean and standard deviation."""
    total = mean * (1 - mean) / spread**2 - 1
    return mean * total, (1 - mean) * total


def normal(mean: float, spread: float) -> Draw:
    return lambda generator, shape: generator.normal(mean, spread, shape)


def difference(name: str, says: str, first: Arm, second: Arm) -> Distribution:
    def draw(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return first.draw(generator, shape) - second.draw(generator, shape)

    return Distribution(name, says, draw, first.truth - second.truth, first.bad != second.bad)


def single(name: str, says: str, arm: Arm) -> Distribution:
    return Distribution(name, says, arm.draw, arm.truth, arm.bad > 0)


def top(samples: int, bad: float = 0.0) -> Arm:
    return Arm(0.995, 0.005, samples, bad)


def lower(samples: int) -> Arm:
    return Arm(0.98, 0.015, samples)


DIFFERENCES = (
    Distribution("normal", "differences N(1, 3) points", normal(0.01, 0.03), 0.01),
    difference("both at the top, 100", "99.5 ± 0.5 % both, 100 samples", top(100), top(100)),
    difference("both at the top, 2000", "99.5 ± 0.5 % both, 2000 samples", top(2000), top(2000)),
    difference("top, lower, 100", "99.5 ± 0.5 and 98 ± 1.5 %, 100", top(100), lower(100)),
    difference("top, lower, 2000", "99.5 ± 0.5 and 98 ± 1.5 %, 2000", top(2000), lower(2000)),
    difference(
        "both 5 % bad, 2000", "both with 5 % bad draws", top(2000, bad=0.05), top(2000, bad=0.05)
    ),
    difference(
        "both 20 % bad, 2000", "both with 20 % bad draws", top(2000, bad=0.2), top(2000, bad=0.2)
    ),
    difference("one 5 % bad, 100", "5 % bad draws in the second", top(100), top(100, bad=0.05)),
    difference("one 5 % bad, 2000", "5 % bad draws in the second", top(2000), top(2000, bad=0.05)),
    difference("one 20 % bad, 2000", "20 % bad draws in the second", top(2000), top(2000, bad=0.2)),
)
MEANS = (
    Distribution("normal", "accuracies N(80, 3) %", normal(0.8, 0.03), 0.8),
    single("at the top, 100", "99.5 ± 0.5 %, 100 samples", top(100)),
    single("at the top, 2000", "99.5 ± 0.5 %, 2000 samples", top(2000)),
    single("lower, 2000", "98 ± 1.5 %, 2000 samples", lower(2000)),
    single("5 % bad, 100", "as the first, with 5 % bad draws", top(100, bad=0.05)),
    single("5 % bad, 2000", "as the second, with 5 % bad draws", top(2000, bad=0.05)),
    single("20 % bad, 2000", "as the second, with 20 % bad draws", top(2000, bad=0.2)),
)
