"""No difference, at least as good, and how many pairs it takes."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import (
    difference_interval,
    equivalence_test,
    mean_interval,
    noninferiority_test,
    pairs_needed,
)

SYMMETRIC = np.array([-0.004, -0.002, 0.0, 0.002, 0.004])  # without skewness: plain Student's t
MARGIN = 0.01


def shifted(by):
    return SYMMETRIC + by


def test_both_one_sided_p_are_those_of_students_t():
    found = equivalence_test(shifted(0.003), MARGIN)
    low = stats.ttest_1samp(shifted(0.003), -MARGIN, alternative="greater").pvalue
    high = stats.ttest_1samp(shifted(0.003), MARGIN, alternative="less").pvalue
    assert (found.p_low, found.p_high) == pytest.approx((low, high))
    assert found.p == max(found.p_low, found.p_high)


def test_the_interval_is_the_one_of_level_1_minus_2_alpha():
    found = equivalence_test(SYMMETRIC, MARGIN, level=0.95)
    plain = mean_interval(SYMMETRIC, level=0.90)
    assert (found.interval.low, found.interval.high) == pytest.approx((plain.low, plain.high))


@pytest.mark.parametrize(
    ("by", "verdict"),
    [
        (0.0, "equivalent"),
        (0.003, "equivalent"),
        (-0.003, "equivalent"),
        (0.008, "undecided"),
        (-0.008, "undecided"),
        (0.05, "different"),
        (-0.05, "different"),
    ],
)
def test_equivalence_is_judged_alike_on_both_sides(by, verdict):
    assert equivalence_test(shifted(by), MARGIN).verdict == verdict


@pytest.mark.parametrize(
    ("by", "verdict"),
    [(0.05, "non-inferior"), (0.0, "non-inferior"), (-0.01, "undecided"), (-0.05, "inferior")],
)
def test_at_least_as_good_within_the_margin(by, verdict):
    assert noninferiority_test(shifted(by), MARGIN).verdict == verdict


def test_non_inferiority_has_students_one_sided_p():
    expected = stats.ttest_1samp(shifted(-0.005), -MARGIN, alternative="greater").pvalue
    assert noninferiority_test(shifted(-0.005), MARGIN).p == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(20))
def test_verdict_p_and_interval_agree_for_skewed_differences(seed):
    values = 0.02 - np.random.default_rng(seed).exponential(0.015, 12)
    margin, level = 0.012, 0.95
    found = equivalence_test(values, margin, level)
    inner = difference_interval(values, 2 * level - 1)
    assert (found.verdict == "equivalent") == (-margin < inner.low and inner.high < margin)
    assert (found.p <= 1 - level) == (found.verdict == "equivalent")
    worse = noninferiority_test(values, margin, level)
    assert (worse.verdict == "non-inferior") == (inner.low > -margin)


def test_few_pairs_that_agree_with_no_difference_do_not_prove_it():
    noisy = [0.02, -0.03, 0.04, -0.02, 0.0]
    assert equivalence_test(noisy, MARGIN).verdict == "undecided"


@pytest.mark.parametrize(("pairs", "verdict"), [(4, "undecided"), (5, "equivalent")])
def test_always_the_same_difference_is_judged_by_the_sign_test(pairs, verdict):
    found = equivalence_test([0.0] * pairs, MARGIN)
    assert (found.verdict, found.p) == (verdict, 0.5**pairs)
    assert found.interval.reason == "no spread over seeds"
    assert noninferiority_test([0.02] * 5, MARGIN).verdict == "non-inferior"
    assert noninferiority_test([-0.02] * 5, MARGIN).verdict == "inferior"
    assert equivalence_test([0.02] * 5, MARGIN).verdict == "different"
    assert equivalence_test([0.03 - 0.02] * 5, MARGIN).verdict == "undecided"


@pytest.mark.parametrize("test", [equivalence_test, noninferiority_test])
@pytest.mark.parametrize("values", [SYMMETRIC, [0.0]])
def test_the_answer_holds_what_was_asked_and_the_interval(test, values):
    found = test(values, 0.02, 0.9)
    assert (found.margin, found.level) == (0.02, 0.9)
    assert found.interval == difference_interval(values, 0.8)


@pytest.mark.parametrize("values", [[], [0.0]])
def test_without_two_pairs_nothing_is_decided_and_there_is_a_reason(values):
    for found in (equivalence_test(values, MARGIN), noninferiority_test(values, MARGIN)):
        assert (found.p, found.verdict) == (None, "undecided")
        assert found.interval.reason in ("no pair", "one pair only")


@pytest.mark.parametrize("test", [equivalence_test, noninferiority_test])
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (([0.1, math.nan], MARGIN), "not finite"),
        (([0.1, 0.2], 0), "margin=0"),
        (([0.1, 0.2], -0.01), "margin=-0.01"),
        (([0.1, 0.2], math.nan), "margin=nan"),
        (([0.1, 0.2], MARGIN, 0.25), r"^2 \* level - 1=-0.5"),
        (([0.1, 0.2], MARGIN, 1.5), "level=1.5"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(test, words, message):
    with pytest.raises(EvidenceError, match=message):
        test(*words)


def exact_power(pairs, effect, level=0.95):
    """Of Student's paired t test, for a true difference of `effect` standard deviations."""
    critical = stats.t.ppf((1 + level) / 2, pairs - 1)
    return stats.nct.sf(critical, pairs - 1, effect * math.sqrt(pairs))


@pytest.mark.parametrize("effect", [0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
def test_so_many_pairs_are_needed_as_the_exact_power_asks_for(effect, power):
    values = np.array([-1.0, 0.0, 1.0]) + effect  # spread 1
    exact = next(pairs for pairs in range(2, 500) if exact_power(pairs, effect) >= power)
    assert abs(pairs_needed(values, 0.0, power=power) - exact) <= 1


def test_an_interval_or_its_values_give_the_same_number_on_both_sides_of_the_bound():
    values = np.array([0.01, 0.03, -0.01, 0.02])
    assert pairs_needed(values) == pairs_needed(mean_interval(values)) == pairs_needed(-values)
    assert pairs_needed(values, 0.005) > pairs_needed(values, 0.0)


def test_an_estimate_at_the_bound_can_never_be_settled():
    assert pairs_needed([0.01, -0.01]) is None
    assert pairs_needed([0.1, 0.3], bound=0.2) is None
    assert pairs_needed([0.0, 0.0, 0.0]) is None


def test_the_number_of_pairs_is_that_of_guenthers_formula():
    values, level, power = np.array([0.3, 0.1, 0.2, 0.5, -0.1]), 0.99, 0.9
    z_level, z_power = stats.norm.ppf([(1 + level) / 2, power])
    ratio = values.std(ddof=1) / values.mean()
    exact = ((z_level + z_power) * ratio) ** 2 + z_level**2 / 2
    assert pairs_needed(values, 0.0, level, power) == math.ceil(exact)
    assert pairs_needed([0.30, 0.31], 0.0, 0.5, 0.5) == 2  # one tells no spread


@pytest.mark.parametrize("values", [[], [0.3]])
def test_without_a_spread_nobody_knows_how_many(values):
    assert pairs_needed(values) is None


def test_always_the_same_difference_needs_the_pairs_of_a_sign_test():
    assert pairs_needed([0.2, 0.2], level=0.95) == 6
    assert pairs_needed([0.2, 0.2], level=0.9375) == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (([0.1, math.inf],), "not finite"),
        (([0.1, 0.2], math.nan), "bound=nan"),
        (([0.1, 0.2], 0, 95), "level=95"),
        (([0.1, 0.2], 0, 0.95, 1), "power=1"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(words, message):
    with pytest.raises(EvidenceError, match=message):
        pairs_needed(*words)
