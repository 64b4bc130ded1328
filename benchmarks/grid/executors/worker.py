"""A warm worker process: threads pinned, libraries quiet, many cells one after another."""

from __future__ import annotations

import logging
import os
import signal
import time
import warnings
from functools import lru_cache
from pathlib import Path

from benchmarks.grid.plan import Cell
from benchmarks.grid.store import Store

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def start_worker() -> None:
    """Import what every cell needs; Ctrl-C is the parent's business, which stops the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silence()
    import datasets.module  # noqa: F401  (Lightning: seconds, once, and in no cell's timing)


def silence() -> None:
    """Libraries report nothing about GPUs, tips or workers; real errors become failed records."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")


def work(cell: Cell, results: str) -> tuple[str, float]:
    """Run one cell and keep its record; returns its status and the seconds it took."""
    from benchmarks.grid.cell import run_cell

    start = time.perf_counter()
    pin_threads(cell.config["threads"])
    record, predictions = run_cell(cell)
    Store(Path(results)).write(record, predictions)
    return record["status"], time.perf_counter() - start


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
