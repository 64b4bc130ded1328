"""A cell on several devices: none of its processes outlives its worker or its run."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.faults.program import Suite, gone, until, workers_of

TWO_DEVICES = (
    *("dataset=digits01", "dataset.train_size=80", "split_seed=0", "executor.workers=2"),
    *("method=mlp", "method.epochs=100000", "trainer.devices=2", "lost_workers=1"),
)


def processes_of_the_cell(process) -> list[psutil.Process]:
    return [child for worker in workers_of(process) for child in worker.children(recursive=True)]


@pytest.mark.parametrize("killed", ["the worker", "the run"])
def test_no_process_of_a_killed_cell_goes_on(killed, tmp_path):
    """They were once left training, with nobody to hear of it."""
    process = Suite(tmp_path).start("run", *TWO_DEVICES)
    until(lambda: len(processes_of_the_cell(process)) >= 2, process)
    started = processes_of_the_cell(process)
    if killed == "the run":
        process.kill()
    else:
        workers_of(process)[0].kill()
    assert gone(started, 15)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
