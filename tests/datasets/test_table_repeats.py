"""Tables whose rows repeat: what is kept, and what is told."""

import pytest

from datasets.errors import WrongOption
from tests.datasets.tables import OPTIONS, ROWS, a_table

# Rows of size 2 come thrice, of size 1 and 0 twice, of size 1 in both classes.
REPEATED = "size,kind\n2,well\n1,ill\n3,ill\n2,ill\n0,well\n1,well\n2,well\n-0.0,well\n"


def test_of_equal_rows_the_first_is_kept_with_the_commonest_label_and_none_where_labels_tie(write):
    samples = a_table(write(REPEATED), distinct=True).load()
    assert samples.inputs.tolist() == [[2], [3], [0]]
    assert [samples.class_names[label] for label in samples.labels] == ["well", "ill", "well"]
    assert samples.caveats == ("only 3 rows: splits overlap from seed to seed",)


def test_the_commonest_label_of_three_classes_need_not_be_that_of_the_first_row(write):
    labels = {"5": "abcbb", "6": "ccaab", "7": "cab", "8": "a"}
    lines = [f"{size},{label}" for size, found in labels.items() for label in found]
    samples = a_table(write("\n".join(["size,kind", *lines[::-1]]) + "\n"), distinct=True)
    with pytest.raises(WrongOption, match=r"dataset.distinct=True: every row of class c equals"):
        samples.load()
    samples = a_table(
        write("\n".join(["size,kind", *lines[::-1], "9,c"]) + "\n"), distinct=True
    ).load()
    assert samples.inputs.tolist() == [[8], [5], [9]]
    assert [samples.class_names[label] for label in samples.labels] == ["a", "b", "c"]


def test_rows_with_equal_features_are_told_with_how_many_contradict_their_equals(write):
    _, told, otherwise = a_table(write(REPEATED)).load().caveats
    assert told == (
        "7 of 8 rows have the features of another (up to 3 alike): leakage wherever a split "
        "separates them; dataset.distinct=true keeps one of each"
    )
    assert otherwise == "2 of these rows are not of the commonest class among their equals"
    _, told = a_table(write("size,kind\n2,well\n1,ill\n2,well\n")).load().caveats
    assert told.startswith("2 of 3 rows")


def test_rows_are_equal_in_what_is_learned_from_alone(write):
    assert len(a_table(write(ROWS), **OPTIONS).load().caveats) == 1
    options = {"target": "kind", "categorical": ["colour"], "drop": ["size", "weight"]}
    _, told, _ = a_table(write(ROWS), **options).load().caveats
    assert told.startswith("2 of 4 rows")
    colours = a_table(write(ROWS), distinct=True, **options).load()
    assert colours.inputs.tolist() == [[0], [1]]  # blue and green; red is ill and well


def test_the_fingerprint_follows_the_rows_that_are_kept(write):
    every, kept = (a_table(write(REPEATED), distinct=distinct).load() for distinct in (False, True))
    same = a_table(write("size,kind\n2,well\n3,ill\n0,well\n", "few.csv")).load()
    assert every.fingerprint != kept.fingerprint == same.fingerprint
    ones = [a_table(write(ROWS), distinct=distinct, **OPTIONS).load() for distinct in (False, True)]
    assert ones[0].fingerprint == ones[1].fingerprint
