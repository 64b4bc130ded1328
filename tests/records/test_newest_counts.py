"""Where two files hold a cell the newer record counts, and never half of each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.grid.errors import RequestError
from benchmarks.records import compact_files
from benchmarks.records.compact_files import Row, write_rows
from benchmarks.records.compaction import fold
from benchmarks.records.store import Store
from tests.records.samples import KEYS, a_record, sha256, single_files, the_predictions
from tests.records.test_compaction_crashes import CRASH

KEY = KEYS[0]


def newer_predictions(key):
    scores = np.full((3, 2), int(key[:4], 16), np.float32)
    return {"labels": np.array([7, 7, 7], np.int16), "scores": scores}


def newer_record(key):
    spoken_of = {"sha256": sha256(newer_predictions(key)["scores"])}
    return a_record(key, metrics={"accuracy": 0.25}, predictions=spoken_of)


def write_anew(store, keys):
    for key in keys:
        store.write(newer_record(key), newer_predictions(key))


def assert_newest(results, newer):
    """Whoever looks for the first time finds the newer ones of these, the first of the others."""
    store = Store(results)
    expected = [newer_record(key) if key in newer else a_record(key) for key in KEYS]
    assert [store.read(key) for key in KEYS] == expected
    assert [record["metrics"] for record in store.read_all(KEYS)] == [
        record["metrics"] for record in expected
    ]
    for key, record in zip(KEYS, expected, strict=True):
        assert sha256(store.predictions(key)["scores"]) == record["predictions"]["sha256"]
        assert store.read_whole(key)[0] == record
    assert store.keys() == sorted(KEYS)
    assert store.damaged == []


@pytest.mark.parametrize("second", ["beta", "aaa"])
def test_folding_into_a_second_file_does_not_bring_back_the_older_record(second, store):
    fold(store, "alpha", KEYS)
    write_anew(store, KEYS[:3])
    assert_newest(store.results, KEYS[:3])
    fold(store, second, KEYS)
    assert single_files(store) == []
    assert_newest(store.results, KEYS[:3])
    write_anew(store, KEYS[:2])
    fold(store, "alpha", KEYS)
    assert_newest(store.results, KEYS[:3])
    places = [set(file.places) for file in store.compact.refresh()]
    assert sum(map(len, places)) == len(set.union(*places)) == 12


def test_a_file_all_of_whose_rows_are_replaced_goes(store):
    fold(store, "alpha", KEYS[:3])
    write_anew(store, KEYS[:3])
    fold(store, "beta", KEYS)
    assert [file.file.name for file in store.compact.refresh()] == ["beta.parquet"]
    assert_newest(store.results, KEYS[:3])


def test_a_file_without_any_of_the_folded_cells_is_left_as_it_is(store):
    file = fold(store, "alpha", KEYS[:6]).file
    before = file.stat()
    fold(store, "beta", KEYS)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


ROWS_GO, FILE_GOES = 12, 3  # cells in the file of which three are folded into another one
STEPS = [
    *((ROWS_GO, "replace", count, when) for count in (1, 2) for when in ("before", "after")),
    *((ROWS_GO, "fsync", count, "after") for count in (3, 4, 5, 6)),
    *((FILE_GOES, "unlink", 3, when) for when in ("before", "after")),  # 1 and 2: temporary files
    *((count, "unlink", 4, "after") for count in (ROWS_GO, FILE_GOES)),
    (FILE_GOES, "fsync", 4, "after"),
]


@pytest.mark.parametrize(("earlier", "name", "count", "when"), STEPS)
def test_killed_while_older_rows_go_the_newest_counts(earlier, name, count, when, store):
    fold(store, "another", KEYS[:earlier])
    write_anew(store, KEYS[:3])
    command = [sys.executable, "-c", CRASH, str(store.results), name, str(count), when, *KEYS]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    assert_newest(store.results, KEYS[:3])
    fold(Store(store.results), "digits", KEYS)
    assert_newest(store.results, KEYS[:3])
    assert single_files(store) == []


def test_a_row_that_moves_between_listing_and_opening_is_found(store, monkeypatch):
    fold(store, "alpha", KEYS)
    opened = compact_files.CompactFile

    def fold_then_open(file):
        monkeypatch.setattr(compact_files, "CompactFile", opened)
        write_anew(store, KEYS[:3])
        fold(store, "beta", KEYS)
        return opened(file)

    monkeypatch.setattr(compact_files, "CompactFile", fold_then_open)
    assert Store(store.results).read(KEY) == newer_record(KEY)


def test_nothing_is_folded_beside_a_file_that_cannot_be_read(store):
    """What it holds is not known: mended later, it would bring older records back."""
    file = fold(store, "alpha", KEYS[:6]).file
    os.truncate(file, file.stat().st_size // 2)
    before = single_files(store)
    with pytest.raises(RequestError, match=r"alpha.parquet: not readable"):
        fold(store, "beta", KEYS)
    assert single_files(store) == before
    assert sorted(os.listdir(store.compact.folder)) == [".lock", "alpha.parquet"]


def test_a_damaged_row_group_of_another_file_is_named_and_the_newest_counts(store):
    file = fold(store, "alpha", KEYS).file
    content = bytearray(file.read_bytes())
    columns = pq.read_metadata(file).row_group(0)
    content[columns.column(3).data_page_offset + 200] ^= 0x55
    file.write_bytes(content)
    write_anew(store, KEYS[:3])
    with pytest.raises(RequestError, match=r"alpha.parquet: not readable"):
        fold(store, "beta", KEYS)
    fresh = Store(store.results)
    assert [fresh.read_whole(key)[0] for key in KEYS[:3]] == list(map(newer_record, KEYS[:3]))
    file.unlink()
    fold(store, "beta", KEYS)
    assert [fresh.read_whole(key)[0] for key in KEYS[:3]] == list(map(newer_record, KEYS[:3]))


def change_row(file, **changes):
    rows = [Row(**row) for row in pq.read_table(file).to_pylist()]
    with open(file, "wb") as out:
        write_rows(out, (row._replace(**changes) if row.key == KEY else row for row in rows))


@pytest.fixture
def twice(store, tmp_path):
    """One cell in two files, as after copying a file into the folder; gives the first of them."""
    first = fold(store, "alpha", [KEY]).file
    other = Store(tmp_path / "other")
    other.prepare()
    write_anew(other, [KEY])
    second = fold(other, "beta", [KEY]).file
    second.rename(first.with_name("beta.parquet"))
    return first


def test_of_two_rows_record_and_predictions_are_of_the_same(twice, store):
    record, arrays = store.read_whole(KEY)
    assert sha256(arrays["scores"]) == record["predictions"]["sha256"]
    assert sha256(store.predictions(KEY)["scores"]) == record["predictions"]["sha256"]
    assert store.read(KEY) == record


@pytest.mark.parametrize("damage", [b"{", b"[]", json.dumps(a_record(KEYS[1])).encode()])
def test_for_a_damaged_row_that_of_another_file_counts_for_both(damage, twice, store):
    change_row(twice, record=damage)
    record, arrays = store.read_whole(KEY)
    assert record == newer_record(KEY)
    assert arrays["labels"].tolist() == [7, 7, 7]
    assert store.predictions(KEY)["labels"].tolist() == [7, 7, 7]
    assert [name.partition(": ")[0] for name in store.damaged] == ["compact/alpha.parquet"]


def test_for_a_damaged_history_the_row_of_another_file_counts_for_all(twice, store):
    change_row(twice, history=b"[]")
    record, arrays = store.read_whole(KEY)
    assert record == store.read(KEY) == newer_record(KEY)
    assert arrays["labels"].tolist() == [7, 7, 7]


@pytest.mark.parametrize("folded", [False, True], ids=["single file", "row"])
def test_predictions_of_another_run_are_not_taken_for_those_of_the_record(folded, store):
    store.write(a_record(KEY), newer_predictions(KEY))
    if folded:
        fold(store, "alpha", [KEY])
    with pytest.raises(RequestError, match=rf"{KEY}.*: are not those of the record"):
        store.read_whole(KEY)
    record, arrays = store.read_whole(KEY, check=False)
    assert record == a_record(KEY)
    assert arrays["labels"].tolist() == [7, 7, 7]


HALF = {
    "labels": np.array([0, 1, 1], np.int16),
    "predicted": np.array([0, 1, 0], np.int16),
    "scores": np.zeros((3, 2), np.float32),
}


@pytest.mark.parametrize("without", ["labels", "predicted"])
def test_scores_of_half_precision_are_known_by_the_accuracy_of_the_classes(without, store):
    spoken_of = {"sha256": "of the scores before rounding", "precision": "half"}
    record = a_record(KEY, metrics={"accuracy": 2 / 3}, predictions=spoken_of)
    store.write(record, HALF)
    assert store.read_whole(KEY)[0] == record
    wrong = {name: array for name, array in HALF.items() if name != without}
    for arrays in (wrong, HALF | {"predicted": HALF["labels"]}, HALF | {"labels": np.arange(2)}):
        store.write(record, arrays)
        with pytest.raises(RequestError, match="are not those of the record"):
            store.read_whole(KEY)


def test_predictions_without_scores_are_not_those_of_the_record(store):
    store.write(a_record(KEY), {"labels": the_predictions(KEY)["labels"]})
    with pytest.raises(RequestError, match="are not those of the record"):
        store.read_whole(KEY)
