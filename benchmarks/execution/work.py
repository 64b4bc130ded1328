"""What executors are given: cells to run, what is known of earlier attempts, and limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.execution.budget import Budget
from benchmarks.execution.forecast import Forecast, kind
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Record


@dataclass(frozen=True)
class Task:
    """A cell to run. `attempt` counts the attempts known of, `losses` the workers lost with it.

    A record of a later attempt is somebody else's answer to the same task.
    """

    cell: Cell
    attempt: int = 0
    losses: int = 0


@dataclass(frozen=True)
class Limits:
    """Per cell: seconds, megabytes of its worker, and how often its worker may be lost."""

    time: float | None = None
    memory: float | None = None
    lost_workers: int = 3


class Follower(Protocol):
    """Hears of each task that ended, in the process that hands them out."""

    def finished(self, task: Task, status: str, seconds: float | None) -> None:
        """Its record is there; without seconds and done, somebody else made it."""


@dataclass(frozen=True)
class Work:
    """The tasks of one run, in the order of the grid, and who hears of their ends."""

    tasks: list[Task]
    limits: Limits
    forecast: Forecast
    budget: Budget | None = None
    followers: Sequence[Follower] = ()

    def in_order(self) -> list[Task]:
        """What is to be begun first."""
        return self.round_by_round() if self.budget else self.longest_first()

    def round_by_round(self) -> list[Task]:
        """All methods on all folds of one cross-validation before any on the next, the largest
        train sizes first: whenever it ends, methods compare."""
        return sorted(self.tasks, key=_place_in_rounds)

    def longest_first(self) -> list[Task]:
        """So that no long cell is left alone at the end; those nothing is known of before all."""
        kinds = {kind(task.cell.config) for task in self.tasks}
        seconds = {kind: self.forecast.predict(kind) for kind in kinds}
        length = {kind: float("inf") if s is None else s for kind, s in seconds.items()}
        return sorted(self.tasks, key=lambda task: -length[kind(task.cell.config)])


def _place_in_rounds(task: Task) -> tuple[int, int, int]:
    dataset, seed = task.cell.config["dataset"], task.cell.config["split_seed"]
    return seed // dataset.get("folds", 1), -dataset["train_size"], seed


def limits_of(settings: dict[str, Any]) -> Limits:
    """From the settings `time_limit`, `memory_limit` and `lost_workers`; raises RequestError."""
    for name, unit in (("time_limit", "seconds"), ("memory_limit", "megabytes")):
        value = settings[name]
        if value is not None and not (_is_number(value) and value > 0):
            raise RequestError(name, value, f"give {unit} above 0, or null for no limit")
    lost = settings["lost_workers"]
    if not isinstance(lost, int) or isinstance(lost, bool) or lost < 1:
        raise RequestError("lost_workers", lost, "give a whole number from 1 up")
    return Limits(settings["time_limit"], settings["memory_limit"], lost)


def may_run_again(record: Record, limits: Limits) -> bool:
    """Whether a failed cell runs again without being asked for: its worker was lost, and seldom."""
    if record["status"] == "done" or record["error"]["type"] != "WorkerLost":
        return False
    return bool(record["error"]["losses"] < limits.lost_workers)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < float("inf")
