"""A record is there whole or not at all."""

from __future__ import annotations

import os

import numpy as np
import pytest

from benchmarks.grid.store import SCHEMA, Store, write_atomically

KEY = "a" * 64
RECORD = {
    "schema": SCHEMA,
    "key": KEY,
    "status": "done",
    "config": {},
    "fingerprints": {},
    "metrics": {"accuracy": 1.0},
    "timing": {"total": 0.5},
    "provenance": {},
}
ARRAYS = {"labels": np.array([0, 1], np.int16), "scores": np.ones((2, 2), np.float32)}


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


def test_nothing_is_left_beside_the_files(store):
    store.write(RECORD, ARRAYS)
    assert sorted(file.name for file in store.folder.iterdir()) == [f"{KEY}.json", f"{KEY}.npz"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 99, "key": "x"}', "\x00\x00"])
def test_a_damaged_record_is_named_and_left_out(text, store):
    (store.folder / f"{KEY}.json").write_text(text)
    assert store.read(KEY) is None
    assert store.damaged[0].startswith(f"{KEY}.json")


@pytest.mark.parametrize("field", ["status", "config", "metrics", "timing", "provenance"])
def test_a_record_that_lacks_a_field_is_damaged(field, store):
    store.write({name: value for name, value in RECORD.items() if name != field}, ARRAYS)
    assert store.read(KEY) is None
    assert field in store.damaged[0]


def test_an_accuracy_that_is_not_a_number_is_damage(store):
    store.write({**RECORD, "metrics": {"accuracy": float("nan")}}, ARRAYS)
    assert store.read(KEY) is None


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
