"""The local executor: worker processes on this machine, many cells each, longest first."""

from __future__ import annotations

import os

from rich.console import Console

from benchmarks.execution.devices import Needs, all_needs, by_needs, gpu_places, visible_gpus
from benchmarks.execution.dispatch import work_off
from benchmarks.execution.executors.options import require_whole_number
from benchmarks.execution.leases import Leases
from benchmarks.execution.pool import Pool
from benchmarks.execution.progress import Progress
from benchmarks.execution.work import Limits, Work
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Store


class Local:
    """Without a number of workers, as many as there are cores, or places on GPUs, for them."""

    here = True
    keeps_budget = True

    def __init__(self, workers: int | None = None, gpus: int | None = None, cells_per_gpu: int = 1):
        require_whole_number("workers", workers, or_null=True)
        require_whole_number("gpus", gpus, or_null=True)
        require_whole_number("cells_per_gpu", cells_per_gpu)
        self.workers = workers or usable_cores()
        self._limit, self._gpus, self._cells_per_gpu = workers, gpus, cells_per_gpu

    def check(self, cells: list[Cell], _: Limits) -> None:
        for needs in all_needs(cells):
            self._places(needs)

    def execute(self, work: Work, store: Store, console: Console) -> dict[str, int]:
        """Run all tasks and count their statuses; on an interrupt, what is finished stays."""
        with Progress(console, work, self.workers, Leases(store.results)) as progress:
            for needs, tasks in by_needs(work.in_order()).items():
                places = self._places(needs)[: len(tasks)]
                progress.workers = len(places)
                with Pool(places, store.results, work.limits) as pool:
                    work_off(tasks, pool, store, work, progress)
        return progress.count

    def _places(self, needs: Needs) -> list[dict[str, str]]:
        """The environment of each worker."""
        if needs.on_gpu:
            places = gpu_places(needs, visible_gpus(self._gpus), self._cells_per_gpu)
        else:
            places = [{}] * max(1, self.workers // needs.devices)
        return places[: self._limit]


def usable_cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
