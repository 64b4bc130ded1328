"""Ctrl-C and SIGTERM: a clean stop in seconds, finished cells kept, no process left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.slow
GRID = ("dataset=digits01", "method=leek_net", "split_seed=range(40)", "executor.workers=2")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_keeps_what_is_finished_and_the_same_command_goes_on(sent, scarce, results, records):
    command = [sys.executable, "-m", "benchmarks", "run", *GRID, f"results_dir={results}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    workers = wait_for_records(results, process)

    process.send_signal(sent)
    start = time.monotonic()
    output = process.communicate(timeout=30)[0]

    assert process.returncode == 130, output
    assert time.monotonic() - start < 10
    assert "Traceback" not in output
    assert "Stopped." in output
    assert still_alive(workers) == []
    finished = records()
    assert finished
    assert all(record["status"] == "done" for record in finished.values())
    plan = scarce("plan", "--json", *GRID).json
    assert plan["done"] == len(finished)
    assert plan["failed"] == 0
    assert scarce("report").code == 0, "what is finished can be reported at once"


def still_alive(workers) -> list[psutil.Process]:
    """Those that still run a few seconds later; an unreaped entry in the process table is dead."""
    _, left = psutil.wait_procs(workers, timeout=5)
    return [worker for worker in left if worker.status() != psutil.STATUS_ZOMBIE]


def wait_for_records(results, process) -> list[psutil.Process]:
    """Until the first cells are finished; returns the worker processes."""
    for _ in range(600):
        if len(list((results / "records").glob("*.json"))) >= 2:
            return psutil.Process(process.pid).children(recursive=True)
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    raise AssertionError("no record within a minute")
