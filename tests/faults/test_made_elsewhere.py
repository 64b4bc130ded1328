"""A worker lost by another run does not end this run's hope for the cell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmarks.execution.dispatch import made_elsewhere
from benchmarks.execution.work import Limits, Task
from benchmarks.execution.worker import TAKEN
from benchmarks.records.store import Store
from tests.tiny import ONE_CELL

LIMITS = Limits(lost_workers=3)


@pytest.fixture
def found(scarce, records) -> dict:
    """A failed record."""
    scarce("run", *ONE_CELL[:-2], "method.epochs=50", "split_seed=0", "method.optimizer.lr=1e30")
    (record,) = records().values()
    assert record["status"] == "failed"
    return record


@pytest.fixture
def elsewhere(found, results):
    """What comes of a task that was new when another run made such a record of its cell."""

    def answer(kind: str, losses: int) -> tuple[Task, str]:
        store = Store(results)
        error = {**found["error"], "type": kind, "losses": losses}
        store.write({**found, "attempt": losses or 1, "error": error}, None)
        return made_elsewhere(Task(SimpleNamespace(key=found["key"])), store, LIMITS)

    return answer


@pytest.mark.parametrize("losses", [1, 2])
def test_a_lost_worker_is_counted_and_the_cell_asked_for_again(losses, elsewhere):
    task, status = elsewhere("WorkerLost", losses)
    assert status == TAKEN
    assert (task.attempt, task.losses) == (losses, losses)


@pytest.mark.parametrize(
    ("kind", "losses"), [("WorkerLost", 3), ("Diverged", 0), ("TimeLimitExceeded", 1)]
)
def test_what_is_final_there_is_final_here(kind, losses, elsewhere):
    assert elsewhere(kind, losses)[1] == "failed"
