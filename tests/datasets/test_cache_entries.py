import os
import subprocess
import sys
import time

import pytest

from datasets.cache_entries import made_once
from datasets.errors import DataUnavailable, WrongOption


@pytest.fixture(autouse=True)
def default_limit(monkeypatch):
    monkeypatch.delenv("SCARCE_CACHE_LIMIT", raising=False)


def fill(folder):
    (folder / "file").write_bytes(bytes(1000))


def age(entry, seconds):
    moment = time.time() - seconds
    os.utime(entry, (moment, moment))


HELD = """
import sys, pathlib
from datasets.cache_entries import made_once
made_once(pathlib.Path(sys.argv[1]), lambda folder: (folder / "file").write_bytes(bytes(1000)))
pathlib.Path(sys.argv[2]).touch()
sys.stdin.read()
"""


def unused_entry(folder, name, seconds):
    """An entry of a process that has ended."""
    (folder / name).mkdir(parents=True)
    fill(folder / name)
    age(folder / name, seconds)
    return folder / name


def test_entries_used_longest_ago_go_when_the_cache_exceeds_its_limit(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE_LIMIT", "0.0000025")  # 2500 bytes
    oldest = unused_entry(tmp_path, "oldest", 300)
    older = unused_entry(tmp_path, "older", 200)
    made_once(oldest, fill)  # used again
    made_once(tmp_path / "new", fill)
    assert sorted(entry.name for entry in tmp_path.glob("*/")) == ["new", "oldest"]
    assert not older.exists()


def test_an_entry_in_use_by_a_living_process_stays(tmp_path, monkeypatch):
    used, ready = tmp_path / "entries" / "used", tmp_path / "ready"
    holder = subprocess.Popen([sys.executable, "-c", HELD, used, ready], stdin=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        age(used, 300)
        monkeypatch.setenv("SCARCE_CACHE_LIMIT", "0")
        made_once(tmp_path / "entries" / "new", fill)
        assert used.is_dir()
    finally:
        holder.communicate()
    made_once(tmp_path / "entries" / "newer", fill)
    assert not used.exists()


@pytest.mark.parametrize("limit", ["", "much", "-1", "nan"])
def test_a_limit_that_is_no_number_is_refused(tmp_path, monkeypatch, limit):
    monkeypatch.setenv("SCARCE_CACHE_LIMIT", limit)
    with pytest.raises(WrongOption, match=f"SCARCE_CACHE_LIMIT={limit}: a number of gigabytes"):
        made_once(tmp_path / "entry", fill)


def test_what_a_killed_process_leaves_is_not_used(tmp_path):
    script = """
import os, sys, pathlib
from datasets.cache_entries import made_once
def make(folder):
    (folder / "half").touch()
    os._exit(1)
made_once(pathlib.Path(sys.argv[1]), make)
"""
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "entry"])
    assert done.returncode == 1
    assert not (tmp_path / "entry").exists()
    assert [f.name for f in made_once(tmp_path / "entry", fill).iterdir()] == ["file"]


def test_of_several_processes_one_makes_the_entry_and_the_others_wait(tmp_path):
    script = """
import os, sys, time, pathlib
from datasets.cache_entries import made_once
def make(folder):
    time.sleep(0.5)
    (folder / "by").write_text(str(os.getpid()))
print((made_once(pathlib.Path(sys.argv[1]), make) / "by").read_text())
"""
    command = [sys.executable, "-c", script, tmp_path / "entry"]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    makers = {process.communicate()[0] for process in several}
    assert len(makers) == 1


def test_an_error_while_making_leaves_nothing_behind(tmp_path):
    def fail(folder):
        fill(folder)
        raise WrongOption("field", 1, "remedy")

    with pytest.raises(WrongOption):
        made_once(tmp_path / "entry", fail)
    assert not list(tmp_path.glob("*/"))
    made_once(tmp_path / "entry", fill)


def test_a_cache_that_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataUnavailable, match=r"cannot be written .* SCARCE_CACHE"):
        made_once(tmp_path / "file" / "entry", fill)
