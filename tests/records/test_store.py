"""A record is there whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import os

import numpy as np
import pytest

from benchmarks.grid.errors import RequestError
from benchmarks.records import provenance
from benchmarks.records.atomic import is_temporary, temporary_name
from benchmarks.records.store import HANDFUL, SCHEMA, Store, write_atomically

KEY = "a" * 64
ARRAYS = {"labels": np.array([0, 1], np.int16), "scores": np.ones((2, 2), np.float32)}
RECORD = {
    "schema": SCHEMA,
    "key": KEY,
    "status": "done",
    "attempt": 1,
    "config": {"dataset": {"name": "digits01"}, "method": {"name": "mlp"}},
    "fingerprints": {},
    "metrics": {"accuracy": 1.0},
    "history": {},
    "timing": {"total": 0.5},
    "predictions": {"sha256": hashlib.sha256(ARRAYS["scores"].tobytes()).hexdigest()},
    "provenance": {},
}
FAILURE = {"type": "WorkerLost", "message": "no", "log": [], "losses": 1}
FAILED = {**RECORD, "status": "failed", "metrics": {}, "error": FAILURE}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "results")
    store.prepare()
    return store


def test_what_is_written_is_read_back(store):
    store.write(RECORD, ARRAYS)
    assert store.read(KEY) == RECORD
    assert store.damaged == []
    assert {name: array.tolist() for name, array in store.predictions(KEY).items()} == {
        "labels": [0, 1],
        "scores": [[1, 1], [1, 1]],
    }


def test_a_cell_is_one_file_and_nothing_is_left_beside_it(store):
    store.write(RECORD, ARRAYS)
    assert sorted(file.name for file in store.folder.iterdir()) == [".lock", f"{KEY}.json"]


def test_any_json_reader_of_python_reads_the_file_arrays_last(store):
    store.write({**RECORD, "history": {"train_loss": [math.nan]}}, ARRAYS)
    document = json.loads((store.folder / f"{KEY}.json").read_text())
    assert list(document)[-2:] == ["history", "arrays"]
    with np.load(io.BytesIO(base64.b64decode(document["arrays"]))) as arrays:
        assert arrays["labels"].tolist() == [0, 1]


def test_the_file_of_a_failed_cell_has_no_arrays(store):
    store.write(FAILED, None)
    assert json.loads((store.folder / f"{KEY}.json").read_text()) == FAILED
    assert store.read_whole(KEY) == (FAILED, None)
    with pytest.raises(RequestError, match=f"{KEY}.json: not readable .there are none"):
        store.predictions(KEY)


def test_the_record_and_its_predictions_are_read_together(store):
    assert store.read_whole(KEY) is None
    store.write(RECORD, ARRAYS)
    record, arrays = store.read_whole(KEY)
    assert record == RECORD
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "labels": [0, 1],
        "scores": [[1, 1], [1, 1]],
    }


DAMAGED = {
    "empty": b"",
    "cut off": b"{",
    "a list": b"[]",
    "a number": b"7",
    "not a number": b"NaN",
    "null": b"null",
    "zeros": bytes(100),
    "no text": b"\xff\xfe\x80",
    "another encoding": json.dumps(RECORD).encode("utf-16"),
    "deeply nested": b"[" * 200_000,
    "an error of a failed cell that is none": json.dumps(
        {**RECORD, "status": "failed", "error": None}
    ).encode(),
    "an accuracy beyond all numbers": json.dumps(
        {**RECORD, "metrics": {"accuracy": 10**400}}
    ).encode(),
    "an accuracy in words": json.dumps({**RECORD, "metrics": {"accuracy": "high"}}).encode(),
    "a method without a name": json.dumps({**RECORD, "config": {"method": {}}}).encode(),
    "of another cell": json.dumps({**RECORD, "key": "b" * 64}).encode(),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_named_and_left_out(content, store):
    store.write(RECORD, ARRAYS)
    (store.folder / f"{KEY}.json").write_bytes(content)
    assert store.read(KEY) is None
    (named,) = store.damaged
    assert named.startswith(f"{KEY}.json: ")
    assert "\n" not in named


@pytest.mark.parametrize("field", [name for name in RECORD if name not in ("key", "fingerprints")])
def test_a_record_that_lacks_a_field_is_damaged(field, store):
    store.write({name: value for name, value in RECORD.items() if name != field}, ARRAYS)
    assert store.read(KEY) is None
    assert field in store.damaged[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempt": 0},
        {"attempt": "1"},
        {"attempt": True},
        {"error": {name: value for name, value in FAILURE.items() if name != "losses"}},
        {"error": {**FAILURE, "losses": -1}},
        {"error": {**FAILURE, "losses": None}},
        {"error": {**FAILURE, "log": None}},
    ],
    ids=str,
)
def test_a_failed_record_without_losses_or_attempt_is_damaged_not_a_traceback(wrong, store):
    store.write(FAILED, None)
    assert store.read(KEY) == FAILED
    store.write({**FAILED, **wrong}, None)
    assert store.read(KEY) is None
    assert len(store.damaged) == 1


def test_a_damaged_record_read_again_is_noted_once(store):
    (store.folder / f"{KEY}.json").write_bytes(b"{")
    assert [store.read(KEY), store.read(KEY)] == [None, None]
    assert len(store.damaged) == 1


def test_temporary_names_of_equal_pids_on_two_hosts_do_not_clash(tmp_path):
    names = {temporary_name(tmp_path / "file").name for _ in range(9)}
    assert len(names) == 9
    assert all(is_temporary(name) for name in names)


def test_paths_are_left_out_for_a_user_without_a_home(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(provenance.Path, "home", homeless)
    assert provenance.without_paths(f"in {provenance.PROJECT}/models") == "in scarce/models"


def test_an_accuracy_that_is_not_a_number_is_damage(store):
    store.write({**RECORD, "metrics": {"accuracy": float("nan")}}, ARRAYS)
    assert store.read(KEY) is None


def as_text(record):
    """NaN is not equal to itself."""
    return json.dumps(record, sort_keys=True)


def test_a_loss_that_is_not_a_number_is_a_result(store):
    diverged = {**RECORD, "history": {"train_loss": [1.0, float("inf"), float("nan")]}}
    store.write(diverged, ARRAYS)
    assert as_text(store.read(KEY)) == as_text(diverged)


def test_a_folder_in_the_place_of_a_record_is_named(store):
    (store.folder / f"{KEY}.json").mkdir()
    assert store.read(KEY) is None
    assert store.damaged == [f"{KEY}.json: Is a directory"]


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file that fails to read")
def test_a_disk_that_fails_to_read_is_named_not_skipped(store):
    (store.folder / f"{KEY}.json").symlink_to("/proc/self/mem")
    assert store.read(KEY) is None
    assert store.damaged == [f"{KEY}.json: Input/output error"]


def edit(store, **changes):
    """Change what the file holds; what becomes `...` is taken out."""
    file = store.folder / f"{KEY}.json"
    document = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps({k: v for k, v in document.items() if v is not ...}))


@pytest.mark.parametrize("arrays", [..., None, ""], ids=str)
def test_a_record_without_its_predictions_is_damaged(arrays, store):
    store.write(RECORD, ARRAYS)
    edit(store, arrays=arrays)
    assert store.read(KEY) is None
    assert store.read_all([KEY]) == []
    assert store.read_whole(KEY) is None
    assert store.damaged == [f"{KEY}.json: its predictions are missing"]
    with pytest.raises(RequestError, match=f"{KEY}.json: not readable .its predictions are missi"):
        store.predictions(KEY)


def test_predictions_that_are_no_text_are_damage(store):
    store.write(RECORD, ARRAYS)
    edit(store, arrays=[1])
    assert store.read(KEY) is None
    assert store.damaged == [f"{KEY}.json: arrays is no text"]


@pytest.mark.parametrize("change", ["cut off", "a byte", "no archive", "no base64"])
def test_damaged_predictions_are_told_in_one_line(change, store):
    store.write(RECORD, ARRAYS)
    arrays = json.loads((store.folder / f"{KEY}.json").read_text())["arrays"]
    whole = base64.b64decode(arrays)
    middle = whole.index(b"NUMPY") if b"NUMPY" in whole else len(whole) // 3
    changed = {
        "cut off": base64.b64encode(whole[:-30]).decode(),
        "a byte": base64.b64encode(
            whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
        ).decode(),
        "no archive": base64.b64encode(b"nothing of the kind").decode(),
        "no base64": arrays[:-2],
    }[change]
    edit(store, arrays=changed)
    assert store.read(KEY) == RECORD
    for read in (store.predictions, store.read_whole):
        with pytest.raises(RequestError, match=f"{KEY}.json: not readable") as told:
            read(KEY)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize("others", [1, HANDFUL], ids=["a few", "many"])
def test_records_come_in_the_order_asked_for(others, store):
    keys = [letter * 64 for letter in "cab"]
    for key in keys:
        store.write({**RECORD, "key": key}, ARRAYS)
    missing = [f"{number:064}" for number in range(others)]
    assert [record["key"] for record in store.read_all([*keys, *missing])] == keys
    assert store.keys() == sorted(keys)


def test_of_many_records_the_histories_are_left_out(store):
    store.write(RECORD, ARRAYS)
    (record,) = store.read_all([KEY])
    assert {**record, "history": {}} == RECORD
    assert "history" not in record


@pytest.mark.parametrize("history", [None, [], 1])
def test_a_history_that_is_no_mapping_is_damage(history, store):
    store.write(RECORD, ARRAYS)
    edit(store, history=history)
    assert (store.read(KEY), store.read_all([KEY])) == (None, [])
    assert store.damaged == [f"{KEY}.json: history is no mapping"]


def test_a_folder_that_cannot_be_listed_is_read_file_by_file(store, monkeypatch):
    store.write(RECORD, ARRAYS)

    def denied(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", denied)
    missing = [f"{number:064}" for number in range(HANDFUL)]
    assert [record["key"] for record in store.read_all([*missing, KEY])] == [KEY]


def test_a_write_that_fails_leaves_the_earlier_content(tmp_path, monkeypatch):
    file = tmp_path / "file"
    write_atomically(file, b"earlier")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(file, b"later")
    assert file.read_bytes() == b"earlier"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
