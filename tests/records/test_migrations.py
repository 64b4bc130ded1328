"""Records of earlier schema versions are read as today's; what is not known is not guessed."""

from __future__ import annotations

import json

import pytest

from benchmarks.grid.configs import PROJECT
from benchmarks.records import archive
from benchmarks.records.migrations import SCHEMA, STEPS, migrated
from benchmarks.records.store import Store

KEY = "a" * 64
FIRST = {
    "schema": 1,
    "key": KEY,
    "status": "done",
    "config": {"dataset": {"name": "digits01"}, "method": {"name": "mlp"}},
    "fingerprints": {},
    "metrics": {"accuracy": 1.0},
    "timing": {"total": 0.5},
    "provenance": {},
    "error": None,
}
FAILED = {
    **FIRST,
    "status": "failed",
    "metrics": {},
    "error": {"type": "ValueError", "message": "no", "log": []},
}


def test_every_earlier_version_has_its_step():
    assert list(STEPS) == list(range(1, SCHEMA))


def test_a_first_version_was_one_attempt():
    assert migrated(FIRST) == {**FIRST, "schema": 2, "attempt": 1}


def test_a_failure_of_the_first_version_lost_no_worker():
    assert migrated(FAILED)["error"] == {**FAILED["error"], "losses": 0}


def test_the_record_that_was_read_stays_as_it_was():
    before = json.dumps(FAILED)
    migrated(FAILED)
    assert json.dumps(FAILED) == before


def test_todays_records_are_not_touched():
    today = {**FIRST, "schema": SCHEMA, "attempt": 3}
    assert migrated(today) is today


def test_a_newer_version_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="made by a newer scarce; update"):
        migrated({**FIRST, "schema": SCHEMA + 1})


@pytest.mark.parametrize("version", [None, "1", 1.0, True, 0, -1])
def test_a_version_that_is_none_is_refused(version):
    with pytest.raises(ValueError, match="schema version"):
        migrated({**FIRST, "schema": version})


@pytest.mark.parametrize("record", [{}, [], None, 1, "text"])
def test_what_has_no_version_is_refused(record):
    with pytest.raises(ValueError, match="schema version"):
        migrated(record)


def test_single_files_of_the_first_version_are_read_as_todays(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    (store.folder / f"{KEY}.json").write_text(json.dumps(FAILED))
    assert store.read(KEY) == migrated(FAILED)
    assert store.damaged == []


def test_a_single_file_of_a_newer_version_is_named(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    (store.folder / f"{KEY}.json").write_text(json.dumps({**FIRST, "schema": SCHEMA + 1}))
    assert store.read(KEY) is None
    assert store.damaged == [
        f"{KEY}.json: schema version {SCHEMA + 1}: made by a newer scarce; update"
    ]


def test_published_records_of_the_first_version_are_read_as_todays():
    records = archive.read_records(PROJECT / "results" / "published" / "quickstart" / archive.FILE)
    assert {record["schema"] for record in records} == {SCHEMA}
    assert {record["attempt"] for record in records} == {1}
