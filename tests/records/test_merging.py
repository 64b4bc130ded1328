"""Merging goes on past what is damaged, and beside runs that end."""

from __future__ import annotations

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.execution.leftovers import remove_leftovers
from benchmarks.grid.errors import RequestError
from benchmarks.records import archive, atomic
from benchmarks.records.merging import Merging, merge_into
from benchmarks.records.store import Store
from tests.records.samples import KEYS, a_record, sha256

ARRAYS = {
    "test_index": np.arange(2, dtype=np.int32),
    "labels": np.array([0, 1], np.int16),
    "predicted": np.array([0, 1], np.int16),
    "scores": np.eye(2, dtype=np.float32),
}
OF_ARRAYS = {"sha256": sha256(ARRAYS["scores"])}


@pytest.fixture
def elsewhere(tmp_path):
    """Three records in an archive."""
    store = Store(tmp_path / "elsewhere")
    store.prepare()
    for key in KEYS[:3]:
        store.write(a_record(key, predictions=OF_ARRAYS), ARRAYS)
    file = tmp_path / "archives" / "good" / archive.FILE
    file.parent.mkdir(parents=True)
    archive.write_archive(file, KEYS[:3], store)
    return file


@pytest.fixture
def own(tmp_path):
    return Store(tmp_path / "own")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("record", "{"),
        ("record", None),
        ("record", json.dumps(a_record(["no text"]))),
        ("history", "[]"),
        ("history", None),
        ("scores", b"odd"),
        ("predicted", b"12"),
    ],
)
def test_one_damaged_row_does_not_end_the_merge(column, value, elsewhere, own):
    rows = pq.read_table(elsewhere).to_pylist()
    rows[1][column] = value
    pq.write_table(pa.Table.from_pylist(rows), elsewhere)
    merging = merge_into(own, elsewhere)
    assert (merging.taken, len(own.keys())) == (2, 2)
    (named,) = merging.damaged
    assert named.startswith(f"{elsewhere}: row 1 holds")


def in_the_earlier_form(file):
    """The history in the record column, and none beside it."""
    rows = pq.read_table(file).to_pylist()
    for row in rows:
        whole = {**json.loads(row["record"]), "history": json.loads(row.pop("history"))}
        row["record"] = json.dumps(whole)
    pq.write_table(pa.Table.from_pylist(rows), file)


@pytest.mark.parametrize("change", [lambda file: None, in_the_earlier_form], ids=["now", "earlier"])
def test_what_is_merged_has_its_history_and_what_only_reads_records_has_none(
    change, elsewhere, own
):
    change(elsewhere)
    assert merge_into(own, elsewhere) == Merging(3, 0)
    for key in KEYS[:3]:
        assert own.read(key)["history"] == a_record(key)["history"]
    assert all("history" not in record for record in archive.read_records(elsewhere))


def test_an_archive_merged_and_written_again_is_the_same_to_the_byte(elsewhere, own, tmp_path):
    merge_into(own, elsewhere)
    archive.write_archive(tmp_path / "again", reversed(KEYS[:3]), own)
    assert (tmp_path / "again").read_bytes() == elsewhere.read_bytes()


def test_losses_that_are_no_numbers_travel(own, tmp_path):
    losses = [1.0, math.inf, -math.inf, math.nan]
    own.prepare()
    history = {"train_loss": losses}
    own.write(a_record(KEYS[0], history=history, predictions=OF_ARRAYS), ARRAYS)
    archive.write_archive(tmp_path / archive.FILE, KEYS[:1], own)
    other = Store(tmp_path / "other")
    merge_into(other, tmp_path / archive.FILE)
    assert repr(other.read(KEYS[0])["history"]) == repr({"train_loss": losses})


def test_a_record_that_is_gone_is_not_archived_as_less(own, tmp_path):
    own.prepare()
    with pytest.raises(RequestError, match="removed or replaced meanwhile"):
        archive.write_archive(tmp_path / archive.FILE, KEYS[:1], own)
    assert not (tmp_path / archive.FILE).exists()


def test_one_damaged_archive_does_not_end_the_merge(elsewhere, own):
    for name in ("a", "z"):
        other = elsewhere.parents[1] / name / archive.FILE
        other.parent.mkdir()
        other.write_bytes(elsewhere.read_bytes()[:-50])
    merging = merge_into(own, elsewhere.parents[1])
    assert merging.taken == 3
    assert [name.partition("/records.parquet: not")[0][-1] for name in merging.damaged] == [*"az"]


def test_the_one_file_asked_for_is_refused_where_it_is_no_archive(elsewhere, own):
    elsewhere.write_bytes(b"no archive")
    with pytest.raises(RequestError, match="not a readable file of records"):
        merge_into(own, elsewhere)


def test_a_run_that_ends_and_sweeps_temporary_files_does_not_end_the_merge(
    elsewhere, own, monkeypatch
):
    sweeps, sync = [], atomic.sync_file

    def sync_while_a_run_ends(out):
        sync(out)
        if len(sweeps) < 2:
            sweeps.append(out.name)
            remove_leftovers(own)

    monkeypatch.setattr(atomic, "sync_file", sync_while_a_run_ends)
    assert merge_into(own, elsewhere) == Merging(3, 0)
    assert len(sweeps) == 2
    assert Store(own.results).keys() == sorted(KEYS[:3])
    assert [file.name for file in own.folder.glob(".*.tmp")] == []
