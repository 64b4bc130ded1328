"""What every interval keeps, whatever its values; see docs/calibration.md, too."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.evidence.statistics import (
    Interval,
    accuracy_interval,
    difference_interval,
    hierarchical_bootstrap,
    mean_interval,
    welch_difference,
    wilson_interval,
)
from tests.hardening.fuzzing import fuzzed

CLOSE = 1e-9
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
SHARES = st.lists(st.integers(0, 1000), min_size=2, max_size=25).map(lambda n: np.array(n) / 1000)
DIFFERENCES = st.lists(st.integers(-500, 500), min_size=2, max_size=25).map(
    lambda n: np.array(n) / 1000
)
OF_MEANS = [mean_interval, difference_interval]


def bootstrapped(values, level=0.95, method="studentised"):
    runs = {seed: [value] for seed, value in enumerate(values)}
    return hierarchical_bootstrap(runs, level=level, resamples=1000, method=method)


def assert_holds_its_estimate(found):
    assert found.low <= found.estimate <= found.high
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)


@pytest.mark.parametrize("interval", OF_MEANS)
@fuzzed
@given(DIFFERENCES, LEVELS)
def test_an_interval_of_a_mean_holds_the_mean(interval, values, level):
    found = interval(values, level)
    assert found.estimate == pytest.approx(values.mean(), abs=CLOSE)
    if np.ptp(values) > 0:
        assert_holds_its_estimate(found)
    else:
        assert (found.low, found.high) == (None, None)
        assert found.reason


@fuzzed
@given(SHARES, LEVELS)
def test_an_interval_of_accuracies_holds_their_mean_and_nothing_beyond_0_and_1(values, level):
    found = accuracy_interval(values, level)
    assume(found.low is not None)
    assert 0 <= found.low <= found.estimate + CLOSE
    assert found.estimate - CLOSE <= found.high <= 1


@fuzzed
@given(st.integers(1, 10_000), st.data(), LEVELS)
def test_wilsons_interval_holds_the_share_and_nothing_beyond_0_and_1(samples, data, level):
    correct = data.draw(st.integers(0, samples))
    found = wilson_interval(correct, samples, level)
    assert -CLOSE <= found.low <= correct / samples + CLOSE
    assert correct / samples - CLOSE <= found.high <= 1 + CLOSE


@pytest.mark.parametrize("interval", [*OF_MEANS, accuracy_interval])
@fuzzed
@given(SHARES, st.sampled_from([(0.5, 0.8), (0.8, 0.95), (0.95, 0.99)]))
def test_a_higher_level_is_never_narrower(interval, values, levels):
    lower, higher = (interval(values, level) for level in levels)
    assume(lower.low is not None)
    assert higher.low <= lower.low + CLOSE
    assert lower.high - CLOSE <= higher.high


@pytest.mark.parametrize("interval", OF_MEANS)
@fuzzed
@given(DIFFERENCES, st.integers(2, 5))
def test_more_pairs_of_the_same_spread_give_a_narrower_interval(interval, values, times):
    assume(np.ptp(values) > 0)
    fewer, more = interval(values), interval(np.tile(values, times))
    assert more.estimate == pytest.approx(fewer.estimate, abs=CLOSE)
    assert more.high - more.low < fewer.high - fewer.low


@fuzzed
@given(st.integers(2, 500), st.data(), st.integers(2, 10))
def test_more_test_samples_of_the_same_share_give_a_narrower_interval(samples, data, times):
    correct = data.draw(st.integers(0, samples))
    fewer = wilson_interval(correct, samples)
    more = wilson_interval(times * correct, times * samples)
    assert more.high - more.low < fewer.high - fewer.low


@pytest.mark.parametrize("interval", OF_MEANS)
@fuzzed
@given(DIFFERENCES, LEVELS)
def test_the_other_sign_gives_the_mirrored_interval(interval, values, level):
    one, other = interval(values, level), interval(-values, level)
    assume(one.low is not None)
    assert one.estimate == -other.estimate
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=CLOSE)


@fuzzed
@given(SHARES, SHARES, LEVELS)
def test_swapped_groups_mirror_welchs_interval(first, second, level):
    one, other = welch_difference(first, second, level), welch_difference(second, first, level)
    assume(one.low is not None)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=CLOSE)
    assert_holds_its_estimate(one)


@fuzzed
@given(st.integers(1, 1000), st.data())
def test_wilsons_interval_of_the_wrong_ones_mirrors_that_of_the_right_ones(samples, data):
    correct = data.draw(st.integers(0, samples))
    right, wrong = wilson_interval(correct, samples), wilson_interval(samples - correct, samples)
    assert (right.low, right.high) == pytest.approx((1 - wrong.high, 1 - wrong.low), abs=CLOSE)


@pytest.mark.parametrize("interval", OF_MEANS)
@fuzzed
@given(DIFFERENCES, st.integers(-400, 400))
def test_a_shift_of_all_values_shifts_the_interval(interval, values, steps):
    assume(np.ptp(values) > 0)
    shift = steps / 1000
    one, other = interval(values), interval(values + shift)
    assert (other.low - shift, other.high - shift) == pytest.approx((one.low, one.high), abs=1e-7)


@pytest.mark.parametrize("interval", OF_MEANS)
@fuzzed
@given(DIFFERENCES, st.sampled_from([0.01, 0.5, 2.0, 100.0]))
def test_another_unit_scales_the_interval(interval, values, factor):
    assume(np.ptp(values) > 0)
    one, other = interval(values), interval(values * factor)
    expected = (one.low * factor, one.high * factor)
    assert (other.low, other.high) == pytest.approx(expected, rel=1e-6, abs=CLOSE)


@pytest.mark.parametrize("interval", [*OF_MEANS, accuracy_interval])
@fuzzed
@given(SHARES, st.randoms(use_true_random=False))
def test_the_order_of_the_values_changes_no_bit(interval, values, random):
    assert interval(values) == interval(random.sample(list(values), len(values)))


@pytest.mark.parametrize("method", ["studentised", "bca"])
@fuzzed
@given(DIFFERENCES, st.randoms(use_true_random=False))
def test_a_bootstrapped_interval_is_the_same_for_every_order_of_the_splits(method, values, random):
    runs = {seed: [value] for seed, value in enumerate(values)}
    shuffled = dict(random.sample(list(runs.items()), len(runs)))
    one, other = (
        hierarchical_bootstrap(each, resamples=400, method=method) for each in (runs, shuffled)
    )
    assert one == other
    assert one.estimate == pytest.approx(values.mean(), abs=CLOSE)


@fuzzed
@given(DIFFERENCES, st.integers(-400, 400))
def test_a_shift_of_all_values_shifts_a_bootstrapped_interval(values, steps):
    shift = steps / 1000
    one, other = bootstrapped(values), bootstrapped(values + shift)
    assume(one.low is not None and other.low is not None)
    assert (other.low - shift, other.high - shift) == pytest.approx((one.low, one.high), abs=1e-6)


@pytest.mark.parametrize("interval", [*OF_MEANS, bootstrapped])
@fuzzed
@given(DIFFERENCES, st.floats(-0.5, 0.5))
def test_cut_to_what_is_possible_it_holds_all_that_was_possible_before(interval, values, truth):
    """So no interval covers the truth less often for being cut."""
    found = interval(values)
    assume(found.low is not None)
    cut = found.within(-0.5, 0.5)
    assert (cut.low <= truth <= cut.high) == (found.low <= truth <= found.high)
    assert -0.5 - CLOSE <= cut.low <= cut.high <= 0.5 + CLOSE


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(1.2, 1.4, [1, 1]), (-3, -2, [0, 0]), (-1, 2, [0, 1]), (0.2, 0.3, [0.2, 0.3])],
)
def test_cut_to_what_is_possible_the_lower_end_is_never_the_higher(low, high, ends):
    """An interval beyond all that is possible once had its ends in the wrong order."""
    assert Interval((low + high) / 2, low, high, 3, 0.1).within(0, 1).ends == ends
