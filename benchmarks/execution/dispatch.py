"""Hands tasks to a pool until each has its record, whatever happens to the workers."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import Protocol

from benchmarks import interrupts
from benchmarks.execution import logs
from benchmarks.execution.leases import Leases
from benchmarks.execution.pool import Ending, WorkerLost
from benchmarks.execution.work import Limits, Task, Work, may_run_again
from benchmarks.execution.worker import TAKEN, Outcome, answers
from benchmarks.grid.errors import RequestError
from benchmarks.records import record
from benchmarks.records.store import Store

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BEFORE_ASKING_AGAIN = 1.0  # for a cell that somebody else is at


class Listener(Protocol):
    """Hears how far a run has come, as `benchmarks.execution.progress.Progress` does."""

    def finished(self, task: Task, status: str, seconds: float | None) -> None:
        """Once of each task; without seconds its record was made by somebody else."""

    def left_out(self, task: Task) -> None:
        """Instead, of each for which the budget had no time."""

    def show(self) -> None:
        """At least twice a second."""


class Workers(Protocol):
    """What tasks are given to, such as a `benchmarks.execution.pool.Pool`."""

    @property
    def busy(self) -> list[Task]:
        """The tasks that are being worked on."""

    @property
    def idle(self) -> bool:
        """Whether there is a worker without a task."""

    def start(self, task: Task) -> None:
        """Give the task to an idle worker."""

    def wait(self, seconds: float) -> list[Ending]:
        """What ended, as soon as anything does or the seconds have passed."""

    def stop(self) -> list[Task]:
        """End the workers that are at a task, at once; those tasks, now without an outcome."""


def work_off(
    tasks: list[Task], pool: Workers, store: Store, work: Work, progress: Listener
) -> None:
    """Run the tasks, a part of the `work`, in their order.

    A task that somebody else is at is asked for again until its record is there, or its owner is
    gone; where that is the record of a lost worker, it may be run again here. A task for which the
    budget has no time is not begun, one that is running when it ends is stopped. Raises
    RequestError where a record cannot be written.
    """
    limits, budget = work.limits, work.budget
    waiting, lost = deque(tasks), Losses(store, limits)
    taken: deque[tuple[float, Task]] = deque()
    while waiting or taken or lost or pool.busy:
        while taken and taken[0][0] < time.monotonic():
            waiting.append(taken.popleft()[1])
        while waiting and pool.idle:
            task = waiting.popleft()
            if budget is None or budget.allows(task.cell.config):
                pool.start(task)
            else:
                progress.left_out(task)
        if budget is not None and budget.is_over:
            for task in pool.stop():
                progress.left_out(task)
        for task, ending in pool.wait(SECONDS_BETWEEN_LOOKS):
            if isinstance(ending, OSError):
                raise unwritable(store, ending) from ending
            if isinstance(ending, Exception):
                lost.add(task, ending)
                continue
            task, status, seconds = _outcome(task, ending, store, limits)
            if status == TAKEN:
                taken.append((time.monotonic() + SECONDS_BEFORE_ASKING_AGAIN, task))
            else:
                progress.finished(task, status, seconds)
        again, failed = lost.keep()
        waiting.extend(again)
        for task in failed:
            progress.finished(task, "failed", None)
        progress.show()
        interrupts.check()


def _outcome(
    task: Task, outcome: Outcome, store: Store, limits: Limits
) -> tuple[Task, str, float | None]:
    """The status TAKEN where the task is to be asked for again."""
    status, seconds = outcome
    if status == "failed" and seconds is None:
        return *made_elsewhere(task, store, limits), None
    return task, status, seconds


def made_elsewhere(task: Task, store: Store, limits: Limits) -> tuple[Task, str]:
    """The status of a record that somebody else made; TAKEN where the cell may run once more."""
    found = store.read(task.cell.key)
    if found is None:
        return task, TAKEN
    if may_run_again(found, limits):
        task = replace(task, attempt=found["attempt"], losses=found["error"]["losses"])
        return task, TAKEN
    return task, found["status"]


class Losses:
    """Tasks that ended without a record of their own, until a `failed` record is kept of each.

    That takes the lease of the cell, which a dead owner on another machine holds for a while.
    """

    def __init__(self, store: Store, limits: Limits):
        self.store, self.limits = store, limits
        self.left: list[tuple[Task, Exception]] = []

    def __bool__(self) -> bool:
        return bool(self.left)

    def add(self, task: Task, error: Exception) -> None:
        """The attempt counts, and the loss where a lost worker, and not the cell, is to blame."""
        losses = task.losses + isinstance(error, WorkerLost)
        self.left.append((replace(task, attempt=task.attempt + 1, losses=losses), error))

    def keep(self) -> tuple[list[Task], list[Task]]:
        """Keep what can be kept now: the tasks that run again, and those that have failed.

        Raises RequestError where a record cannot be written.
        """
        again: list[Task] = []
        failed: list[Task] = []
        waiting: list[tuple[Task, Exception]] = []
        for task, error in self.left:
            try:
                status = self._kept(task, error)
            except OSError as full:
                raise unwritable(self.store, full) from full
            if status == TAKEN:
                waiting.append((task, error))
            else:
                (failed if status == "failed" else again).append(task)
        self.left = waiting
        return again, failed

    def _kept(self, task: Task, error: Exception) -> str:
        """`failed`; TAKEN while somebody else has the cell; otherwise it is to run again."""
        key = task.cell.key
        with Leases(self.store.results).acquired(key) as lease:
            if lease is None:
                return TAKEN
            found = self.store.read(key)
            known = replace(task, attempt=task.attempt - 1)
            if found is not None and answers(found, known):
                return "answered"  # whoever runs it again will find that
            said = logs.last_lines(logs.log_file(self.store.results, key))
            kept = record.failed(task.cell, error, task.attempt, task.losses, said)
            self.store.write(kept, None)
            return "again" if may_run_again(kept, self.limits) else "failed"


def unwritable(store: Store, error: OSError) -> RequestError:
    reason = error.strerror or str(error)
    remedy = f"a record could not be written ({reason}); earlier ones are intact"
    return RequestError("results_dir", store.results, remedy)
