"""Hands tasks to a pool until each has its record, whatever happens to the workers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from benchmarks.execution import logs
from benchmarks.execution.leases import Leases
from benchmarks.execution.pool import Pool, WorkerLost
from benchmarks.execution.work import Limits, Task, may_run_again
from benchmarks.execution.worker import TAKEN, Outcome, answers
from benchmarks.grid.errors import RequestError
from benchmarks.records import record
from benchmarks.records.store import Store

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BEFORE_ASKING_AGAIN = 1.0  # for a cell that somebody else is at

Finished = Callable[[Task, str, float | None], None]


def work_off(
    tasks: list[Task],
    pool: Pool,
    store: Store,
    limits: Limits,
    finished: Finished,
    look: Callable[[], None],
) -> None:
    """Run the tasks in their order; `finished(task, status, seconds)` hears of each, once.

    A task that somebody else is at is asked for again until its record is there, or its owner is
    gone; where that is the record of a lost worker, it may be run again here. `look` is called at
    least twice a second. Raises RequestError where a record cannot be written.
    """
    waiting, taken = deque(tasks), deque()
    while waiting or taken or pool.busy:
        while taken and taken[0][0] < time.monotonic():
            waiting.append(taken.popleft()[1])
        while waiting and pool.idle:
            pool.start(waiting.popleft())
        for task, ending in pool.wait(SECONDS_BETWEEN_LOOKS):
            task, status, seconds = _outcome(task, ending, store, limits)
            if status == TAKEN:
                taken.append((time.monotonic() + SECONDS_BEFORE_ASKING_AGAIN, task))
            else:
                finished(task, status, seconds)
        look()


def _outcome(
    task: Task, ending: Outcome | Exception, store: Store, limits: Limits
) -> tuple[Task, str, float | None]:
    """The status TAKEN where the task is to be asked for again."""
    if isinstance(ending, OSError):
        raise unwritable(store, ending) from ending
    if isinstance(ending, Exception):
        task, again = keep_lost(task, ending, store, limits)
        return task, TAKEN if again else "failed", None
    status, seconds = ending
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


def keep_lost(task: Task, error: Exception, store: Store, limits: Limits) -> tuple[Task, bool]:
    """Keep a `failed` record of a task that ended without one; the task, and if it runs again.

    Only a lost worker is no fault of the cell for sure, and it runs again as long as that happened
    seldom. Where somebody else took the cell over in the meantime nothing is kept, and it is asked
    for again.
    """
    key, lost = task.cell.key, isinstance(error, WorkerLost)
    try:
        with Leases(store.results).acquired(key) as lease:
            found = store.read(key)
            if lease is None or (found is not None and answers(found, task)):
                return task, True
            task = replace(task, attempt=task.attempt + 1, losses=task.losses + lost)
            said = logs.last_lines(logs.log_file(store.results, key))
            store.write(record.failed(task.cell, error, task.attempt, task.losses, said), None)
            return task, lost and task.losses < limits.lost_workers
    except OSError as full:
        raise unwritable(store, full) from full


def unwritable(store: Store, error: OSError) -> RequestError:
    reason = error.strerror or str(error)
    remedy = f"a record could not be written ({reason}); earlier ones are intact"
    return RequestError("results_dir", store.results, remedy)
