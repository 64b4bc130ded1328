"""The signal before the end of a Slurm job reaches all its processes; only the job acts on it."""

from __future__ import annotations

import signal
import time

from tests.faults.program import DIGITS, Suite, until, workers_of

LONG = ("method=mlp", "method.epochs=1000000", "split_seed=0", "executor.workers=1")


def test_a_worker_that_hears_it_goes_on(tmp_path):
    """It once ended the worker, which was then counted as lost."""
    suite = Suite(tmp_path)
    process = suite.start("run", *DIGITS, *LONG)
    logs = suite.results / "logs"
    until(lambda: any("epoch" in file.read_text() for file in logs.glob("*.log")), process)
    (worker,) = workers_of(process)
    worker.send_signal(signal.SIGUSR2)
    time.sleep(1)
    assert workers_of(process) == [worker]
    assert suite.records == {}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    process.communicate()
