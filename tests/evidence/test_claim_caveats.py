"""Caveats that the records themselves give: arms that did not fit, lost initialisations."""

import pytest

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
