"""Caveats that the records themselves give: arms that did not fit, lost initialisations."""

import pytest

from benchmarks.evidence.outputs import find
from benchmarks.records.holdings import Holding
from tests.evidence.claim_samples import HIGH, LOW, claim_with, judged

CONTRAST = {"contrast": ["a", "b"], "expect": {"greater_than": 0}}


def fitting(records, share):
    return [r | {"metrics": r["metrics"] | {"train_accuracy": share}} for r in records]


def caveats(part, records):
    return " ".join(judged(claim_with(part), records)["caveats"])


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (0.99, 0.40, True),
        (0.40, 0.99, True),
        (0.85, 0.70, True),
        (0.99, 0.91, False),
        (0.45, 0.40, False),
        (1.0, 1.0, False),
    ],
)
def test_arms_that_fit_their_training_samples_unequally_are_named(rows, first, second, told):
    records = fitting(rows("a", 10, HIGH), first) + fitting(rows("b", 10, LOW), second)
    found = caveats(CONTRAST, records)
    listed = f"which is optimisation: a {100 * first:.0f} %, b {100 * second:.0f} %"
    assert (listed in found) == told
    assert ("training samples unequally" in found) == told


def test_how_an_arm_fits_is_told_of_the_sizes_that_were_asked_for_alone(rows):
    well = rows("a", 10, HIGH) + rows("b", 10, LOW)
    badly = fitting(rows("a", 80, HIGH), 0.9) + fitting(rows("b", 80, LOW), 0.2)
    records = fitting(well, 1.0) + badly
    assert "unequally" not in caveats(CONTRAST | {"train_size": {"equals": 10}}, records)
    assert "unequally" in caveats(CONTRAST | {"train_size": {"equals": 80}}, records)


def test_a_question_about_training_itself_needs_no_such_caveat(rows):
    records = fitting(rows("a", 10, HIGH), 0.9) + fitting(rows("b", 10, LOW), 0.2)
    assert "unequally" not in caveats(CONTRAST | {"metric": "train_accuracy"}, records)


def several_starts(rows, method, values, starts=3):
    return [
        record
        | {"key": f"{record['key']}/{start}"}
        | {"config": record["config"] | {"init_seed": start}}
        for record in rows(method, 10, values)
        for start in range(starts)
    ]


def test_initialisations_that_are_missing_are_counted(rows):
    whole = several_starts(rows, "a", HIGH) + several_starts(rows, "b", LOW)
    assert "other initialisations" not in caveats(CONTRAST, whole)
    gone = {f"{record['key']}" for record in whole[:5] if record["key"][-1] != "0"}
    left = [record for record in whole if record["key"] not in gone]
    assert f"{len(gone)} of 30 cells are missing in the draws that count" in caveats(CONTRAST, left)


def held_caveats(part, records, expected):
    """The caveats of a benchmark of so many cells."""
    about = {"name": "debate", "says": "", "methods": ["a", "b"], "datasets": ["mnist01"]}
    held = Holding(about, records, [], expected, [])
    return " ".join(find(held, [claim_with(part)]).verdicts[0]["caveats"])


def test_draws_that_the_grid_has_for_one_arm_only_are_not_called_missing(rows):
    """Of a whole grid with 5 draws of one arm and 3 of the other, 2 once were missing."""
    records = rows("a", 10, HIGH) + rows("b", 10, LOW[:3])
    assert "3 of 5 seeds count: on the others the grid has not" in held_caveats(
        CONTRAST, records, 8
    )
    assert "missing" not in held_caveats(CONTRAST, records, 8)
    assert "2 of 5 seeds left out, not all their cells" in held_caveats(CONTRAST, records, 10)


def test_draws_without_the_metric_are_missing_from_a_whole_grid(rows):
    records = rows("a", 10, HIGH) + rows("b", 10, LOW)
    for place, record in enumerate(records):
        record["metrics"]["accuracy_last_epoch"] = None if place in (2, 3) else 0.5 + place / 100
    part = CONTRAST | {"metric": "accuracy_last_epoch"}
    assert "2 of 5 seeds left out, not all their cells" in held_caveats(part, records, 10)


def test_initialisations_that_the_grid_has_of_some_draws_only_are_not_called_missing(rows):
    records = several_starts(rows, "a", HIGH)[2:] + several_starts(rows, "b", LOW)
    found = held_caveats(CONTRAST, records, len(records))
    assert "the grid has more initialisations of some draws" in found
    assert "missing" not in found


def test_an_arm_that_no_draw_has_at_all_sizes_has_no_fit_to_tell_of(rows):
    """Its mean over nothing once was no number."""
    lacking = [*rows("a", 10, HIGH[:2]), *rows("a", 40, [0.0] * 2 + HIGH[:2])[2:]]
    whole = [*rows("b", 10, LOW), *rows("b", 40, LOW)]
    assert "unequally" not in caveats(CONTRAST, fitting(lacking, 0.3) + fitting(whole, 0.99))


def test_sizes_may_have_different_numbers_of_initialisations(rows):
    records = several_starts(rows, "a", HIGH) + several_starts(rows, "b", LOW)
    records += rows("a", 80, HIGH) + rows("b", 80, LOW)
    assert "other initialisations" not in caveats(CONTRAST, records)


def test_arms_may_have_different_numbers_of_initialisations(rows):
    records = several_starts(rows, "a", HIGH) + several_starts(rows, "b", LOW, starts=1)
    assert "other initialisations" not in caveats(CONTRAST, records)
