"""A stop while workers are still starting is as clean as one in the middle of the work."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from benchmarks.execution.leases import Leases
from tests.faults.program import DIGITS, Suite, end_of, gone, until, workers_of

GRID = (*DIGITS, "split_seed=range(40)", "executor.workers=2")
WORDS = (*GRID, "method=logistic")


def has_loaded(package: str, process) -> bool:
    return any(package in part.path for part in psutil.Process(process.pid).memory_maps())


@pytest.fixture
def suite(tmp_path) -> Suite:
    return Suite(tmp_path)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_while_the_program_itself_is_being_loaded(sent, suite):
    process = suite.start("run", *WORDS)
    until(lambda: has_loaded("numpy", process), process)
    process.send_signal(sent)
    ended = end_of(process)
    assert ended.code == 130, ended.out
    assert "Traceback" not in ended.out
    assert not suite.results.exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_while_workers_start(sent, suite):
    process = suite.start("run", *WORDS)
    until(lambda: workers_of(process), process)
    workers = workers_of(process)
    process.send_signal(sent)
    start = time.monotonic()
    ended = end_of(process)
    assert ended.code == 130, ended.out
    assert time.monotonic() - start < 10
    assert ended.out.count("Stopped.") == 1
    assert "Traceback" not in ended.out
    assert gone(workers, seconds=10)
    assert Leases(suite.results).running() == {}


def test_an_impatient_person_who_hits_ctrl_c_many_times(suite):
    """As a terminal does it, the signal reaches the workers, too; PyTorch is loaded in the run."""
    process = suite.start("run", *GRID, "method=leek_net", start_new_session=True)
    until(lambda: workers_of(process), process)
    workers = workers_of(process)
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    ended = end_of(process)
    assert ended.code == 130, ended.out
    assert "Traceback" not in ended.out
    assert gone(workers, seconds=10)
