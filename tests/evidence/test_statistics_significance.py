"""Tests of no difference: known values, both directions, and what they refuse."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import holm, mcnemar_test, sign_flip_test
from benchmarks.evidence.statistics.significance import max_sign_flip_test, smallest_sign_flip_p

# R. A. Fisher, The Design of Experiments (1935): Darwin's crossed less self-fertilised maize.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_fishers_own_example_has_the_p_that_he_counted():
    assert sign_flip_test(DARWIN, permutations=2**15) == 1726 / 2**15


def test_the_exact_test_counts_every_pattern_of_signs():
    differences = [0.02, 0.05, -0.01, 0.03]
    sums = [np.dot(signs, differences) for signs in product([-1, 1], repeat=4)]
    as_extreme = sum(abs(one) >= sum(differences) - 1e-12 for one in sums)
    assert sign_flip_test(differences) == as_extreme / 16


@pytest.mark.parametrize(
    ("alternative", "p"), [("two-sided", 2 / 64), ("greater", 1 / 64), ("less", 1)]
)
def test_six_wins_of_six(alternative, p):
    assert sign_flip_test([0.1, 0.2, 0.3, 0.1, 0.05, 0.4], alternative) == p


def test_swapping_the_arms_swaps_the_directions():
    differences = np.array([0.1, -0.02, 0.03, 0.07, 0.2])
    assert sign_flip_test(differences, "greater") == sign_flip_test(-differences, "less")
    assert sign_flip_test(differences) == sign_flip_test(-differences)
    assert sign_flip_test(differences, "greater") < 0.1 < sign_flip_test(differences, "less")


def test_no_difference_is_no_evidence():
    assert sign_flip_test([0.0, 0.0, 0.0, 0.0]) == 1
    assert sign_flip_test([0.0] * 30) == 1
    assert sign_flip_test([0.1, -0.1]) == 1


def test_rounding_noise_is_no_evidence():
    assert sign_flip_test(np.full(12, 0.3) - 0.1 - 0.2) == 1


def test_one_pair_can_prove_nothing():
    assert sign_flip_test([0.5]) == 1
    assert sign_flip_test([0.5], "greater") == 0.5


def test_equal_sums_count_as_equal_whatever_their_rounding():
    assert sign_flip_test([0.1, 0.2, 0.3]) == sign_flip_test([1, 2, 3])


def test_many_pairs_are_tested_at_random_with_a_p_that_is_never_0():
    differences = np.full(40, 0.01)
    assert sign_flip_test(differences, permutations=999) == 1 / 1000
    exact, drawn = sign_flip_test(DARWIN, permutations=2**15), sign_flip_test(DARWIN)
    assert drawn == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 10_000))


def test_of_as_many_patterns_as_are_drawn_none_is_drawn_at_random():
    differences = np.random.default_rng(0).normal(0.2, 1, 10)
    p = sign_flip_test(differences)
    assert sign_flip_test(differences, permutations=2**10) == p
    assert max_sign_flip_test(differences[:, None] * [1, 0], 2**10)[0, 1] == p
    assert sign_flip_test(differences, permutations=1) in (0.5, 1)
    assert max_sign_flip_test(differences[:, None] * [1, 0], 1)[0, 1] in (0.5, 1)


def test_a_p_of_drawn_patterns_counts_the_observed_one_once():
    values = np.random.default_rng(0).normal(0.2, 1, (30, 2))
    p = max_sign_flip_test(values, permutations=99)[0, 1]
    assert 100 * p == pytest.approx(round(100 * p))
    assert p == max_sign_flip_test(values, permutations=99, seed=0)[0, 1]
    assert p != max_sign_flip_test(values, permutations=99, seed=5)[0, 1]
    assert p == sign_flip_test(values[:, 0] - values[:, 1], permutations=99)


def test_the_random_test_depends_on_its_seed_alone_and_not_on_the_order_of_rows():
    differences = np.random.default_rng(0).normal(0.3, 1, 30)
    assert sign_flip_test(differences, seed=1) == sign_flip_test(differences[::-1], seed=1)
    assert sign_flip_test(differences, seed=1) != sign_flip_test(differences, seed=2)
    assert sign_flip_test(differences, "greater") == sign_flip_test(-differences, "less")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (([],), r"^differences for a sign-flip test: 0 given"),
        (([0.1, math.nan],), "not finite"),
        (([[0.1, 0.2]],), "shape"),
        (([0.1, 0.2], "bigger"), "alternative='bigger'"),
        (([0.1, 0.2], "less", 0), "permutations=0"),
    ],
)
def test_a_sign_flip_test_that_cannot_be_made_is_refused(words, message):
    with pytest.raises(EvidenceError, match=message):
        sign_flip_test(*words)


def columns(*means, draws=8, seed=0):
    """Values of methods with these means, shape (draws, methods)."""
    return np.array(means) + np.random.default_rng(seed).normal(0, 0.1, (draws, len(means)))


@pytest.mark.parametrize("draws", [1, 5, 13, 40])
def test_of_two_methods_the_largest_statistic_is_their_own(draws):
    values = columns(0.5, 0.55, draws=draws)
    p = sign_flip_test(values[:, 0] - values[:, 1])
    tolerance = 0 if draws <= 13 else 4 * math.sqrt(p * (1 - p) / 10_000)
    assert max_sign_flip_test(values)[0, 1] == pytest.approx(p, abs=tolerance)


def test_the_largest_statistic_is_counted_over_every_pattern_of_signs():
    values = columns(0.1, 0.2, 0.25, draws=5)
    pairs = [(0, 1), (0, 2), (1, 2)]

    def t_statistics(signs):
        differences = np.array([values[:, one] - values[:, other] for one, other in pairs]) * signs
        return np.abs(differences.mean(axis=1)) / differences.std(axis=1, ddof=1)

    largest = [max(t_statistics(np.array(signs))) for signs in product([-1, 1], repeat=5)]
    for pair, observed in zip(pairs, t_statistics(np.ones(5)), strict=True):
        as_extreme = sum(one >= observed * (1 - 1e-9) for one in largest)
        assert max_sign_flip_test(values)[pair] == as_extreme / 32


def test_the_order_and_the_sign_of_methods_change_no_p_of_a_pair():
    values = columns(0.1, 0.2, 0.25, 0.12)
    found, order = max_sign_flip_test(values), [2, 0, 3, 1]
    assert (found == found.T).all()
    assert (np.diag(found) == 1).all()
    assert (max_sign_flip_test(values[:, order]) == found[np.ix_(order, order)]).all()
    assert (max_sign_flip_test(-values) == found).all()


def test_a_p_for_the_largest_of_all_pairs_is_never_below_that_of_the_pair_alone():
    values = columns(0.1, 0.2, 0.25, 0.12)
    adjusted = max_sign_flip_test(values)
    for one, other in ((0, 1), (0, 2), (1, 3)):
        assert adjusted[one, other] >= sign_flip_test(values[:, one] - values[:, other])


def test_many_methods_need_no_more_draws_than_two():
    assert max_sign_flip_test(columns(*range(12), draws=6)).min() == 2 / 2**6
    assert max_sign_flip_test(columns(*range(12), draws=30), permutations=999).min() == 1 / 1000


def test_equal_methods_have_p_1_beside_others_that_differ():
    values = columns(0.1, 0.5)[:, [0, 0, 1]]
    values[:, 1] += 1e-16
    assert max_sign_flip_test(values)[0, 1] == 1
    assert max_sign_flip_test(values)[0, 2] == 2 / 2**8


@pytest.mark.parametrize(("pairs", "p"), [(0, 1), (1, 1), (6, 2 / 64), (40, 1 / 10_001)])
def test_the_smallest_p_of_so_many_pairs(pairs, p):
    assert smallest_sign_flip_p(pairs) == p
    if pairs:
        assert sign_flip_test(np.full(pairs, 0.1)) == p


@pytest.mark.parametrize(("permutations", "p"), [(64, 2 / 64), (65, 2 / 64), (63, 1 / 64)])
def test_all_sign_patterns_are_counted_as_long_as_there_are_no_more_than_are_drawn(permutations, p):
    assert smallest_sign_flip_p(6, permutations) == p


@pytest.mark.parametrize(
    ("values", "permutations", "message"),
    [
        ([0.1, 0.2], 100, "shape"),
        ([[0.1], [0.2]], 100, "two methods"),
        (np.empty((0, 3)), 100, "shape"),
        ([[0.1, math.nan]], 100, "not finite"),
        ([[0.1, 0.2]], 0, "permutations=0"),
    ],
)
def test_a_test_of_the_largest_that_cannot_be_made_is_refused(values, permutations, message):
    with pytest.raises(EvidenceError, match=message):
        max_sign_flip_test(values, permutations)


def right(*counts):
    """First and second correct: counts of both right, first only, second only, both wrong."""
    pairs = [(True, True), (True, False), (False, True), (False, False)]
    return np.repeat(np.array(pairs), counts, axis=0).T


def test_mcnemars_test_equals_the_binomial_test_of_the_samples_that_differ():
    found = mcnemar_test(*right(50, 9, 2, 5))
    assert found.p == pytest.approx(stats.binomtest(2, 11).pvalue)
    assert (found.only_first, found.only_second, found.samples) == (9, 2, 66)
    assert found.difference == pytest.approx(7 / 66)


def test_mcnemars_difference_is_positive_exactly_when_the_first_is_better():
    first, second = right(50, 2, 9, 5)
    assert mcnemar_test(first, second).difference < 0 < mcnemar_test(second, first).difference
    assert mcnemar_test(first, second).p == mcnemar_test(second, first).p


@pytest.mark.parametrize("counts", [(30, 0, 0, 3), (30, 4, 4, 0), (0, 1, 0, 0)])
def test_samples_that_tell_nothing_have_p_1(counts):
    assert mcnemar_test(*right(*counts)).p == 1


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([True], [True, False], "1 and 2 test samples"),
        ([], [], "shape"),
        ([0.5, 1.0], [1, 1], "True or False"),
        ([math.nan, 1], [1, 1], "True or False"),
    ],
)
def test_mcnemars_test_needs_the_same_samples_right_or_wrong(first, second, message):
    with pytest.raises(EvidenceError, match=message):
        mcnemar_test(first, second)


def test_holms_p_values_come_in_the_order_given():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]).tolist() == [1, 1]
    assert holm([0.2]).tolist() == [0.2]
    assert holm([]).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_and_keeps_their_order(p_values):
    adjusted = holm(p_values)
    assert (adjusted >= np.array(p_values)).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0).all()


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_p_value(bad):
    with pytest.raises(EvidenceError, match=r"^p_values=\[0\.5, .*from 0 to 1$|not finite"):
        holm([0.5, bad])
