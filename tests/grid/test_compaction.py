"""Compacted records are the same records, and no crash, writer or second compaction loses one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.grid import compaction
from benchmarks.grid.compact_files import ROWS, SCHEMA, Row, write_rows
from benchmarks.grid.compaction import fold
from benchmarks.grid.errors import RequestError
from benchmarks.grid.merging import Merging, merge_into
from benchmarks.grid.store import Store
from tests.grid.test_store import RECORD

KEYS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(12)]


def a_record(key, **changes):
    return {**RECORD, "key": key, "history": {"train_loss": [0.1 + 0.2, 1e-7, 3.0]}, **changes}


def the_predictions(key):
    """Single precision with all its bits, among them those of no ordinary number."""
    bits = hashlib.sha256(key.encode()).digest()
    scores = np.frombuffer(bits + bytes.fromhex("000080ff0000c07f01000000"), np.float32)
    return {"labels": np.arange(11, dtype=np.int16), "scores": scores}


def a_failed_record(key):
    error = {"type": "ValueError", "message": "no", "log": [], "losses": 0}
    return {**RECORD, "key": key, "status": "failed", "metrics": {}, "error": error}


@pytest.fixture
def store(tmp_path):
    """Twelve finished records in single files."""
    store = Store(tmp_path / "results")
    store.prepare()
    for key in KEYS:
        store.write(a_record(key), the_predictions(key))
    return store


@pytest.fixture
def compacted(store):
    fold(store, "digits", KEYS)
    return Store(store.results)


def single_files(store):
    return sorted(file.name for file in store.folder.iterdir() if file.suffix in (".json", ".npz"))


def assert_all_is_there(results, keys=KEYS):
    """Every record and prediction, bit for bit, for somebody who looks for the first time."""
    store = Store(results)
    assert store.read_all(keys) == [a_record(key) for key in keys]
    assert [store.read(key) for key in keys] == [a_record(key) for key in keys]
    assert store.keys() == sorted(keys)
    assert store.damaged == []
    for key in keys:
        found = store.predictions(key)
        assert list(found) == ["labels", "scores"]
        for name, array in the_predictions(key).items():
            assert (found[name].dtype, found[name].tobytes()) == (array.dtype, array.tobytes())


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
    assert len(single_files(store)) == 24


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
    rows = (Row(key, json.dumps(a_record(key)).encode(), b"") for key in keys)
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


def test_predictions_without_their_record_do_not_count(compacted):
    (compacted.folder / f"{KEYS[0]}.npz").write_bytes(b"of a writer that was killed")
    assert_all_is_there(compacted.results)


def test_what_cannot_be_folded_stays_and_is_told_by_reason(store):
    store.write(a_failed_record(KEYS[0]), None)
    (store.folder / f"{KEYS[1]}.json").write_text("{")
    (store.folder / f"{KEYS[2]}.npz").unlink()
    (store.folder / f"{KEYS[3]}.npz").write_bytes(b"cut off")
    before = single_files(store)
    folding = fold(store, "digits", KEYS)
    assert folding.folded == 8
    assert dict(folding.remaining) == {"failed": 1, "damaged": 3, "written anew meanwhile": 0}
    assert [name.partition(".json: ")[0] for name in folding.damaged] == sorted(KEYS[1:4])
    stay = set(KEYS[:4])
    assert single_files(store) == [name for name in before if name.partition(".")[0] in stay]


def test_records_of_the_first_schema_version_are_folded_as_they_are(store):
    first = {name: value for name, value in a_record(KEYS[0]).items() if name != "attempt"}
    text = json.dumps({**first, "schema": 1})
    (store.folder / f"{KEYS[0]}.json").write_text(text)
    file = fold(store, "digits", KEYS).file
    assert pq.read_table(file).to_pylist()[sorted(KEYS).index(KEYS[0])]["record"] == text.encode()
    assert store.read(KEYS[0])["attempt"] == 1


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


CRASH = """
import os, signal, sys
from pathlib import Path
from benchmarks.grid import compaction
from benchmarks.grid.store import Store

results, name, count, when, *keys = sys.argv[1:]
real, calls = getattr(os, name), 0

def call_or_die(*arguments, **options):
    global calls
    calls += 1
    if calls == int(count) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        return real(*arguments, **options)
    finally:
        if calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)

compaction.THREADS = 1
setattr(os, name, call_or_die)
compaction.fold(Store(Path(results)), "digits", keys)
"""
STEPS = [
    *((name, 1, when) for name in ("replace", "fsync") for when in ("before", "after")),
    *(("fsync", count, "after") for count in (2, 3)),
    *(("unlink", count, "after") for count in (2, 3, 4, 5, 9, 15, 16)),  # 3: the first record
]


@pytest.mark.parametrize("earlier", [0, 5], ids=["first file", "file there"])
@pytest.mark.parametrize(("name", "count", "when"), STEPS)
def test_killed_at_any_step_every_record_is_still_there(name, count, when, earlier, store):
    fold(store, "digits", KEYS[:earlier])
    command = [sys.executable, "-c", CRASH, str(store.results), name, str(count), when, *KEYS]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    assert_all_is_there(store.results)
    fold(Store(store.results), "digits", KEYS)
    assert_all_is_there(store.results)
    assert single_files(store) == []
    assert [f.name for f in store.compact.folder.iterdir() if f.name != ".lock"] == [
        "digits.parquet"
    ]


def test_a_power_cut_that_undoes_the_removal_of_one_file_loses_nothing(store):
    """File systems may keep removals in another order than they were asked for."""
    kept = {key: (store.folder / f"{key}.json").read_bytes() for key in KEYS}
    fold(store, "digits", KEYS)
    for key in KEYS[:3]:
        (store.folder / f"{key}.json").write_bytes(kept[key])
    assert_all_is_there(store.results)
    fold(store, "digits", KEYS)
    assert single_files(store) == []
    assert_all_is_there(store.results)


def test_temporary_files_of_writers_that_are_gone_are_removed(store):
    old, young = (store.folder / f".{KEYS[0]}.json.{number}.tmp" for number in (1, 2))
    for file in (old, young):
        file.write_text("half")
    os.utime(old, (0, time.time() - compaction.FORGOTTEN - 1))
    fold(store, "digits", [])
    assert (old.exists(), young.exists()) == (False, True)


def test_a_record_written_anew_meanwhile_stays_and_counts(store, monkeypatch):
    again = a_record(KEYS[0], metrics={"accuracy": 0.25})
    write_file = compaction._write

    def write_file_while_a_run_goes_on(*arguments):
        rows = write_file(*arguments)
        store.write(again, the_predictions(KEYS[0]))
        return rows

    monkeypatch.setattr(compaction, "_write", write_file_while_a_run_goes_on)
    folding = fold(store, "digits", KEYS)
    assert folding.remaining["written anew meanwhile"] == 1
    assert single_files(store) == [f"{KEYS[0]}.json", f"{KEYS[0]}.npz"]
    assert store.read(KEYS[0]) == again


COMPACT = """
import sys
from pathlib import Path
from benchmarks.grid.compaction import fold
from benchmarks.grid.store import Store
results, name, *keys = sys.argv[1:]
fold(Store(Path(results)), name, keys)
"""


def test_compactions_beside_a_writer_and_each_other_lose_nothing(store):
    """Two processes fold, again and again, what a third party keeps writing."""
    expected = {key: a_record(key) for key in KEYS}
    for round_ in range(2):
        names = ["digits", "digits", "others"]
        commands = [[sys.executable, "-c", COMPACT, str(store.results), n, *KEYS] for n in names]
        folding = [subprocess.Popen(command) for command in commands]
        while any(process.poll() is None for process in folding):
            for key in KEYS[:4]:
                expected[key] = a_record(key, timing={"total": float(round_)})
                store.write(expected[key], the_predictions(key))
        assert [process.returncode for process in folding] == [0, 0, 0]
        assert_same_records(store, expected)
    fold(store, "digits", KEYS)
    assert_same_records(store, expected)


def assert_same_records(store, expected):
    fresh = Store(store.results)
    assert fresh.read_all(KEYS) == [expected[key] for key in KEYS]
    assert all(len(fresh.predictions(key)["labels"]) == 11 for key in KEYS)
    assert fresh.damaged == []


def test_a_reader_never_misses_a_record_while_it_moves(store):
    stop, seen = threading.Event(), []

    def read_on():
        while not stop.is_set():
            reader = Store(store.results)
            seen.append((len(reader.read_all(KEYS)), reader.damaged))

    reading = threading.Thread(target=read_on)
    reading.start()
    for count in range(1, 13):
        fold(store, "digits", KEYS[:count])
    stop.set()
    reading.join()
    assert {count for count, _ in seen} == {12}
    assert [damaged for _, damaged in seen if damaged] == []


def test_a_lock_left_by_a_dead_process_holds_nobody_up(store):
    hold = "import os, sys; sys.path; from benchmarks.grid.atomic import locked; "
    hold += "from pathlib import Path; held = locked(Path(sys.argv[1]), True); held.__enter__(); "
    hold += "print('held', flush=True); import time; time.sleep(600)"
    store.compact.folder.mkdir()
    command = [sys.executable, "-c", hold, str(store.compact.folder / ".lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        folding = threading.Thread(target=fold, args=(store, "digits", KEYS))
        folding.start()
        folding.join(0.3)
        assert folding.is_alive()
        holder.kill()
        folding.join(20)
        assert not folding.is_alive()
    assert_all_is_there(store.results)


def foreign(file):
    pq.write_table(pa.table({"x": [1]}), file)


def cut_off(file):
    os.truncate(file, file.stat().st_size // 2)


def out_of_order(file):
    rows = pq.read_table(file).to_pylist()[::-1]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), file)


def a_folder(file):
    file.unlink()
    file.mkdir()


DAMAGES = {
    "foreign": foreign,
    "cut off": cut_off,
    "out of order": out_of_order,
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
        assert all(record == expected[record["key"]] for record in records)
        assert len(records) == 12 or fresh.damaged


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


def test_a_damaged_row_is_healed_by_its_cell_run_again(compacted):
    rewrite(compacted, lambda row: {**row, "record": b"{"} if row["key"] == KEYS[0] else row)
    compacted.write(a_record(KEYS[0]), the_predictions(KEYS[0]))
    assert_all_is_there(compacted.results)
    fold(compacted, "digits", KEYS)
    assert_all_is_there(compacted.results)


def test_damaged_predictions_of_a_row_are_told_by_file_and_key(compacted):
    rewrite(compacted, lambda row: {**row, "predictions": row["predictions"][:-9]})
    with pytest.raises(RequestError, match=rf"digits.parquet:{KEYS[0]}: not readable"):
        compacted.predictions(KEYS[0])


def test_a_file_in_the_place_of_the_folder_is_named(store):
    store.compact.folder.write_text("no folder")
    assert store.read("f" * 64) is None
    assert store.damaged == ["compact/compact: Not a directory"]
    with pytest.raises(RequestError, match="results_dir"):
        fold(store, "digits", KEYS)
    assert len(single_files(store)) == 24


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
