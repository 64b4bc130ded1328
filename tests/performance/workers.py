"""What a warm worker adds to a cell beyond its training, and what a second worker is worth.

The same cells of the MLP (n = 80) are run by one warm worker and by two, in turn. What one worker
takes for a cell, less the training in its record, is data, test, record, lease, log and pipe.

    python -m tests.performance.workers [rounds]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.execution.dispatch import work_off
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.pool import Pool
from benchmarks.execution.work import Limits, Task, Work
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Store
from tests.performance.mlp_cell import plan_cells

CELLS = 16  # per round
OVERHEAD, THROUGHPUT = 0.060, 1.8


def main(rounds: int = 3) -> int:
    cells = plan_cells(CELLS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.prepare()
        with _pool(1, store) as one, _pool(2, store) as two:
            for pool in (one, two):
                _run(cells, pool, store)  # warms it up
            alone, training, together = [], [], []
            for _ in range(rounds):
                alone.append(_run(cells, one, store))
                training.append(_training(cells, store))
                together.append(_run(cells, two, store))
    return _report(cells[0], alone, training, together)


class _Deaf:
    """Shows nothing, so that nothing but the workers is measured."""

    def finished(self, *_: object) -> None: ...

    def show(self) -> None: ...


def _pool(workers: int, store: Store) -> Pool:
    return Pool([{}] * workers, store.results, Limits())


def _run(cells: list[Cell], pool: Pool, store: Store) -> float:
    """Seconds per cell, in a store emptied before."""
    for file in store.folder.iterdir():
        if file.is_file():
            file.unlink()
    tasks = [Task(cell) for cell in cells]
    start = time.perf_counter()
    work_off(tasks, pool, store, Work(tasks, Limits(), Forecast()), _Deaf())
    return (time.perf_counter() - start) / len(cells)


def _training(cells: list[Cell], store: Store) -> float:
    """Seconds of training per cell, from the records."""
    return statistics.mean(store.read(cell.key)["timing"]["train"] for cell in cells)


def _report(cell: Cell, alone: list[float], training: list[float], together: list[float]) -> int:
    added = [1000 * (whole - part) for whole, part in zip(alone, training, strict=True)]
    worth = [one / two for one, two in zip(alone, together, strict=True)]
    print(f"mlp cells on {cell.config['dataset']['name']}, n = 80, {len(alone)} rounds of {CELLS}")
    print(f"  training           {statistics.median(training):8.3f} s a cell")
    print(f"  a worker adds      {statistics.median(added):8.0f} ms (at most {1000 * OVERHEAD:g})")
    print(f"  lowest, highest    {min(added):8.0f} {max(added):.0f}")
    print(f"  two workers over one {statistics.median(worth):6.2f}    (at least {THROUGHPUT})")
    print(f"  lowest, highest    {min(worth):8.2f} {max(worth):.2f}")
    too_slow = statistics.median(added) > 1000 * OVERHEAD
    return int(too_slow or statistics.median(worth) < THROUGHPUT)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
