"""The corrected resampled t interval: splits of one data set are no independent draws."""

import math

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import mean_interval, resampled_interval

FIVE_FOLDS = [0.80, 0.82, 0.84, 0.86, 0.88]  # mean 0.84, variance 0.001


def test_five_folds_give_the_interval_counted_by_hand():
    # 0.84 +- 2.776445 * sqrt(0.001 * (1/5 + 1/4)) = 0.84 +- 2.776445 * 0.02121320
    found = resampled_interval(FIVE_FOLDS, test_share=0.25)
    assert found.estimate == pytest.approx(0.84)
    assert found.spread == pytest.approx(math.sqrt(0.001))
    assert (found.low, found.high) == pytest.approx((0.7811027, 0.8988973), abs=1e-6)
    assert found.pairs == 5


def test_a_hundred_splits_at_a_tenth_for_testing_give_the_interval_counted_by_hand():
    # Differences 0.02 and 0.04, fifty times each: mean 0.03, variance 0.0001 * 100 / 99;
    # 0.03 +- 1.984217 * sqrt(0.00010101 * (1/100 + 1/9)) = 0.03 +- 1.984217 * 0.003497474
    found = resampled_interval([0.02, 0.04] * 50, test_share=1 / 9)
    assert (found.low, found.high) == pytest.approx((0.0230603, 0.0369397), abs=1e-6)


def test_the_more_is_tested_the_wider_it_is_and_always_wider_than_students():
    widths = [resampled_interval(FIVE_FOLDS, share).half_width for share in (1e-9, 0.25, 1.0)]
    assert widths == sorted(widths)
    assert widths[0] == pytest.approx(mean_interval(FIVE_FOLDS).half_width)
    assert widths[1] > 1.4 * widths[0]


def test_more_splits_of_the_same_data_never_make_it_arbitrarily_narrow():
    many = resampled_interval(FIVE_FOLDS * 1000, test_share=0.25)
    assert many.half_width > 1.9 * math.sqrt(0.0008 * 0.25)


@pytest.mark.parametrize(
    ("values", "reason"),
    [([], "no pair"), ([0.9], "one pair only"), ([0.9, 0.9, 0.9], "no spread over seeds")],
)
def test_without_two_different_values_there_is_a_reason_and_no_interval(values, reason):
    found = resampled_interval(values, test_share=0.25)
    assert (found.low, found.high, found.reason) == (None, None, reason)


@pytest.mark.parametrize("share", [0, -0.1, math.nan, math.inf])
def test_a_test_share_that_no_split_has_is_refused(share):
    with pytest.raises(
        EvidenceError, match=r"test_share=.*above 0, for example 0\.25 for five folds$"
    ):
        resampled_interval(FIVE_FOLDS, share)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(EvidenceError, match=f"confidence={confidence}"):
        resampled_interval(FIVE_FOLDS, 0.25, confidence)


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(EvidenceError, match="not finite"):
        resampled_interval([0.9, math.nan], 0.25)
