"""Intervals: the textbook's numbers, and a reason instead of a number that only looks fine."""

import math
import subprocess
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import (
    Interval,
    mean_interval,
    paired_difference,
    paired_differences,
    welch_difference,
    wilson_interval,
)

# Student's own example (1908): extra hours of sleep by drug 1 and drug 2, ten patients.
DRUG_1 = pd.Series([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
DRUG_2 = pd.Series([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_students_sleep_data_give_the_known_paired_interval():
    interval = paired_difference(DRUG_2, DRUG_1)
    assert interval.estimate == pytest.approx(1.58)
    assert (interval.low, interval.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    assert interval.pairs == 10


def test_students_sleep_data_give_the_known_welch_interval():
    interval = welch_difference(DRUG_1, DRUG_2)
    assert (interval.low, interval.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-6)


def test_the_mean_interval_equals_scipys():
    expected = stats.ttest_1samp(DRUG_1, 0).confidence_interval(0.9)
    interval = mean_interval(DRUG_1, level=0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.half_width == pytest.approx((expected.high - expected.low) / 2)


@pytest.mark.parametrize(
    ("first", "second", "sign"),
    [([0.9, 0.8, 0.95], [0.5, 0.55, 0.5], 1), ([0.5, 0.55, 0.5], [0.9, 0.8, 0.95], -1)],
)
def test_the_difference_is_positive_exactly_when_the_first_is_larger(first, second, sign):
    interval = paired_difference(pd.Series(first), pd.Series(second))
    assert np.sign([interval.low, interval.estimate, interval.high]).tolist() == [sign] * 3


def test_pairs_are_matched_by_seed_not_by_position():
    first = pd.Series({0: 0.1, 1: 0.2, 2: 0.4})
    shuffled = pd.Series({2: 0.3, 0: 0.0, 1: 0.2})
    assert paired_difference(first, shuffled).estimate == pytest.approx((0.1 + 0.0 + 0.1) / 3)


def test_only_common_seeds_count_and_their_number_is_told():
    first = pd.Series({0: 0.9, 1: 0.8, 2: 0.7, 3: 0.6})
    second = pd.Series({2: 0.5, 3: 0.5, 4: 0.0})
    interval = paired_difference(first, second)
    assert interval.pairs == 2
    assert interval.estimate == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("values", "reason"),
    [([], "no pair"), ([0.9], "one pair only"), ([0.9, 0.9, 0.9], "no spread over seeds")],
)
def test_without_two_different_values_there_is_a_reason_and_no_interval(values, reason):
    interval = mean_interval(values)
    assert (interval.low, interval.high, interval.reason) == (None, None, reason)
    assert interval.half_width is None


def test_rounding_noise_between_equal_differences_is_not_spread():
    first, second = pd.Series([0.9, 0.8, 0.7]), pd.Series([0.8, 0.7, 0.6])
    assert (first - second).std() > 0
    assert paired_difference(first, second).reason == "no spread over seeds"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([], [0.5], Interval(None, None, None, 0, None, "no value")),
        ([0.5], [0.25, 0.25], Interval(0.25, None, None, 1, None, "one run only")),
        ([1, 1, 1], [0, 0], Interval(1.0, None, None, 2, 0.0, "no spread over seeds")),
    ],
)
def test_welch_gives_a_reason_where_it_has_no_interval(first, second, expected):
    assert welch_difference(first, second) == expected


def test_a_paired_interval_has_the_level_asked_for():
    found = paired_difference(DRUG_2, DRUG_1, level=0.8)
    assert found == mean_interval(DRUG_2 - DRUG_1, 0.8)
    assert found.half_width < paired_difference(DRUG_2, DRUG_1).half_width


def test_welch_tells_the_smaller_count_and_the_standard_error():
    found = welch_difference([0.9, 0.8, 0.95], [0.5, 0.55, 0.5, 0.6])
    assert found.pairs == 3
    errors = stats.sem([0.9, 0.8, 0.95]), stats.sem([0.5, 0.55, 0.5, 0.6])
    assert found.spread == pytest.approx(math.hypot(*errors))


@pytest.mark.parametrize(
    "interval",
    [
        partial(mean_interval, [0.1, 0.2]),
        partial(welch_difference, [0.5, 0.6], [0.1, 0.2]),
        partial(wilson_interval, 1, 2),
    ],
)
def test_a_level_that_is_no_share_is_named(interval):
    with pytest.raises(EvidenceError, match=r"^level=95"):
        interval(level=95)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_values_that_are_not_finite_are_refused(bad):
    with pytest.raises(EvidenceError, match="not finite"):
        mean_interval([0.5, bad])
    with pytest.raises(EvidenceError, match="not finite"):
        paired_difference(pd.Series([0.5, bad]), pd.Series([0.5, 0.5]))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_welch_refuses_values_that_are_not_finite(bad):
    with pytest.raises(EvidenceError, match="not finite"):
        welch_difference([0.5, 0.6], [0.5, bad])


def test_welchs_difference_is_positive_exactly_when_the_first_is_larger():
    high, low = [0.9, 0.8, 0.95], [0.5, 0.55, 0.5, 0.6]
    better, worse = welch_difference(high, low), welch_difference(low, high)
    assert 0 < better.low < better.estimate < better.high
    assert (worse.low, worse.high) == (-better.high, -better.low)
    equal = welch_difference(high, high)
    assert equal.low < equal.estimate == 0 < equal.high


def test_a_seed_given_twice_is_refused():
    with pytest.raises(EvidenceError, match="seed 1 occurs twice"):
        paired_difference(pd.Series([0.1, 0.2], index=[1, 1]), pd.Series([0.1], index=[1]))


def test_a_level_outside_0_to_1_is_refused():
    with pytest.raises(EvidenceError, match="level=95"):
        mean_interval([0.1, 0.2], level=95)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=12))
def test_swapping_the_arms_mirrors_the_interval(counts):
    first = pd.Series(counts) / 500
    second = first[::-1].reset_index(drop=True) ** 2
    one, other = paired_difference(first, second), paired_difference(second, first)
    assert one.estimate == pytest.approx(-other.estimate)
    if one.low is not None:
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(values, random):
    shuffled = random.sample(values, len(values))
    assert mean_interval(values) == mean_interval(shuffled)


def test_pairs_come_in_the_order_of_their_seeds():
    first = pd.Series({2: 0.5, 0: 0.9, 7: 0.1})
    second = pd.Series({0: 0.4, 2: 0.25, 5: 0.0})
    assert paired_differences(first, second).tolist() == [0.5, 0.25]


def test_values_in_a_table_are_refused():
    with pytest.raises(EvidenceError, match=r"shape \(2, 2\)"):
        mean_interval([[0.1, 0.2], [0.3, 0.4]])


@pytest.mark.parametrize(
    ("correct", "samples"), [(0, 10), (1, 10), (37, 50), (72, 72), (990, 1000)]
)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilsons_interval_equals_scipys(correct, samples, level):
    expected = stats.binomtest(correct, samples).proportion_ci(level, method="wilson")
    interval = wilson_interval(correct, samples, level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (interval.estimate, interval.pairs) == (correct / samples, samples)
    assert interval.spread == pytest.approx(np.repeat([1, 0], [correct, samples - correct]).std())


def test_wilsons_interval_ends_at_0_and_1_and_mirrors():
    assert wilson_interval(0, 20).low == 0
    assert wilson_interval(20, 20).high == 1
    few, many = wilson_interval(3, 20), wilson_interval(17, 20)
    assert (few.low, few.high) == pytest.approx((1 - many.high, 1 - many.low))


def test_without_a_test_sample_there_is_a_reason():
    assert wilson_interval(0, 0) == Interval(None, None, None, 0, None, "no test sample")


@pytest.mark.parametrize(("correct", "samples"), [(-1, 5), (6, 5), (2.5, 5), (math.nan, 5)])
def test_wilson_refuses_counts_that_do_not_fit(correct, samples):
    with pytest.raises(EvidenceError, match=r"^correct=.* 0 <= correct <= samples$"):
        wilson_interval(correct, samples)


def test_no_statistic_loads_scipy_stats():
    code = "import sys, benchmarks.evidence.statistics as room\n"
    code += "room.paired_difference, room.wilson_interval(9, 10), room.mean_interval([0.1, 0.2])\n"
    code += "assert not {'scipy.stats', 'scikit_posthocs', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_95_percent_intervals_contain_the_truth_in_95_percent_of_draws():
    generator = np.random.default_rng(0)
    draws = generator.normal(0.9, 0.05, size=(2000, 5))
    hits = sum(interval.low <= 0.9 <= interval.high for interval in map(mean_interval, draws))
    assert 0.935 < hits / 2000 < 0.965
