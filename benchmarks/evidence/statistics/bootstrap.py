"""The hierarchical bootstrap: draws of the training sample, initialisations, test samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, NO_SPREAD, check_share, finite
from benchmarks.evidence.statistics.intervals import Interval, mean_and_spread

Method = Literal["bca", "studentised"]
Runs = Mapping[int, ArrayLike]
CHUNK = 256  # resamples at a time: bounds the memory, not the result


def hierarchical_bootstrap(
    first: Runs,
    second: Runs | None = None,
    *,
    level: float = LEVEL,
    resamples: int = 2000,
    seed: int = 0,
    method: Method = "studentised",
) -> Interval:
    """Interval of the mean of `first`, or of the mean of first - second, by resampling each level.

    An arm maps each split seed to an array of shape (initialisations,), accuracies, or of shape
    (initialisations, test samples), 1 where right; numbers of initialisations may differ. Every
    resample draws split seeds with replacement, for each drawn one its initialisations anew, and,
    in the second form, the test samples once for all: these must be the same samples in the same
    order for every split and both arms. Where each split has test samples of its own, give
    accuracies: their spread already holds that of the test samples. Both arms are resampled with
    the same split seeds and test samples; only split seeds that both have count (`pairs`). The
    estimate weighs all splits alike.

    studentised: m - t(1 - a/2) e to m - t(a/2) e, with the quantiles of (m* - m) / e* over
    resamples and e^2 = the variance of split means / splits + that of test sample means / samples.
    bca: percentiles shifted by bias and acceleration, the latter from the influence of splits and
    test samples. Sources: B. Efron, J. Am. Stat. Assoc. 82 (1987); A. C. Davison and D. V. Hinkley,
    Bootstrap Methods and their Application (1997), sections 3.8, 5.2 and 5.3; for test samples that
    cross all splits A. B. Owen, Ann. Appl. Stat. 1 (2007), by which it errs on the wide side.

    The ends may lie beyond what the values can be: of accuracies cut them at 0 and 1, of
    differences at -1 and 1 (`Interval.within`). The same input gives the same answer, whatever the
    order of the mapping. `reason` says why there is no interval: no pair, one pair, no spread, or
    resamples without spread, which leave a studentised one without end. docs/calibration.md says
    how well each form keeps its level.

    Raises EvidenceError for values that are not finite, arrays of other shapes, and resamples too
    few for the level.
    """
    _check_request(level, resamples, method)
    arms = [_checked(arm) for arm in ([first] if second is None else [first, second])]
    splits = sorted(set.intersection(*(set(arm) for arm in arms)))
    if not splits:
        return Interval(None, None, None, 0, None, "no pair")
    arrays = [arm[split] for arm in arms for split in splits]
    if len({array.shape[1] for array in arrays}) > 1:
        raise EvidenceError(
            "splits or arms have different numbers of test samples: give the accuracies of each"
            " split instead of its samples"
        )
    levels = _Levels([_Arm.of([arm[split] for split in splits]) for arm in arms])
    found = mean_and_spread(levels.split_means)
    if len(splits) == 1:
        return found
    centre, error = levels.centre()
    if error <= NO_SPREAD:
        return replace(found, reason="no spread over seeds")
    found = replace(found, reason=None)
    means, errors = levels.resampled(resamples, seed)
    if method == "bca":
        return _bca(found, means, levels.influences(), level)
    return _studentised(found, error, (means - centre, errors), level)


@dataclass(frozen=True)
class _Arm:
    """`cells` (runs, samples) holds all runs, those of split k from `starts[k]` on, `counts[k]`."""

    cells: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, runs: list[np.ndarray]) -> _Arm:
        counts = np.array([len(array) for array in runs])
        return cls(np.concatenate(runs), np.cumsum(counts) - counts, counts)

    def drawn_runs(
        self, drawn_splits: np.ndarray, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Runs (resamples, splits, most runs) drawn from each drawn split, and their weights."""
        most = int(self.counts.max())
        counts = self.counts[drawn_splits][..., None]
        offsets = generator.integers(0, counts, (*drawn_splits.shape, most))
        weights = (np.arange(most) < counts) / counts
        return self.starts[drawn_splits][..., None] + offsets, weights


class _Levels:
    """The one or two arms, with the same splits and test samples."""

    def __init__(self, arms: list[_Arm]):
        self.arms, self.signs = arms, (1.0, -1.0)[: len(arms)]
        self.splits, self.samples = len(arms[0].counts), arms[0].cells.shape[1]
        per_split = [np.add.reduceat(arm.cells, arm.starts) / arm.counts[:, None] for arm in arms]
        parts = [sign * part for sign, part in zip(self.signs, per_split, strict=True)]
        values = np.asarray(sum(parts))
        self.split_means, self.sample_means = values.mean(axis=1), values.mean(axis=0)

    def centre(self) -> tuple[float, float]:
        """The estimate and its standard error."""
        variance = self.split_means.var(ddof=1) / self.splits
        if self.samples > 1:
            variance += self.sample_means.var(ddof=1) / self.samples
        return float(self.split_means.mean()), math.sqrt(variance)

    def influences(self) -> np.ndarray:
        """How far each split and each test sample moves the mean, for the acceleration."""
        of_splits: np.ndarray = (self.split_means - self.split_means.mean()) / self.splits
        if self.samples == 1:
            return of_splits
        of_samples = (self.sample_means - self.sample_means.mean()) / self.samples
        return np.concatenate([of_splits, of_samples])

    def resampled(self, resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard error of each resample, two arrays of shape (resamples,)."""
        generator = np.random.default_rng(seed)
        sizes = [min(CHUNK, resamples - start) for start in range(0, resamples, CHUNK)]
        pairs = [self._chunk(size, generator) for size in sizes]
        means, variances = (np.concatenate(column) for column in zip(*pairs, strict=True))
        return means, np.sqrt(variances)

    def _chunk(self, size: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        drawn_splits = generator.integers(0, self.splits, (size, self.splits))
        drawn = [arm.drawn_runs(drawn_splits, generator) for arm in self.arms]
        counts = self._sample_counts(size, generator)
        split_means = np.asarray(sum(self._split_means(drawn, counts)))
        means = split_means.mean(axis=1)
        variances = split_means.var(axis=1, ddof=1) / self.splits
        if self.samples > 1:
            sample_means = np.asarray(sum(self._sample_means(drawn)))
            squares = (counts * (sample_means - means[:, None]) ** 2).sum(axis=1)
            variances += squares / (self.samples - 1) / self.samples
        return means, variances

    def _sample_counts(self, size: int, generator: np.random.Generator) -> np.ndarray:
        """How often each test sample is drawn, shape (size, samples)."""
        if self.samples == 1:
            return np.ones((size, 1))
        drawn = generator.integers(0, self.samples, (size, self.samples))
        drawn += self.samples * np.arange(size)[:, None]
        return np.bincount(drawn.ravel(), minlength=drawn.size).reshape(size, -1).astype(float)

    def _split_means(
        self, drawn: list[tuple[np.ndarray, np.ndarray]], counts: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Per arm, signed: the mean of each drawn split over its drawn runs and test samples."""
        for arm, sign, (runs, weights) in zip(self.arms, self.signs, drawn, strict=True):
            accuracies = counts @ arm.cells.T / self.samples
            rows = np.arange(len(counts))[:, None, None]
            yield sign * (accuracies[rows, runs] * weights).sum(axis=2)

    def _sample_means(self, drawn: list[tuple[np.ndarray, np.ndarray]]) -> Iterator[np.ndarray]:
        """Per arm, signed: the mean of each test sample over drawn splits and runs."""
        for arm, sign, (runs, weights) in zip(self.arms, self.signs, drawn, strict=True):
            size, total = len(runs), len(arm.cells)
            places = (total * np.arange(size)[:, None, None] + runs).ravel()
            shares = np.bincount(places, weights.ravel(), minlength=size * total)
            yield sign * (shares.reshape(size, total) / self.splits) @ arm.cells


def _studentised(
    found: Interval, error: float, resampled: tuple[np.ndarray, np.ndarray], level: float
) -> Interval:
    shifts, errors = resampled
    shifts = np.where(np.abs(shifts) <= NO_SPREAD, 0.0, shifts)
    has_spread = errors > NO_SPREAD
    statistics = np.zeros(len(shifts))
    statistics[has_spread] = shifts[has_spread] / errors[has_spread]
    endless = ~has_spread & (shifts != 0)
    statistics[endless] = np.copysign(np.inf, shifts[endless])
    shares = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(statistics, shares, method="inverted_cdf")
    if not np.isfinite([low, high]).all():
        return replace(found, reason="too few different values for a studentised bootstrap")
    estimate = found.estimate
    return replace(found, low=float(estimate - high * error), high=float(estimate - low * error))


def _bca(found: Interval, means: np.ndarray, influences: np.ndarray, level: float) -> Interval:
    below = (means < found.measured - NO_SPREAD).mean()
    not_above = (means <= found.measured + NO_SPREAD).mean()
    if below == 1 or not_above == 0:
        return replace(found, reason="all resamples lie on one side of the estimate")
    bias = ndtri((below + not_above) / 2)
    acceleration = (influences**3).sum() / (6 * (influences**2).sum() ** 1.5)
    shifted = bias + ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    shares = ndtr(bias + shifted / (1 - acceleration * shifted))
    low, high = np.quantile(means, shares, method="inverted_cdf")
    return replace(found, low=float(low), high=float(high))


def _check_request(level: float, resamples: int, method: str) -> None:
    check_share("level", level)
    if method not in ("bca", "studentised"):
        raise EvidenceError(f"method={method!r}: expected bca or studentised")
    fewest = math.ceil(round(10 / (1 - level), 6))
    if resamples < fewest:
        raise EvidenceError(f"resamples={resamples}: level {level:g} needs at least {fewest}")


def _checked(arm: Runs) -> dict[int, np.ndarray]:
    """Each split's runs as (runs, samples); accuracies count as one sample."""
    arrays = {split: finite(runs) for split, runs in arm.items()}
    for split, array in arrays.items():
        if array.ndim not in (1, 2) or array.size == 0:
            raise EvidenceError(
                f"split {split}: values of shape {array.shape}, expected (initialisations,) or"
                " (initialisations, test samples)"
            )
    return {split: array[:, None] if array.ndim == 1 else array for split, array in arrays.items()}
