"""A cell has one owner at a time; a dead one is found out and followed."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time

import psutil
import pytest

from benchmarks.execution.leases import EXPIRY, Leases, start_of, this_host

KEY = "a" * 64


@pytest.fixture
def leases(tmp_path) -> Leases:
    return Leases(tmp_path)


def left_behind(leases: Leases, pid: int, host: str, age: float = 0.0, number: int = 0) -> None:
    """The file of an owner that is not this test."""
    leases.folder.mkdir(exist_ok=True)
    file = leases.folder / f"{KEY}.{number}"
    started = start_of(pid) if psutil.pid_exists(pid) else 0.0
    owner = {"host": host, "pid": pid, "started": started, "since": 0.0, "says": ""}
    file.write_text(json.dumps(owner))
    os.utime(file, (time.time() - age, time.time() - age))


def is_free(leases: Leases) -> bool:
    with leases.acquired(KEY) as say:
        return say is not None


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_while_one_has_it_nobody_else_gets_it(leases):
    with leases.acquired(KEY) as mine:
        assert mine is not None
        assert not is_free(leases)
    assert is_free(leases)
    assert list(leases.folder.iterdir()) == []


def test_a_living_process_of_this_machine_keeps_it_however_long_it_is_silent(leases):
    left_behind(leases, os.getpid(), this_host(), age=10 * EXPIRY)
    assert not is_free(leases)


def test_a_dead_process_of_this_machine_is_followed_at_once(leases):
    left_behind(leases, dead_pid(), this_host())
    assert is_free(leases)
    assert list(leases.folder.iterdir()) == []


def test_another_process_with_the_number_of_a_dead_one_is_not_taken_for_it(leases):
    left_behind(leases, os.getpid(), this_host())
    file = leases.folder / f"{KEY}.0"
    owner = json.loads(file.read_text())
    file.write_text(json.dumps({**owner, "started": owner["started"] - 100}))
    assert is_free(leases)


@pytest.mark.parametrize(("age", "free"), [(0, False), (EXPIRY / 2, False), (2 * EXPIRY, True)])
def test_an_owner_on_another_machine_is_dead_when_it_has_been_silent_for_long(leases, age, free):
    left_behind(leases, 1, "another machine", age)
    assert is_free(leases) is free


def test_a_file_without_a_whole_text_is_judged_by_its_age(leases):
    leases.folder.mkdir()
    file = leases.folder / f"{KEY}.0"
    file.write_text('{"host": "h')
    assert not is_free(leases)
    os.utime(file, (time.time() - 2 * EXPIRY,) * 2)
    assert is_free(leases)


def test_who_followed_a_dead_owner_is_followed_too(leases):
    left_behind(leases, 1, "another machine", 2 * EXPIRY, number=0)
    left_behind(leases, dead_pid(), this_host(), number=1)
    with leases.acquired(KEY) as mine:
        assert mine is not None
        assert not is_free(leases)
    assert list(leases.folder.iterdir()) == []


def test_an_owner_that_was_thought_dead_leaves_its_follower_alone(leases):
    with leases.acquired(KEY):
        left_behind(leases, os.getpid(), this_host(), number=1)
    assert not is_free(leases)
    assert [file.name for file in leases.folder.iterdir()] == [f"{KEY}.1"]


def test_a_contender_that_gives_way_later_leaves_no_lease_behind(leases):
    """A release once kept its own file where a higher one was there for a moment."""
    with leases.acquired(KEY):
        left_behind(leases, os.getpid(), this_host(), number=1)
    (leases.folder / f"{KEY}.1").unlink()
    assert is_free(leases)


def test_a_clock_that_is_set_kills_nobody(leases, monkeypatch):
    """The start of a process was once told by the boot time, which moves with the clock."""
    with leases.acquired(KEY):
        monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: time.time() - 5)
        assert not is_free(leases)


def test_of_many_that_want_a_dead_owners_cell_at_once_one_gets_it(leases):
    for _ in range(20):
        left_behind(leases, 1, "another machine", 2 * EXPIRY)
        start, end = threading.Barrier(8), threading.Barrier(8)
        owners = []

        def want(start=start, end=end, owners=owners) -> None:
            start.wait()
            with leases.acquired(KEY) as say:
                if say is not None:
                    owners.append(threading.get_ident())
                end.wait()

        threads = [threading.Thread(target=want) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(owners) == 1


def test_the_owner_says_what_it_is_doing(leases):
    with leases.acquired(KEY) as say:
        say("epoch 3 of 200")
        for _ in range(50):
            if leases.running()[KEY].says:
                break
            time.sleep(0.1)
        assert leases.running()[KEY].says == "epoch 3 of 200"
        assert leases.running()[KEY].pid == os.getpid()
    assert leases.running() == {}


def test_long_words_in_any_script_do_not_break_the_file(leases):
    with leases.acquired(KEY) as say:
        say("é漢🙂" * 1000)
        time.sleep(1.5)
        assert leases.running()[KEY].says.startswith("é漢🙂")


def test_sweeping_removes_what_the_dead_left_and_nothing_else(leases):
    left_behind(leases, dead_pid(), this_host())
    with leases.acquired("b" * 64):
        leases.sweep()
        assert [file.name for file in leases.folder.iterdir()] == [f"{'b' * 64}.0"]


def _hold(folder, ready) -> None:
    with Leases(folder).acquired(KEY):
        ready.set()
        time.sleep(60)


def test_a_killed_owner_that_nobody_has_waited_for_yet_is_dead(leases, tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(30)
    assert not is_free(leases)
    os.kill(process.pid, 9)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert is_free(leases)
    process.join()
