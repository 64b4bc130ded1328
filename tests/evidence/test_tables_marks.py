"""Which cells are best, which are not significantly worse, and where that cannot be told."""

import numpy as np
import pytest

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.statistics import accuracy_interval, holm, sign_flip_test
from benchmarks.evidence.statistics.significance import max_sign_flip_test
from benchmarks.evidence.tables import TableRequest, make_table, table_text

GOOD = [0.90, 0.92, 0.94, 0.91, 0.93, 0.95, 0.92, 0.94]
EQUAL = [0.92, 0.90, 0.93, 0.92, 0.93, 0.94, 0.93, 0.93]
FEW = [0.89, 0.93, 0.93]
WORST = [share - 0.2 for share in GOOD[:7]]
WORSE = [share - 0.1 - place / 500 for place, share in enumerate(GOOD)]


@pytest.fixture(scope="module")
def frame(rows):
    records = rows("good", 10, GOOD) + rows("equal", 10, EQUAL) + rows("worse", 10, WORSE)
    return results_frame([*records, *rows("few", 10, FEW), *rows("good", 20, GOOD)])


def cells(table, column=0):
    return {row.label: row.cells[column] for row in table.panels[0].rows}


def test_the_best_mean_is_best_and_a_lone_result_is_not(frame):
    table = make_table(frame)
    assert [name for name, cell in cells(table).items() if cell.best] == ["good"]
    assert not cells(table, 1)["good"].best


def test_where_smaller_is_better_the_smallest_is_best(frame):
    found = cells(make_table(frame, TableRequest(direction="smaller")))
    assert [name for name, cell in found.items() if cell.best] == ["worse"]


def test_with_no_direction_nothing_is_best_or_compared(frame):
    found = cells(make_table(frame, TableRequest(direction="none")))
    assert {(cell.best, cell.p, cell.shared) for cell in found.values()} == {(False, None, None)}


def test_p_is_the_sign_flip_test_for_the_largest_statistic_of_all_pairs(rows):
    records = rows("good", 10, GOOD) + rows("equal", 10, EQUAL) + rows("worse", 10, WORSE)
    table = make_table(results_frame(records))
    found = cells(table)
    expected = max_sign_flip_test(np.transpose([GOOD, EQUAL, WORSE]))
    assert [found["equal"].p, found["worse"].p] == expected[0, 1:].tolist()
    assert found["worse"].p == 2 / 2**8
    assert found["equal"].not_significantly_worse is True
    assert found["worse"].not_significantly_worse is False
    assert found["good"].not_significantly_worse is None
    assert {cell.shared for name, cell in found.items() if name != "good"} == {8}
    text = table_text(table, "md")
    assert "over the draws that all of the column have, corrected over all pairs" in text
    assert "Holm" not in text


def test_where_all_share_too_few_draws_p_is_corrected_by_holm_over_all_pairs(frame):
    """Of 6 pairs 3 share 8 draws, and 3 share 3, on which nothing can be tested."""
    table = make_table(frame)
    found = cells(table)
    pairs = [(GOOD, EQUAL), (GOOD, WORSE), (EQUAL, WORSE)]
    adjusted = holm([sign_flip_test(np.subtract(*pair)) for pair in pairs])
    assert [found["equal"].p, found["worse"].p] == pytest.approx(adjusted[:2])
    assert "Holm-corrected over all pairs of the column" in table_text(table, "md")


def test_with_a_reference_p_is_corrected_by_holm_over_the_comparisons_with_it(rows):
    records = rows("good", 10, GOOD) + rows("equal", 10, EQUAL) + rows("worse", 10, WORSE)
    table = make_table(results_frame(records), TableRequest(reference="worse"))
    assert [cells(table)[name].p for name in ("good", "equal")] == [2 * 2 / 2**8] * 2
    assert "Holm-corrected over the comparisons of the column" in table_text(table, "md")


def test_pairs_that_share_too_few_draws_are_marked_as_untested(frame):
    few = cells(make_table(frame))["few"]
    assert (few.p, few.shared, few.untested) == (None, 3, True)
    line = next(line for line in table_text(make_table(frame), "md").splitlines() if "few " in line)
    assert "‡" in line
    assert "†" not in line


@pytest.mark.parametrize(("draws", "tested"), [(5, False), (6, True)])
def test_six_shared_draws_allow_one_test_at_5_percent(rows, draws, tested):
    table = make_table(results_frame(rows("a", 10, GOOD[:draws]) + rows("b", 10, WORSE[:draws])))
    assert cells(table)["b"].untested is not tested
    text = table_text(table, "md")
    assert ("a pair shares at most 5 draws" in text) is not tested
    assert ("sign-flip tests" in text) is tested


def test_six_draws_of_all_are_enough_for_any_number_of_methods(rows):
    names = "abcdefghi"
    records = [
        record
        for place, name in enumerate(names)
        for record in rows(name, 10, [share - place / 10 for share in GOOD[:6]])
    ]
    found = cells(make_table(results_frame(records)))
    assert {found[name].p for name in names[1:]} == {2 / 2**6}


def test_more_comparisons_with_a_reference_need_more_shared_draws(rows):
    records = rows("a", 10, GOOD[:6]) + rows("b", 10, WORSE[:6]) + rows("c", 10, WORSE[:6])
    assert cells(make_table(results_frame(records), TableRequest(reference="a")))["b"].untested


def test_the_luckiest_draws_are_not_the_best_method(rows):
    """`lucky` has only the easiest draws, and is behind on each of them."""
    full = [0.95, 0.94, 0.96] + [0.70 + seed / 100 for seed in range(17)]
    records = rows("full", 10, full) + rows("lucky", 10, [share - 0.02 for share in full[:3]])
    table = make_table(results_frame(records))
    found = cells(table)
    assert found["lucky"].mean > found["full"].mean
    assert (found["full"].best, found["lucky"].best) == (True, False)
    assert found["lucky"].untested
    text = table_text(table, "md")
    assert "n = 10: lucky without all the draws of the others; the best is chosen on the 3" in text


def test_the_better_on_all_shared_draws_is_the_best(rows):
    """The better mean over all its draws comes from draws that the other does not have."""
    records = rows("lucky", 10, [0.5] * 8 + [1.0] * 30) + rows("steady", 10, [0.6] * 8)
    found = cells(make_table(results_frame(records)))
    assert found["steady"].best
    assert found["lucky"].p < 0.05
    assert found["lucky"].not_significantly_worse is False


def test_one_better_than_the_best_on_more_draws_is_marked_and_the_caption_says_so(rows):
    """On the 3 draws of `few` the `lucky` one leads, on the 20 that the others share it is last."""
    lucky = [0.9, 0.9, 0.9] + [0.5] * 17
    records = rows("lucky", 10, lucky) + rows("steady", 10, [0.88] * 20)
    table = make_table(results_frame([*records, *rows("few", 10, [0.7, 0.7, 0.7])]))
    found = cells(table)
    assert found["lucky"].best
    assert found["steady"].p < 0.05
    assert found["steady"].not_significantly_worse is True
    caption = "†: not significantly worse (p > 0.05), or better on the draws that both share."
    assert caption in table_text(table, "md")


@pytest.mark.parametrize("shared", [0, 1])
def test_without_two_draws_that_all_have_there_is_no_best_and_no_mark(rows, shared):
    later = rows("b", 10, WORSE + WORSE)[8 - shared :]
    records = rows("a", 10, GOOD) + later
    table = make_table(results_frame(records))
    assert not any(cell.best or cell.shared is not None for cell in cells(table).values())
    text = table_text(table, "md")
    assert "n = 10: no best one, as all share fewer than 2 draws." in text
    for mark in ("**", "†", "‡", "Bold"):
        assert mark not in text


def test_equal_means_are_all_best(rows):
    records = rows("a", 10, GOOD) + rows("b", 10, GOOD[::-1]) + rows("c", 10, WORSE)
    found = cells(make_table(results_frame(records)))
    assert [name for name, cell in found.items() if cell.best] == ["a", "b"]


def test_methods_in_columns_compete_within_a_row(frame):
    table = make_table(frame, TableRequest(rows="train_size", columns="method"))
    (panel,) = table.panels
    best = [panel.columns[place] for place, cell in enumerate(panel.rows[0].cells) if cell.best]
    assert best == ["good"]
    assert "Bold: the best of its row." in table_text(table, "md")


def with_test_samples(records, *samples):
    """The same records, those of split seed k with the k-th number of test samples, in turn."""
    return [
        record | {"metrics": record["metrics"] | {"test_samples": samples[place % len(samples)]}}
        for place, record in enumerate(records)
    ]


def test_what_was_tested_on_other_numbers_of_samples_does_not_compete(rows):
    """Accuracies on 2 test reviews once were the best of a column of accuracies on 1,000."""
    few = with_test_samples(rows("a", 10, GOOD) + rows("b", 10, EQUAL), 2)
    many = with_test_samples(rows("c", 10, WORSE) + rows("d", 10, WORST), 1000)
    table = make_table(results_frame(few + many))
    found = cells(table)
    assert [name for name, cell in found.items() if cell.best] == ["a", "c"]
    assert found["b"].not_significantly_worse is True
    assert found["d"].not_significantly_worse is False
    assert (found["b"].common, found["d"].common) == (8, 7)
    text = table_text(table, "md")
    assert "Bold: the best of its column, among those tested on as many samples." in text
    assert "n = 10, 1000 test samples: d without all the draws of the others" in text


def test_beside_a_reference_that_was_tested_on_others_there_is_no_difference(rows):
    few = with_test_samples(rows("a", 10, GOOD), 2)
    many = with_test_samples(rows("b", 10, WORSE), 1000)
    table = make_table(results_frame(few + many), TableRequest(reference="a"))
    assert cells(table)["b"].mean is None


def test_folds_of_two_sizes_are_the_same_for_all_methods(rows):
    """Draws differ in their number of test samples, the methods of one draw do not."""
    full, short = rows("a", 10, GOOD), rows("b", 10, WORSE)
    records = with_test_samples(full, 67, 66) + with_test_samples(short, 67, 66)[1::2]
    table = make_table(results_frame(records))
    assert cells(table)["a"].best
    assert cells(table)["b"].shared == 4
    assert "tested on" not in table_text(table, "md")


def test_folds_of_two_sizes_compete_beside_others_on_a_thousand_samples(rows):
    """The most samples of a cell, 67 or 66, once parted methods that share their folds."""
    full = with_test_samples(rows("a", 10, GOOD), 67, 66)
    short = with_test_samples(rows("b", 10, WORSE), 67, 66)[1::2]
    other = with_test_samples(rows("c", 10, GOOD), 1000)
    table = make_table(results_frame(full + short + other))
    found = cells(table)
    assert [name for name, cell in found.items() if cell.best] == ["a"]
    assert (found["b"].shared, found["c"].shared) == (4, None)
    assert "n = 10, 66 to 67 test samples: b without all" in table_text(table, "md")


def test_draws_on_two_samples_are_no_pairs_of_draws_on_a_thousand(rows):
    """Cells with as many samples at most once were paired on draws where one had only 2."""
    full = with_test_samples(rows("a", 10, GOOD), 1000)
    mixed = with_test_samples(rows("b", 10, WORSE), 1000, 2)
    found = cells(make_table(results_frame(full + mixed)))
    assert {(cell.best, cell.p, cell.shared) for cell in found.values()} == {(False, None, None)}
    beside = make_table(results_frame(full + mixed), TableRequest(reference="a"))
    assert cells(beside)["b"].mean is None


def test_protocols_that_are_panels_of_their_own_may_be_tested_on_different_numbers(rows):
    """Both panels once said that cells of their columns are not compared, though all were."""
    records = []
    for protocol, samples in (("default", 100), ("published", 50)):
        for name, accuracies in (("a", GOOD), ("b", WORSE)):
            own = rows(name, 10, accuracies, protocol=protocol)
            records += with_test_samples(own, samples)
    text = table_text(make_table(results_frame(records)), "md")
    assert "Bold: the best of its column." in text
    assert "tested on" not in text


def test_only_the_caption_of_a_divided_panel_says_so(rows):
    records = with_test_samples(rows("a", 10, GOOD) + rows("b", 10, WORSE), 1000)
    records += with_test_samples(rows("c", 10, WORST), 2)
    records += rows("a", 10, GOOD, protocol="published") + rows("b", 10, GOOD, protocol="published")
    text = table_text(make_table(results_frame(records)), "tex")
    captions = [line for line in text.splitlines() if line.startswith(r"\caption")]
    assert ["tested on" in caption for caption in captions] == [True, False]


def test_datasets_do_not_compete(rows):
    records = rows("mlp", 10, GOOD) + rows("mlp", 10, WORSE, dataset="digits01")
    table = make_table(results_frame(records), TableRequest(rows="dataset"))
    assert not any(cell.best for cell in cells(table).values())
    assert "**" not in table_text(table, "md")


def test_beside_a_reference_stand_paired_differences_to_it(frame):
    curves = [PublishedCurves("mnist01", "published", {"good": {10: 0.9}, "worse": {10: 0.7}})]
    table = make_table(frame, TableRequest(reference="worse"), curves)
    found = cells(table)
    assert found["worse"].is_reference
    assert found["worse"].mean == pytest.approx(sum(WORSE) / 8)
    assert found["good"].mean == pytest.approx(0.107)
    assert found["good"].best
    assert found["good"].not_significantly_worse is False
    assert dict(found["good"].published)["published"] == pytest.approx(0.2)
    assert dict(found["worse"].published)["published"] == pytest.approx(0.7)
    text = table_text(table, "md")
    assert "Difference in test accuracy to worse in points on mnist01" in text
    assert "+10.7 ± 0.4" in text
    assert f"81.9 ± {100 * accuracy_interval(WORSE).reach:.1f}" in text


def test_without_a_result_of_the_reference_there_is_no_difference(frame):
    table = make_table(frame, TableRequest(reference="worse"))
    assert cells(table, 1)["good"].mean is None
    assert "no result to compare with worse" in table_text(table, "md")


def test_smaller_differences_are_best_where_smaller_is_better(frame):
    found = cells(make_table(frame, TableRequest(reference="good", direction="smaller")))
    assert [name for name, cell in found.items() if cell.best] == ["worse"]
