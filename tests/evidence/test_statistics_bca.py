"""The ends of the BCa interval against other derivations of Efron's formula."""

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


def by_formula(values, level):
    """BCa of the mean of `values` (splits, samples), both drawn anew; Efron (1987), 2.3 and 7.3.

    Influences are numerical derivatives of the mean by the weight of a split or a sample.
    """
    splits, samples = values.shape
    generator = np.random.default_rng(9)
    drawn = (
        generator.multinomial(size, np.full(size, 1 / size), RESAMPLES) / size
        for size in (splits, samples)
    )
    means = np.einsum("rs,st,rt->r", next(drawn), values, next(drawn), optimize=True)

    def mean(of_split, of_sample):
        weights = [np.full(splits, 1.0), np.full(samples, 1.0)]
        for each, place in zip(weights, (of_split, of_sample), strict=True):
            if place is not None:
                each[place] += 1e-5
        return np.average(np.average(values, axis=1, weights=weights[1]), weights=weights[0])

    moved = [mean(k, None) for k in range(splits)] + [mean(None, k) for k in range(samples)]
    influences = np.array(moved) - mean(None, None)
    acceleration = (influences**3).sum() / (6 * (influences**2).sum() ** 1.5)
    bias = stats.norm.ppf((means < values.mean()).mean())
    at = bias + stats.norm.ppf([0.5 - level / 2, 0.5 + level / 2])
    return np.quantile(means, stats.norm.cdf(bias + at / (1 - acceleration * at)))


@pytest.mark.parametrize(
    ("of_splits", "of_samples"),
    [(SKEWED, EVEN), (EVEN, SKEWED), (SKEWED[:5], np.tile(EVEN, 3)), (EVEN[:6], SKEWED[:7])],
)
def test_of_draws_and_test_samples_both_move_the_mean(of_splits, of_samples):
    values = 3.0 + of_splits[:, None] + of_samples
    arm = dict(enumerate(values[:, None, :]))
    found = ends(hierarchical_bootstrap(arm, resamples=RESAMPLES // 4, method="bca"))
    expected = by_formula(values, 0.95)
    assert found == pytest.approx(expected, abs=0.015 * np.diff(expected)[0])


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
