"""The serial executor: every cell in this process, one after another; for debugging."""

from __future__ import annotations

import time
from collections import deque

from rich.console import Console

from benchmarks import interrupts
from benchmarks.execution import worker
from benchmarks.execution.dispatch import (
    SECONDS_BEFORE_ASKING_AGAIN,
    made_elsewhere,
    unwritable,
)
from benchmarks.execution.leases import Leases
from benchmarks.execution.progress import Progress
from benchmarks.execution.work import Limits, Work
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Store


class Serial:
    """No processes, no options: an exception or a breakpoint is where the cell is.

    A cell that is running when a budget ends goes on to its own end.
    """

    workers = 1
    here = True
    keeps_budget = True

    def check(self, _: list[Cell], limits: Limits) -> None:
        for name, value in (("time_limit", limits.time), ("memory_limit", limits.memory)):
            if value is not None:
                raise RequestError(name, value, "executor=serial cannot stop a cell; use local")

    def execute(self, work: Work, store: Store, console: Console) -> dict[str, int]:
        """Run all tasks in the order of the plan and count their statuses."""
        worker.silence()
        with Progress(console, work, 1, Leases(store.results)) as progress:
            waiting = deque(work.round_by_round() if work.budget else work.tasks)
            while waiting:
                task = waiting.popleft()
                progress.show()
                interrupts.check()
                if work.budget and not work.budget.allows(task.cell.config):
                    progress.left_out(task)
                    continue
                try:
                    status, seconds = worker.work(task, store.results)
                except OSError as error:
                    raise unwritable(store, error) from error
                if status == "failed" and seconds is None:
                    task, status = made_elsewhere(task, store, work.limits)
                if status == worker.TAKEN:
                    waiting.append(task)
                    time.sleep(SECONDS_BEFORE_ASKING_AGAIN / len(waiting))
                else:
                    progress.finished(task, status, seconds)
        return progress.count
