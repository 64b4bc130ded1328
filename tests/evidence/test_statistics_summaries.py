"""Interquartile mean, area under the learning curve, ranks over data sets."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import (
    area_under_learning_curve,
    average_ranks,
    critical_difference,
    holm,
    interquartile_mean,
)

# J. Demšar, J. Mach. Learn. Res. 7 (2006), table 6: areas of C4.5 and its variants on 14 data sets.
# Of the two that are printed as 0.975 on the 13th, the second ranks lower there.
DEMSAR = {
    "C4.5": "763 599 954 628 882 936 661 583 775 1000 940 619 972 957",
    "C4.5+m": "768 591 971 661 888 931 668 583 838 1000 962 666 981 978",
    "C4.5+cf": "771 590 968 654 886 916 609 563 866 1000 965 614 975.1 946",
    "C4.5+m+cf": "798 569 967 657 898 931 685 625 875 1000 962 669 975 970",
}


def demsars_table():
    columns = {name: np.array(text.split(), float) / 1000 for name, text in DEMSAR.items()}
    return pd.DataFrame(columns, index=[f"set {number:02d}" for number in range(14)])


def test_average_ranks_are_those_that_demsar_printed():
    ranks = average_ranks(demsars_table())
    assert list(ranks.index) == ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]
    assert ranks.to_numpy() == pytest.approx([1.964, 2.000, 2.893, 3.143], abs=5e-4)


def test_the_best_method_has_rank_1_and_ties_share_their_ranks():
    table = pd.DataFrame({"worse": [0.1, 0.5], "better": [0.9, 0.5]}, index=["a", "b"])
    assert average_ranks(table).to_dict() == {"better": 1.25, "worse": 1.75}


def test_the_critical_difference_is_the_one_that_demsar_printed():
    found = critical_difference(demsars_table())
    assert found.distance == pytest.approx(1.25, abs=0.005)
    ties = (
        78 / 840
    )  # Demšar's 9.28 is without the correction for ties: sum(t^3 - t) / (n m (m^2 - 1))
    assert found.friedman_p == pytest.approx(stats.chi2.sf(9.28 / (1 - ties), 3), abs=5e-4)
    assert not (found.different == 1).any(axis=None)  # 3.143 - 1.964 < 1.25
    assert (critical_difference(demsars_table(), level=0.90).different == 1).any(axis=None)


def test_methods_differ_exactly_where_their_ranks_are_further_apart_than_the_distance():
    generator = np.random.default_rng(3)
    table = pd.DataFrame(generator.random((9, 4)), columns=list("abcd"))
    found = critical_difference(table + {"a": 0, "b": 0.2, "c": 0.5, "d": 1.0})
    apart = np.abs(np.subtract.outer(found.ranks.to_numpy(), found.ranks.to_numpy()))
    assert ((found.different == 1) == (apart > found.distance)).all(axis=None)
    assert (found.different == 1).any(axis=None)


def test_conovers_test_finds_what_nemenyis_finds_and_has_no_single_distance():
    values = np.random.default_rng(0).normal(np.arange(3), 1.0, (12, 3))
    table = pd.DataFrame(values, columns=list("abc"))
    nemenyi, conover = critical_difference(table), critical_difference(table, test="conover")
    assert nemenyi.different.loc["c", "a"] == conover.different.loc["c", "a"] == 1
    assert conover.distance is None


def test_conovers_p_values_are_those_of_his_formula_adjusted_by_holm():
    values = np.random.default_rng(0).normal(np.arange(4) / 4, 1.0, (12, 4))
    ranks = stats.rankdata(-values, axis=1)
    sets, methods = ranks.shape
    sums, freedom = ranks.sum(axis=0), (sets - 1) * (methods - 1)
    error = np.sqrt(2 * sets * ((ranks**2).sum() - (sums**2).sum() / sets) / freedom)
    first, second = np.triu_indices(methods, 1)
    alone = 2 * stats.t.sf(np.abs(sums[first] - sums[second]) / error, freedom)
    table = pd.DataFrame(values, columns=list("abcd"))
    found = critical_difference(table, test="conover").p_values.loc[list("abcd"), list("abcd")]
    assert found.to_numpy()[first, second] == pytest.approx(holm(alone))


def test_a_ranking_tells_over_how_many_data_sets_and_at_which_level():
    found = critical_difference(demsars_table().iloc[:6], level=0.9)
    assert (found.datasets, found.level) == (6, 0.9)
    assert average_ranks(demsars_table().iloc[:1])["C4.5+m+cf"] == 1
    with pytest.raises(EvidenceError, match=r"^level=90"):
        critical_difference(demsars_table(), level=90)


def test_the_order_of_rows_and_columns_changes_nothing():
    table = demsars_table()
    found, mixed = critical_difference(table), critical_difference(table.iloc[::-1, [2, 0, 3, 1]])
    assert found.ranks.equals(mixed.ranks)
    assert found.p_values.equals(mixed.p_values)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            demsars_table().iloc[:5],
            "5 data sets: .* at least 6, as with fewer even the best on all of them is not "
            "significantly better at 95 %$",
        ),
        (demsars_table().iloc[:, :2], "2 methods: .* at least 3"),
        (
            demsars_table().replace(0.971, math.nan),
            "C4.5\\+m on set 02: no finite value; .* run on every data set$",
        ),
        (demsars_table().iloc[[0, 0, 1, 2, 3, 4]], "data set set 00: given twice"),
        (demsars_table()[["C4.5", "C4.5", "C4.5+m"]], "method C4.5: given twice"),
        (
            demsars_table() * 0,
            "on every data set: there is nothing to rank$",
        ),
    ],
)
def test_a_ranking_that_says_nothing_is_refused(table, message):
    with pytest.raises(EvidenceError, match=message):
        critical_difference(table)


def test_another_test_is_refused():
    with pytest.raises(EvidenceError, match="test='bonferroni'"):
        critical_difference(demsars_table(), test="bonferroni")


@pytest.mark.parametrize("count", [4, 5, 7, 8, 21])
def test_the_interquartile_mean_is_the_mean_trimmed_by_a_quarter_at_each_end(count):
    values = np.random.default_rng(count).random(count)
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25))


def test_one_failed_run_of_many_does_not_move_the_interquartile_mean():
    assert interquartile_mean([0.9, 0.9, 0.9, 0.9, 0.0]) == pytest.approx(0.9)


@pytest.mark.parametrize("values", [[], [0.9], [0.9, 0.8, 0.7], [0.9, 0.8, 0.7, math.nan]])
def test_too_few_values_for_an_interquartile_mean_are_refused(values):
    with pytest.raises(EvidenceError, match=r"^values for an interquartile mean: \d given|finite"):
        interquartile_mean(values)


def test_a_flat_curve_has_its_accuracy_as_area():
    assert area_under_learning_curve([10, 20, 80], [0.9, 0.9, 0.9]) == pytest.approx(0.9)


def test_each_doubling_of_the_size_counts_the_same():
    assert area_under_learning_curve([1, 10], [0.5, 1]) == pytest.approx(0.75)
    early = area_under_learning_curve([10, 20, 40, 80], [0.5, 1, 1, 1])
    late = area_under_learning_curve([10, 20, 40, 80], [1, 1, 1, 0.5])
    assert early == pytest.approx(late) == pytest.approx((0.75 + 1 + 1) / 3)


def test_a_curve_that_is_better_throughout_has_the_larger_area_in_any_order():
    sizes, better, worse = [10, 30, 90], [0.8, 0.9, 0.95], [0.7, 0.9, 0.9]
    areas = [area_under_learning_curve(sizes, curve) for curve in (better, worse)]
    assert areas[0] > areas[1]
    assert area_under_learning_curve(sizes[::-1], better[::-1]) == areas[0]


@pytest.mark.parametrize(
    ("sizes", "accuracies", "message"),
    [
        ([10], [0.9], "at least 2"),
        ([10, 10], [0.9, 0.8], "different numbers"),
        ([0, 10], [0.9, 0.8], "1 or more"),
        ([10, 20], [0.9], "one accuracy per size"),
        ([10, 20], [0.9, math.nan], "not finite"),
    ],
)
def test_an_area_without_a_curve_is_refused(sizes, accuracies, message):
    with pytest.raises(EvidenceError, match=message):
        area_under_learning_curve(sizes, accuracies)
