"""The ends of the bootstrap's intervals against other derivations of their formulas."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.evidence.statistics import hierarchical_bootstrap

SKEWED = np.random.default_rng(2).exponential(1.0, 10)
EVEN = np.linspace(-1, 1, 10)
RESAMPLES = 100_000


def ends(interval):
    return np.array([interval.low, interval.high])


@pytest.mark.parametrize("level", [0.9, 0.99])
@pytest.mark.parametrize("sign", [1, -1])
def test_of_single_runs_they_are_those_of_scipy(level, sign):
    values = sign * SKEWED
    arm = dict(enumerate(values[:, None]))
    found = ends(hierarchical_bootstrap(arm, level=level, resamples=RESAMPLES, method="bca"))
    options = {"n_resamples": RESAMPLES, "confidence_level": level, "rng": 0}
    expected = stats.bootstrap((values,), np.mean, method="BCa", **options).confidence_interval
    assert found == pytest.approx(expected, abs=0.01 * np.diff(found)[0])


def drawn(values):
    """Resampled tables (resamples, splits, samples) of `values` (splits, runs, samples).

    Splits and samples are drawn anew, and the runs of each drawn split.
    """
    splits, runs, samples = values.shape
    generator = np.random.default_rng(9)
    of_splits = generator.integers(splits, size=(RESAMPLES // 4, splits, 1))
    of_runs = generator.integers(runs, size=(RESAMPLES // 4, splits, runs))
    of_samples = generator.integers(samples, size=(RESAMPLES // 4, 1, samples))
    tables = values[of_splits, of_runs].mean(axis=2)
    return np.take_along_axis(tables, of_samples, axis=2)


def bca(values, level):
    """Efron (1987), 2.3 and 7.3; influences are numerical derivatives by a split's or sample's
    weight.
    """
    table = values.mean(axis=1)
    means = drawn(values).mean(axis=(1, 2))

    def mean(axis=0, place=None):
        weights = [np.ones(size) for size in table.shape]
        if place is not None:
            weights[axis][place] += 1e-5
        return np.average(np.average(table, axis=1, weights=weights[1]), weights=weights[0])

    moved = [mean(axis, place) for axis in (0, 1) for place in range(table.shape[axis])]
    influences = np.array(moved) - mean()
    acceleration = (influences**3).sum() / (6 * (influences**2).sum() ** 1.5)
    bias = stats.norm.ppf((means < table.mean()).mean())
    at = bias + stats.norm.ppf([0.5 - level / 2, 0.5 + level / 2])
    return np.quantile(means, stats.norm.cdf(bias + at / (1 - acceleration * at)))


def studentised(values, level):
    """Davison and Hinkley (1997), 5.2, with the variance of both means."""

    def centre_and_error(tables):
        parts = [tables.mean(axis=axis) for axis in (-1, -2)]
        variances = [part.var(axis=-1, ddof=1) / part.shape[-1] for part in parts]
        return tables.mean(axis=(-2, -1)), np.sqrt(sum(variances))

    centre, error = centre_and_error(values.mean(axis=1))
    means, errors = centre_and_error(drawn(values))
    low, high = np.quantile((means - centre) / errors, [0.5 - level / 2, 0.5 + level / 2])
    return centre - high * error, centre - low * error


@pytest.mark.parametrize("formula", [bca, studentised])
@pytest.mark.parametrize(
    ("of_splits", "of_samples"),
    [
        (SKEWED, EVEN),
        (EVEN, SKEWED),
        (SKEWED[:5], np.tile(EVEN, 3)),
        (EVEN[:6], SKEWED[:7]),
        (SKEWED[:7], EVEN[:2]),
    ],
)
def test_draws_their_runs_and_test_samples_all_move_the_mean(formula, of_splits, of_samples):
    of_runs = np.array([0.0, 1.0])[:, None]
    values = 3.0 + of_splits[:, None, None] + of_runs + of_samples
    options = {"level": 0.9, "resamples": RESAMPLES // 4, "method": formula.__name__}
    found = ends(hierarchical_bootstrap(dict(enumerate(values)), **options))
    expected = formula(values, 0.9)
    assert found == pytest.approx(expected, abs=0.02 * np.diff(expected)[0])


@pytest.mark.parametrize("sign", [1, -1])
def test_where_all_resamples_lie_on_one_side_there_is_no_interval_but_a_reason(sign):
    values = np.zeros((20, 1, 20))  # a single one differs: most resamples do not hold it
    values[0, 0, 0] = sign
    arm = dict(enumerate(values))
    found = [
        hierarchical_bootstrap(arm, level=0.1, resamples=12, seed=seed, method="bca")
        for seed in range(150)
    ]
    reason = "all resamples lie on one side of the estimate"
    assert {each.reason for each in found} == {None, reason}
    assert all((each.low is None) == (each.reason == reason) for each in found)
    assert {each.estimate for each in found} == {sign / 400}
