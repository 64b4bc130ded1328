import numpy as np
import pytest

from datasets.samples import Samples, labels_alike, summary


def make(**changes):
    fields = {
        "inputs": np.arange(8, dtype=np.uint8).reshape(2, 1, 2, 2),
        "labels": np.array([0, 1]),
        "class_names": ("0", "1"),
        "peak": 255.0,
    }
    return Samples(**{**fields, **changes})


def test_equal_samples_have_equal_fingerprints():
    assert make().fingerprint == make().fingerprint


def test_the_fingerprint_is_pinned():
    pinned = "d81ff447331b5170662ed9aa25eb2e68c4e666d541efcef56b8f9bbca3650844"
    assert make().fingerprint == pinned


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": np.zeros((2, 1, 2, 2), dtype=np.uint8)},
        {"inputs": np.arange(8, dtype=np.uint8).reshape(2, 1, 1, 4)},
        {"labels": np.array([1, 0])},
        {"class_names": ("0", "7")},
        {"peak": 16.0},
    ],
)
def test_whatever_a_model_sees_changes_the_fingerprint(changes):
    assert make(**changes).fingerprint != make().fingerprint


def test_the_fingerprint_does_not_depend_on_memory_layout():
    images = make().inputs
    assert make(inputs=np.asfortranarray(images)).fingerprint == make().fingerprint


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"inputs": np.zeros((2, 1, 2, 2))}, "images"),
        ({"inputs": np.zeros((2, 2), dtype=np.uint8)}, "images"),
        ({"labels": np.array([0, 1, 1])}, "labels"),
        ({"labels": np.array([0, 2])}, "labels"),
        ({"labels": np.array([0, -1])}, "labels"),
        ({"official_train": 3}, "official_train"),
    ],
)
def test_contradicting_arrays_are_refused(changes, field):
    with pytest.raises(ValueError, match=field):
        make(**changes)


def test_the_summary_names_where_samples_come_from_and_the_first_classes_of_many():
    names = tuple(f"k{number}" for number in range(30))
    rows = np.zeros((60, 1), dtype=np.float32)
    samples = Samples(rows, np.arange(60) % 30, names, 1.0, levels=(0,), origin="mine.csv")
    told = summary(samples)
    assert told.startswith("60 rows of mine.csv: k0 2, k1 2, ")
    assert told.endswith("k19 2 and 10 more")


def test_where_samples_come_from_is_not_in_their_fingerprint():
    assert make(origin="mine.csv").fingerprint == make().fingerprint


def test_labels_that_differ_in_case_or_spaces_alone_are_told():
    assert labels_alike(("yes", "no")) is None
    assert labels_alike(("NO", "YES ", "no", "maybe", "yes")) == (
        "labels that differ in case or spaces alone: NO and no, YES  and yes; mend them if they "
        "mean the same"
    )
