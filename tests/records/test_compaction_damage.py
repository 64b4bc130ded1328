"""Damaged or protected compact files are told by name, and nothing is folded over them."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.grid.errors import RequestError
from benchmarks.records.compact_files import SCHEMA, Row, write_rows
from benchmarks.records.compaction import fold
from benchmarks.records.store import Store
from tests.records.samples import (
    KEYS,
    a_record,
    assert_all_is_there,
    single_files,
    the_predictions,
    without_history,
)


def foreign(file):
    pq.write_table(pa.table({"x": [1]}), file)


def cut_off(file):
    os.truncate(file, file.stat().st_size // 2)


def out_of_order(file):
    rows = pq.read_table(file).to_pylist()[::-1]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), file)


def without_a_history_column(file):
    pq.write_table(pq.read_table(file).drop_columns("history"), file)


def a_folder(file):
    file.unlink()
    file.mkdir()


DAMAGES = {
    "foreign": foreign,
    "cut off": cut_off,
    "out of order": out_of_order,
    "without a history column": without_a_history_column,
    "a folder": a_folder,
    "empty": lambda file: file.write_bytes(b""),
    "no parquet": lambda file: file.write_bytes(b"PAR1 nothing of the kind PAR1"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_named_once_and_its_cells_are_missing(damage, store):
    fold(store, "digits", KEYS[:6])
    damage(store.compact.folder / "digits.parquet")
    fresh = Store(store.results)
    assert [record["key"] for record in fresh.read_all(KEYS)] == KEYS[6:]
    assert fresh.read(KEYS[0]) is None
    (named,) = fresh.damaged
    assert named.startswith("compact/digits.parquet: ")
    assert "\n" not in named


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_nothing_is_folded_over_a_damaged_file(damage, store):
    fold(store, "digits", KEYS[:6])
    damage(store.compact.folder / "digits.parquet")
    before = single_files(store)
    with pytest.raises(RequestError, match=r"digits.parquet: not readable"):
        fold(store, "digits", KEYS)
    assert single_files(store) == before
    assert sorted(os.listdir(store.compact.folder)) == [".lock", "digits.parquet"]


def test_every_flipped_byte_is_harmless_or_told(compacted):
    """Never another content: checksums stand on every page, and the keys are looked at."""
    file = compacted.compact.folder / "digits.parquet"
    whole, expected = file.read_bytes(), {key: a_record(key) for key in KEYS}
    for place in range(0, len(whole), max(1, len(whole) // 300)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        fresh = Store(compacted.results)
        records = fresh.read_all(KEYS)
        assert all(record == without_history(expected[record["key"]]) for record in records)
        assert len(records) == 12 or fresh.damaged
        each = [record for key in KEYS if (record := fresh.read(key))]
        assert all(record == expected[record["key"]] for record in each)
        assert len(each) == 12 or fresh.damaged


def rewrite(compacted, change):
    file = compacted.compact.folder / "digits.parquet"
    rows = [change(row) for row in pq.read_table(file).to_pylist()]
    with open(file, "wb") as out:
        write_rows(out, (Row(**row) for row in rows))


def test_a_row_with_broken_json_is_named_by_file_and_key(compacted):
    rewrite(compacted, lambda row: {**row, "record": b"{"} if row["key"] == KEYS[0] else row)
    assert [record["key"] for record in compacted.read_all(KEYS)] == KEYS[1:]
    (named,) = compacted.damaged
    assert named.startswith(f"compact/digits.parquet: {KEYS[0]}: ")


@pytest.mark.parametrize("history", [b"[]", b"null", b"{", b""])
def test_a_damaged_history_is_named_by_file_and_key_when_it_is_read(history, compacted):
    rewrite(compacted, lambda row: {**row, "history": history} if row["key"] == KEYS[0] else row)
    assert [record["key"] for record in compacted.read_all(KEYS)] == KEYS
    assert compacted.damaged == []
    assert compacted.read(KEYS[0]) is None
    assert compacted.read_whole(KEYS[0]) is None
    assert compacted.read(KEYS[1]) == a_record(KEYS[1])
    (named,) = compacted.damaged
    assert named.startswith(f"compact/digits.parquet: {KEYS[0]}: ")


def test_a_damaged_row_is_healed_by_its_cell_run_again(compacted):
    rewrite(compacted, lambda row: {**row, "record": b"{"} if row["key"] == KEYS[0] else row)
    compacted.write(a_record(KEYS[0]), the_predictions(KEYS[0]))
    assert_all_is_there(compacted.results)
    fold(compacted, "digits", KEYS)
    assert_all_is_there(compacted.results)


def test_damaged_predictions_of_a_row_are_told_by_file_and_key(compacted):
    rewrite(compacted, lambda row: {**row, "predictions": row["predictions"][:-9]})
    for read in (compacted.predictions, compacted.read_whole):
        with pytest.raises(RequestError, match=rf"digits.parquet:{KEYS[0]}: not readable"):
            read(KEYS[0])


def test_a_file_in_the_place_of_the_folder_is_named(store):
    store.compact.folder.write_text("no folder")
    assert store.read("f" * 64) is None
    assert store.damaged == ["compact/compact: Not a directory"]
    with pytest.raises(RequestError, match="results_dir"):
        fold(store, "digits", KEYS)
    assert len(single_files(store)) == 12


@contextmanager
def without_privileges():
    """The rights of an ordinary user, who may not do everything: tests may run as root."""
    before = os.geteuid()
    os.seteuid(before or 65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def protected(store):
    """A copy of the store that others may look into and nobody may write to."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        shutil.copytree(store.results, results)
        for place in (Path(folder), results, results / "records"):
            place.chmod(0o555)
        yield Store(results)
        for place in (Path(folder), results, results / "records"):
            place.chmod(0o755)


def test_a_write_protected_store_is_told_and_intact(protected):
    with without_privileges(), pytest.raises(RequestError, match=r"cannot be written .Permission"):
        fold(protected, "digits", KEYS)
    assert_all_is_there(protected.results)


def test_a_write_protected_compacted_store_can_be_read(protected):
    protected.folder.chmod(0o755)
    fold(protected, "digits", KEYS)
    protected.folder.chmod(0o555)
    with without_privileges():
        assert_all_is_there(protected.results)


def test_files_without_permission_are_named(protected):
    (protected.folder / f"{KEYS[0]}.json").chmod(0)
    with without_privileges():
        assert [record["key"] for record in protected.read_all(KEYS)] == KEYS[1:]
    assert protected.damaged == [f"{KEYS[0]}.json: Permission denied"]


def test_a_compact_file_without_permission_is_named(compacted):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(compacted.results, Path(folder) / "results")
        Path(folder).chmod(0o755)
        fresh = Store(Path(folder) / "results")
        (fresh.compact.folder / "digits.parquet").chmod(0)
        with without_privileges():
            assert fresh.read_all(KEYS) == []
    (named,) = fresh.damaged
    assert named.startswith("compact/digits.parquet: ")
    assert "Permission denied" in named


def test_a_folder_that_cannot_be_listed_is_not_called_one_that_cannot_be_written(protected):
    protected.folder.chmod(0o333)
    with (
        without_privileges(),
        pytest.raises(RequestError, match=r"records: cannot be read .Permission denied"),
    ):
        fold(protected, "digits", KEYS)
    protected.folder.chmod(0o755)
    assert_all_is_there(protected.results)


def test_a_file_of_another_benchmark_without_permission_is_named_as_unreadable(protected):
    protected.folder.chmod(0o777)
    fold(protected, "another", KEYS[:6])
    protected.compact.folder.chmod(0o777)
    for file in (".lock", "another.parquet"):
        (protected.compact.folder / file).chmod(0o666 if file == ".lock" else 0)
    (protected.folder / ".lock").chmod(0o666)
    with without_privileges(), pytest.raises(RequestError, match=r"another.parquet: not readable"):
        fold(protected, "digits", KEYS)
    assert len(single_files(protected)) == 6
