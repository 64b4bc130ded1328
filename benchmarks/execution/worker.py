"""A warm worker process: threads pinned, libraries quiet, many cells one after another."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import threading
import time
import warnings
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path

from benchmarks.execution import logs
from benchmarks.execution.cell import describe, run_cell
from benchmarks.execution.leases import Leases
from benchmarks.execution.work import Task
from benchmarks.records.store import Record, Store

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
BEGUN = "begun"
TAKEN = "taken"  # somebody else is at it

# Status of the cell (or TAKEN), and the seconds it took here (None: its record is not from here).
Outcome = tuple[str, float | None]


def serve(connection: Connection, results: Path, environment: dict[str, str]) -> None:
    """Work off what comes through the pipe until the other end is closed or its process dies.

    Each task is answered by BEGUN and then by its outcome, or by the exception that prevents any.
    """
    os.setsid()  # Ctrl-C is the parent's business; all that is started here can be ended at once
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for warning in (signal.SIGUSR1, signal.SIGUSR2):  # of a Slurm job's end: its parent acts on it
        signal.signal(warning, signal.SIG_IGN)
    os.environ.update(environment)  # before anything looks for its devices
    faulthandler.enable(all_threads=False)
    _die_with_parent()
    silence()
    import datasets.module  # noqa: F401  (Lightning: seconds, once, and in no cell's timing)

    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(BEGUN)
        try:
            connection.send(work(task, results, capture=True))
        except Exception as error:  # a record that could not be written
            connection.send(error)


def work(task: Task, results: Path, capture: bool = False) -> Outcome:
    """Run one cell and keep its record, unless somebody else does or did."""
    store, key = Store(results), task.cell.key
    with Leases(results).acquired(key) as say:
        found = store.read(key)
        if found is not None and answers(found, task):
            return found["status"], None
        if say is None:
            return TAKEN, None
        start = time.perf_counter()
        pin_threads(task.cell.config["threads"])
        file = logs.log_file(results, key)
        with logs.cell_log(file, describe(task.cell), say, capture):
            record, predictions = run_cell(task.cell)
        record["attempt"] = task.attempt + 1
        if record["status"] == "failed":
            found = store.read(key)  # an owner that slept for long may have been followed
            if found is not None and answers(found, task):
                return found["status"], None
            record["error"]["log"] = [*logs.last_lines(file), *record["error"]["log"]]
        store.write(record, predictions)
        return record["status"], time.perf_counter() - start


def answers(found: Record, task: Task) -> bool:
    """Whether a record in the store is one that the task did not know of, made meanwhile."""
    return bool(found["status"] == "done" or found["attempt"] > task.attempt)


def silence() -> None:
    """Libraries report nothing about GPUs, tips or workers; real errors become failed records."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")


@lru_cache(maxsize=1)
def pin_threads(threads: int) -> None:
    """The same count for PyTorch and for the BLAS behind numpy and scikit-learn.

    The variables reach libraries that are loaded later, threadpoolctl those that already are.
    The cache remembers the last count only: nothing is done while it stays the same.
    """
    import torch
    from threadpoolctl import threadpool_limits

    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    torch.set_num_threads(threads)
    threadpool_limits(threads)


def _die_with_parent() -> None:
    """An orphan would go on for nobody, and hold its lease."""
    parent = parent_process()
    assert parent is not None  # a pool starts its workers

    def watch() -> None:
        wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
