"""The hierarchical bootstrap: pairs, levels, seeds, and reasons where it has no interval."""

import math

import numpy as np
import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import hierarchical_bootstrap, mean_interval

METHODS = ["bca", "studentised"]
every_method = pytest.mark.parametrize("method", METHODS)


def accuracies(mean, splits=12, runs=2, seed=0):
    generator = np.random.default_rng(seed)
    return {split: mean + generator.normal(0, 0.02, runs) for split in range(splits)}


def correctness(chance, splits=6, runs=2, samples=50, seed=0):
    generator = np.random.default_rng(seed)
    return {split: generator.random((runs, samples)) < chance for split in range(splits)}


def ends(interval):
    return interval.low, interval.high


@every_method
def test_the_estimate_weighs_every_split_alike_whatever_its_number_of_runs(method):
    arm = {0: [0.9], 1: [0.5, 0.6, 0.7], 2: [0.8, 0.8]}
    found = hierarchical_bootstrap(arm, method=method)
    assert found.estimate == pytest.approx((0.9 + 0.6 + 0.8) / 3)
    assert found.pairs == 3


@every_method
def test_the_difference_is_positive_exactly_when_the_first_is_larger(method):
    high, low = accuracies(0.9), accuracies(0.7, seed=1)
    better = hierarchical_bootstrap(high, low, method=method)
    worse = hierarchical_bootstrap(low, high, method=method)
    assert 0 < better.low < better.estimate < better.high
    assert ends(worse) == pytest.approx((-better.high, -better.low), abs=0.005)


@every_method
def test_equal_arms_with_noise_are_not_told_apart(method):
    found = hierarchical_bootstrap(accuracies(0.9), accuracies(0.9, seed=1), method=method)
    assert found.low < 0 < found.high


@every_method
def test_many_plain_values_get_about_students_interval(method):
    values = np.random.default_rng(5).normal(0.9, 0.03, 200)
    found = hierarchical_bootstrap(dict(enumerate(values[:, None])), method=method)
    plain = mean_interval(values)
    assert ends(found) == pytest.approx(ends(plain), abs=0.1 * plain.half_width)


@every_method
def test_what_the_arms_share_cancels_out(method):
    generator = np.random.default_rng(0)
    easiness = generator.normal(0, 0.1, 15)
    first = {k: [0.8 + shift + generator.normal(0, 0.01)] for k, shift in enumerate(easiness)}
    second = {k: [0.7 + shift + generator.normal(0, 0.01)] for k, shift in enumerate(easiness)}
    alone = hierarchical_bootstrap(first, method=method)
    paired = hierarchical_bootstrap(first, second, method=method)
    assert paired.half_width < alone.half_width / 3


@every_method
def test_shared_test_samples_widen_one_arm_and_cancel_out_between_two(method):
    generator = np.random.default_rng(0)
    hard = generator.random(40) < 0.5  # half of the samples, wrong in every split
    first = {k: np.tile(~hard, (1, 1)) ^ (generator.random((1, 40)) < 0.02) for k in range(15)}
    second = {k: np.tile(~hard, (1, 1)) ^ (generator.random((1, 40)) < 0.02) for k in range(15)}
    means = {split: runs.mean(axis=1) for split, runs in first.items()}
    of_these_samples = hierarchical_bootstrap(means, method=method)
    of_any_samples = hierarchical_bootstrap(first, method=method)
    difference = hierarchical_bootstrap(first, second, method=method)
    assert of_any_samples.half_width > 5 * of_these_samples.half_width
    assert of_any_samples.half_width > 0.1 > 2 * difference.half_width


@every_method
def test_more_runs_of_each_split_narrow_the_interval(method):
    few = hierarchical_bootstrap(accuracies(0.9, runs=1), method=method)
    many = hierarchical_bootstrap(accuracies(0.9, runs=20), method=method)
    assert many.half_width < few.half_width


@every_method
def test_only_splits_of_both_arms_count(method):
    first = accuracies(0.9)
    second = {split: runs for split, runs in accuracies(0.8, seed=1).items() if split < 7}
    found = hierarchical_bootstrap(first, second | {99: [0.0]}, method=method)
    assert found.pairs == 7
    common = {split: first[split] for split in second}
    assert found == hierarchical_bootstrap(common, second, method=method)


@every_method
@pytest.mark.parametrize("arms", [(accuracies(0.9), accuracies(0.8, seed=1)), (correctness(0.9),)])
def test_the_same_seed_gives_the_same_interval_in_any_order_of_splits(method, arms):
    backwards = [dict(reversed(arm.items())) for arm in arms]
    found = hierarchical_bootstrap(*arms, method=method, seed=3, resamples=500)
    assert found == hierarchical_bootstrap(*backwards, method=method, seed=3, resamples=500)
    assert found != hierarchical_bootstrap(*arms, method=method, seed=4, resamples=500)


@every_method
@pytest.mark.parametrize(
    ("arm", "reason"),
    [
        ({}, "no pair"),
        ({0: [0.9, 0.8]}, "one pair only"),
        ({0: [0.9], 1: [0.9], 2: [0.9]}, "no spread over seeds"),
        ({0: [[1, 1, 1]], 1: [[1, 1, 1]]}, "no spread over seeds"),
    ],
)
def test_without_an_interval_there_is_a_reason(method, arm, reason):
    found = hierarchical_bootstrap(arm, method=method)
    assert (found.low, found.high, found.reason) == (None, None, reason)


def test_one_differing_value_of_five_leaves_a_studentised_interval_without_end():
    arm = {split: [1.0] for split in range(4)} | {4: [0.8]}
    found = hierarchical_bootstrap(arm)
    assert found.low is None
    assert found.reason == "too few different values for a studentised bootstrap"


def test_arms_without_a_common_split_have_no_pair():
    assert hierarchical_bootstrap({0: [0.9]}, {1: [0.8]}).reason == "no pair"


@pytest.mark.parametrize(
    ("arms", "options", "message"),
    [
        (({0: [0.9], 1: [math.nan]},), {}, "not finite"),
        (({0: [0.9], 1: []},), {}, r"split 1: values of shape \(0,\)"),
        (({0: [[[1]]], 1: [[[1]]]},), {}, "split 0: values of shape"),
        (({0: [[1, 0]], 1: [[1, 0, 1]]},), {}, "different numbers of test samples"),
        (({0: [[1, 0]], 1: [[1, 0]]}, {0: [0.5], 1: [0.5]}), {}, "different numbers"),
        ((accuracies(0.9),), {"method": "percentile"}, "method='percentile'"),
        ((accuracies(0.9),), {"resamples": 100}, "resamples=100: level 0.95 needs at least 200"),
        ((accuracies(0.9),), {"level": 1}, "level=1"),
    ],
)
def test_what_cannot_be_resampled_is_refused(arms, options, message):
    with pytest.raises(EvidenceError, match=message):
        hierarchical_bootstrap(*arms, **options)


def test_runs_given_twice_weigh_no_more_than_given_once():
    arm = correctness(0.8, runs=1, samples=80)
    twice = arm | {split: np.repeat(arm[split], 4, axis=0) for split in (0, 1)}
    once, again = (hierarchical_bootstrap(each, resamples=4000) for each in (arm, twice))
    assert again.estimate == pytest.approx(once.estimate)
    assert ends(again) == pytest.approx(ends(once), abs=0.06 * once.half_width)


@pytest.mark.parametrize(("level", "fewest"), [(0.95, 200), (0.99, 1000), (0.3, 15)])
def test_a_level_needs_ten_resamples_beyond_its_interval(level, fewest):
    assert hierarchical_bootstrap(accuracies(0.9), level=level, resamples=fewest).low is not None
    with pytest.raises(EvidenceError, match=f"needs at least {fewest}"):
        hierarchical_bootstrap(accuracies(0.9), level=level, resamples=fewest - 1)
