"""Compacted records are the same records."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.grid.errors import RequestError
from benchmarks.records.compact_files import ROWS, Row, write_rows
from benchmarks.records.compaction import fold
from benchmarks.records.merging import Merging, merge_into
from benchmarks.records.store import Store
from tests.records.samples import (
    KEYS,
    a_failed_record,
    a_record,
    assert_all_is_there,
    edit_arrays,
    single_files,
    the_predictions,
    without_history,
)


def test_folded_records_are_read_as_before(store):
    folding = fold(store, "digits", KEYS)
    assert (folding.folded, folding.rows, folding.remaining.total()) == (12, 12, 0)
    assert single_files(store) == []
    assert_all_is_there(store.results)


def test_the_order_asked_for_holds_for_rows_and_single_files_alike(store):
    fold(store, "digits", KEYS[3:7])
    assert [record["key"] for record in store.read_all(KEYS)] == KEYS


def test_nothing_to_fold_writes_nothing(store):
    folding = fold(store, "digits", ["f" * 64])
    assert (folding.folded, folding.file.exists()) == (0, False)
    assert len(single_files(store)) == 12


def test_later_records_join_the_earlier_ones(store):
    fold(store, "digits", KEYS[:5])
    folding = fold(store, "digits", KEYS)
    assert (folding.folded, folding.rows) == (7, 12)
    assert_all_is_there(store.results)


def test_folding_twice_changes_nothing(compacted):
    (file,) = compacted.compact.folder.glob("*.parquet")
    before = file.read_bytes()
    assert fold(compacted, "digits", KEYS).folded == 0
    assert file.read_bytes() == before


def test_the_file_does_not_depend_on_the_way_there(store, tmp_path):
    at_once = Store(tmp_path / "other")
    merge_into(at_once, store.results)
    once = fold(at_once, "digits", KEYS).file.read_bytes()
    fold(store, "digits", KEYS[6:])
    assert fold(store, "digits", KEYS[:6]).file.read_bytes() == once


def test_a_cell_of_two_benchmarks_is_found_in_whichever_file(store):
    fold(store, "one", KEYS[:8])
    fold(store, "two", KEYS[4:])
    assert {f.file.name: len(f.places) for f in store.compact.refresh()} == {
        "one.parquet": 8,
        "two.parquet": 4,
    }
    assert_all_is_there(store.results)


def test_many_row_groups_are_read_like_one(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.compact.folder.mkdir()
    keys = sorted(f"{number:064}" for number in range(2 * ROWS + 1))
    rows = (
        Row(key, json.dumps(without_history(a_record(key))).encode(), b"{}", b"") for key in keys
    )
    with open(store.compact.folder / "digits.parquet", "wb") as out:
        write_rows(out, rows)
    assert pq.read_metadata(store.compact.folder / "digits.parquet").num_row_groups == 3
    assert [record["key"] for record in store.read_all(reversed(keys))] == keys[::-1]


def test_a_store_that_was_open_sees_the_records_move(store):
    other = Store(store.results)
    for part in (KEYS[:4], KEYS[4:8], KEYS):
        fold(store, "digits", part)
        assert len(other.read_all(KEYS)) == 12
        assert len(other.predictions(part[0])) == 2


def test_a_single_file_wins_over_a_row(compacted):
    again = a_record(KEYS[0], metrics={"accuracy": 0.25})
    arrays = {"labels": np.array([7], np.int16), "scores": np.ones((1, 2), np.float32)}
    compacted.write(again, arrays)
    assert compacted.read(KEYS[0]) == again
    assert compacted.predictions(KEYS[0])["labels"].tolist() == [7]
    assert fold(compacted, "digits", KEYS).folded == 1
    assert single_files(compacted) == []
    assert compacted.read(KEYS[0]) == again
    assert compacted.predictions(KEYS[0])["labels"].tolist() == [7]


def test_a_failed_single_file_over_a_row_is_what_counts_and_stays(compacted):
    compacted.write(a_failed_record(KEYS[0]), None)
    folding = fold(compacted, "digits", KEYS)
    assert (folding.folded, dict(folding.remaining)) == (0, {"failed": 1})
    assert compacted.read(KEYS[0])["status"] == "failed"


def test_a_failed_single_file_over_a_row_hides_its_predictions(compacted):
    compacted.write(a_failed_record(KEYS[0]), None)
    assert compacted.read_whole(KEYS[0]) == (a_failed_record(KEYS[0]), None)
    with pytest.raises(RequestError, match="there are none"):
        compacted.predictions(KEYS[0])


def test_numbers_of_a_history_that_are_none_survive(store):
    """They are no JSON: what writes only JSON would make null of them."""
    diverged = a_record(KEYS[0], history={"train_loss": [1e-7, math.inf, -math.inf, math.nan]})
    store.write(diverged, the_predictions(KEYS[0]))
    fold(store, "digits", KEYS)
    assert repr(store.read(KEYS[0])["history"]) == repr(diverged["history"])


def test_a_row_has_the_history_and_the_predictions_beside_the_record(store):
    file = fold(store, "digits", KEYS).file
    for key, row in zip(sorted(KEYS), pq.read_table(file).to_pylist(), strict=True):
        assert list(row) == ["key", "record", "history", "predictions"]
        assert json.loads(row["record"]) == without_history(a_record(key))
        assert json.loads(row["history"]) == a_record(key)["history"]
        with np.load(io.BytesIO(row["predictions"])) as arrays:
            assert arrays["scores"].tobytes() == the_predictions(key)["scores"].tobytes()


def test_what_cannot_be_folded_stays_and_is_told_by_reason(store):
    store.write(a_failed_record(KEYS[0]), None)
    (store.folder / f"{KEYS[1]}.json").write_text("{")
    edit_arrays(store, KEYS[2], lambda arrays: None)
    edit_arrays(store, KEYS[3], lambda arrays: arrays[:-30])
    file = store.folder / f"{KEYS[4]}.json"
    file.write_text(file.read_text().replace('"arrays": "', '"arrays": "no base64'))
    (store.folder / f"{KEYS[5]}.json").unlink()
    (store.folder / f"{KEYS[5]}.json").mkdir()
    before = single_files(store)
    folding = fold(store, "digits", KEYS)
    assert folding.folded == 6
    assert dict(folding.remaining) == {"failed": 1, "damaged": 5, "written anew meanwhile": 0}
    assert [name.partition(".json: ")[0] for name in folding.damaged] == sorted(KEYS[1:6])
    assert f"{KEYS[2]}.json: its predictions are missing" in folding.damaged
    assert f"{KEYS[3]}.json: its predictions are cut off" in folding.damaged
    assert f"{KEYS[5]}.json: Is a directory" in folding.damaged
    stay = set(KEYS[:6])
    assert single_files(store) == [name for name in before if name.partition(".")[0] in stay]


def test_records_of_the_first_schema_version_are_folded_as_they_are(store):
    file = store.folder / f"{KEYS[0]}.json"
    document = {k: v for k, v in json.loads(file.read_text()).items() if k != "attempt"}
    file.write_text(json.dumps({**document, "schema": 1}))
    rows = pq.read_table(fold(store, "digits", KEYS).file).to_pylist()
    kept = json.loads(rows[sorted(KEYS).index(KEYS[0])]["record"])
    assert (kept["schema"], "attempt" in kept) == (1, False)
    assert_all_is_there(store.results)


def test_compacted_records_merge_elsewhere(compacted, tmp_path):
    other = Store(tmp_path / "other")
    assert merge_into(other, compacted.results) == Merging(12, 0)
    assert_all_is_there(other.results)
    assert merge_into(other, compacted.results) == Merging(0, 12)


def test_merging_into_compacted_records_takes_only_what_is_new(store, tmp_path):
    other = Store(tmp_path / "other")
    merge_into(other, store.results)
    fold(other, "digits", KEYS[:5])
    fold(store, "digits", KEYS)
    assert merge_into(other, store.results) == Merging(0, 12)


def test_a_benchmark_named_like_the_published_file_is_merged_once(store, tmp_path):
    fold(store, "records", KEYS)
    assert merge_into(Store(tmp_path / "other"), store.results) == Merging(12, 0)
