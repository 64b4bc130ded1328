"""The local executor: a pool of warm worker processes, many cells each, longest first."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

from pebble import ProcessExpired, ProcessPool
from rich.console import Console

from benchmarks.grid import record
from benchmarks.grid.errors import RequestError
from benchmarks.grid.executors import worker
from benchmarks.grid.executors.progress import Progress
from benchmarks.grid.forecast import Forecast, kind
from benchmarks.grid.plan import Cell
from benchmarks.grid.store import Store

SECONDS_BETWEEN_LOOKS = 0.5
CELLS_AHEAD = 2  # per worker, so that none waits for the parent


class Local:
    """Without a number of workers, as many as this process may use processor cores."""

    def __init__(self, workers: int | None = None):
        if workers is None:
            workers = _usable_cores()
        if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
            raise RequestError(
                "executor.workers", workers, "give a whole number from 1 up, or null"
            )
        self.workers = workers

    def execute(
        self, cells: list[Cell], store: Store, forecast: Forecast, console: Console
    ) -> dict[str, int]:
        """Run all cells and count their statuses; on an interrupt, what is finished stays."""
        workers = min(self.workers, len(cells))
        waiting = deque(longest_first(cells, forecast))
        scheduled: dict[Future, Cell] = {}
        finished: SimpleQueue[Future] = SimpleQueue()
        with _pool(workers) as pool, Progress(console, cells, forecast, workers) as progress:
            while waiting or scheduled:
                while waiting and len(scheduled) < CELLS_AHEAD * workers:
                    cell = waiting.popleft()
                    future = pool.schedule(worker.work, [cell, str(store.results)])
                    scheduled[future] = cell
                    future.add_done_callback(finished.put)
                with suppress(Empty):
                    future = finished.get(timeout=SECONDS_BETWEEN_LOOKS)
                    cell = scheduled.pop(future)
                    progress.finished(cell, *_outcome(future, cell, store))
                progress.show([cell for future, cell in scheduled.items() if future.running()])
        return progress.count


def _usable_cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPool]:
    """A pool that is stopped at once, not drained, when anything interrupts the run."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(workers, initializer=worker.start_worker, context=context)
    try:
        yield pool
        pool.close()
    except BaseException:
        pool.stop()
        raise
    finally:
        pool.join()


def _outcome(future: Future, cell: Cell, store: Store) -> tuple[str, float | None]:
    """Status and seconds; a worker that died leaves a `failed` record for its cell only."""
    try:
        return future.result()
    except OSError as error:
        remedy = f"a record could not be written ({error.strerror}); earlier ones are intact"
        raise RequestError("results_dir", store.results, remedy) from error
    except ProcessExpired as error:
        store.write(record.failed(cell, error), None)
        return "failed", None


def longest_first(cells: list[Cell], forecast: Forecast) -> list[Cell]:
    """Longest first, so that no long cell is left alone at the end; unknown ones before all."""
    return sorted(cells, key=lambda cell: -(forecast.predict(kind(cell.config)) or float("inf")))
