"""The intervals that claims and tables use: never narrower than Student's, honest near 100 %."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import (
    accuracy_interval,
    difference_interval,
    mean_interval,
    one_sided_p,
    unseen_share,
)
from benchmarks.evidence.statistics.skewed import skewness

DIFFERENCES = st.lists(st.integers(-100, 100), min_size=2, max_size=20)


@given(DIFFERENCES)
def test_an_interval_is_never_narrower_than_students(counts):
    values = np.array(counts) / 100
    plain, found = mean_interval(values), difference_interval(values)
    assert (found.estimate, found.reason) == (plain.estimate, plain.reason)
    if plain.low is not None:
        assert found.low <= plain.low
        assert found.high >= plain.high


@given(DIFFERENCES)
def test_swapping_the_arms_mirrors_the_interval(counts):
    values = np.array(counts) / 100
    one, other = difference_interval(values), difference_interval(-values)
    assert one.estimate == -other.estimate
    if one.low is not None:
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize("values", [[0.1, 0.2], [0.1, 0.2, 0.3], [-1, -0.5, 0, 0.5, 1]])
def test_symmetric_values_have_students_interval(values):
    plain, found = mean_interval(values), difference_interval(values)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_one_bad_draw_widens_the_interval_on_its_side():
    values = np.array([0.01, 0.012, 0.009, 0.011, 0.01, -0.09])
    plain, found = mean_interval(values), difference_interval(values)
    assert found.low < plain.low - 0.01
    assert found.high == plain.high


def test_an_end_lies_where_halls_transformed_statistic_equals_students_quantile():
    values = np.random.default_rng(1).exponential(1.0, 12)
    high = difference_interval(values).high
    k, spread = len(values), values.std(ddof=1)
    t = (values.mean() - high) / (spread / math.sqrt(k))
    c = stats.skew(values) * ((k - 1) / k) ** 1.5 / math.sqrt(k)
    transformed = t + c * t**2 / 3 + c**2 * t**3 / 27 + c / 6
    assert transformed == pytest.approx(stats.t.ppf(0.025, k - 1))


def test_adjusted_skewness_equals_scipys():
    values = np.random.default_rng(2).exponential(1.0, 9)
    assert skewness(values, adjusted=True) == pytest.approx(stats.skew(values, bias=False))
    assert skewness([0.1, 0.9]) == 0


@given(DIFFERENCES, st.integers(-100, 100))
def test_the_one_sided_p_is_small_exactly_where_the_interval_lies_above_the_bound(counts, bound):
    values, bound = np.array(counts) / 100, bound / 100
    interval, p = difference_interval(values, level=0.90), one_sided_p(values, bound)
    assume(interval.low is not None and abs(interval.low - bound) > 1e-9)
    assert (p <= 0.05) == (interval.low > bound)


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
def test_at_the_end_of_an_interval_the_one_sided_p_is_its_alpha(adjusted, sign):
    values = 0.5 + sign * np.random.default_rng(1).exponential(0.05, 12)
    interval = (accuracy_interval if adjusted else difference_interval)(values, 0.90)
    assert one_sided_p(values, interval.low, adjusted) == pytest.approx(0.05)
    assert one_sided_p(-values, -interval.high, adjusted) == pytest.approx(0.05)
    assert one_sided_p(values, interval.low) == one_sided_p(values, interval.low, False)


def test_the_one_sided_p_of_symmetric_values_is_students():
    values = [-1.0, -0.5, 0.0, 0.5, 1.0]
    expected = stats.ttest_1samp(values, -0.7, alternative="greater").pvalue
    assert one_sided_p(values, -0.7) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "p"),
    [([], None), ([0.5], None), ([0.5] * 5, 1 / 32), ([-0.5] * 5, 1), ([0.0], None)],
)
def test_without_spread_the_sign_test_decides_and_without_pairs_nothing(values, p):
    assert one_sided_p(values, 0.0) == p


@pytest.mark.parametrize("interval", [difference_interval, accuracy_interval])
@pytest.mark.parametrize(
    ("values", "reason"),
    [([], "no pair"), ([0.9], "one pair only"), ([0.9, 0.9, 0.9], "no spread over seeds")],
)
def test_without_two_different_values_there_is_a_reason_and_no_interval(interval, values, reason):
    found = interval(values)
    assert (found.low, found.high, found.reason) == (None, None, reason)


@pytest.mark.parametrize("interval", [difference_interval, accuracy_interval])
def test_bad_input_is_refused(interval):
    with pytest.raises(EvidenceError, match="not finite"):
        interval([0.5, math.nan])
    with pytest.raises(EvidenceError, match="level=95"):
        interval([0.5, 0.6], level=95)


def test_an_accuracy_stays_between_0_and_1():
    assert accuracy_interval([1.0, 1.0, 1.0, 0.7]).high == 1
    assert accuracy_interval([0.0, 0.0, 0.3]).low == 0
    with pytest.raises(EvidenceError, match="accuracies from"):
        accuracy_interval([0.5, 1.2])


def test_near_the_top_the_interval_says_what_the_draws_cannot_exclude():
    draws = [0.99, 1.0, 0.995, 1.0, 0.985]
    assert "5 draws may have missed bad draws that are up to 45 % of all" in (
        accuracy_interval(draws).caveat
    )
    assert accuracy_interval([1.0] * 20).caveat.endswith("14 % of all")
    assert accuracy_interval(draws * 12).caveat is None  # 60 draws miss no more than 5 %
    assert accuracy_interval([0.80, 0.82, 0.79, 0.81]).caveat is None
    assert accuracy_interval([1.0]).caveat is None


@pytest.mark.parametrize("draws", [1, 5, 20, 50])
def test_the_unseen_share_is_the_exact_upper_limit_of_none_seen(draws):
    exact = stats.binomtest(0, draws, alternative="less").proportion_ci(0.95, method="exact")
    assert unseen_share(draws) == pytest.approx(exact.high)


def test_no_draw_excludes_nothing_and_a_level_is_a_share():
    with pytest.raises(EvidenceError, match="draws=0"):
        unseen_share(0)
    with pytest.raises(EvidenceError, match=r"^level=95"):
        unseen_share(5, 95)
