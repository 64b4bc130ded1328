"""No crash, writer, reader or second compaction loses a record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from benchmarks.records import compaction
from benchmarks.records import store as store_module
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

pytestmark = pytest.mark.slow
CRASH = """
import os, signal, sys
from pathlib import Path
from benchmarks.records import compaction
from benchmarks.records.store import Store

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
    *(("unlink", count, "after") for count in (2, 3, 4, 6, 9)),  # 3: the first record
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


def test_a_power_cut_that_undoes_removals_loses_nothing(store):
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
    assert single_files(store) == [f"{KEYS[0]}.json"]
    assert store.read(KEYS[0]) == again


COMPACT = """
import sys
from pathlib import Path
from benchmarks.records.compaction import fold
from benchmarks.records.store import Store
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
    assert [fresh.read(key) for key in KEYS] == [expected[key] for key in KEYS]
    assert fresh.read_all(KEYS) == [without_history(expected[key]) for key in KEYS]
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


def test_a_file_that_moves_between_listing_and_reading_is_found(store, monkeypatch):
    listed = os.listdir

    def list_then_fold(folder):
        names = listed(folder)
        monkeypatch.setattr(os, "listdir", listed)
        fold(Store(store.results), "digits", KEYS)
        return names

    monkeypatch.setattr(store_module, "HANDFUL", 3)
    monkeypatch.setattr(os, "listdir", list_then_fold)
    assert [record["key"] for record in store.read_all(KEYS)] == KEYS
    assert (single_files(store), store.damaged) == ([], [])


def test_a_lock_left_by_a_dead_process_holds_nobody_up(store):
    hold = "import os, sys; sys.path; from benchmarks.records.atomic import locked; "
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
