"""Plan, check, and run what is missing; the records are the only outcome."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.utils import get_class
from rich.console import Console
from rich.markup import escape

from benchmarks.execution.budget import Budget, seconds_of
from benchmarks.execution.estimate import price_of
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.installed import require_training
from benchmarks.execution.leftovers import cleared
from benchmarks.execution.work import Follower, Task, Work, limits_of, may_run_again
from benchmarks.grid import data, fields, learners, resampling, stages, tuning
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.locating import why_not_there
from benchmarks.grid.plan import Cell, Plan
from benchmarks.records import holdings
from benchmarks.records.store import Record, Store
from benchmarks.settings import folders
from datasets.encoding import encoded_shape


def compute(plan: Plan, console: Console, followers: Sequence[Follower] = ()) -> int:
    """Run the pending cells of a plan; returns how many cells of the plan are failed.

    `followers` are told of each cell that ends. All that can be wrong with the request is found
    before anything is written.
    """
    places = folders(plan.settings)
    store = Store(places.own)
    progress = Progression(plan, store)
    executor = _checked_executor(plan, progress)
    store.prepare()
    _write_manifest(plan, store)
    announce(plan, progress, console)
    forecast = progress.forecast(places.published)
    budget = Budget(progress.budget, forecast) if progress.budget else None
    with cleared(store):
        _work_off(progress, forecast, budget, executor, console, followers)
        while _next_stage(plan, progress, budget):
            progress = Progression(plan, store)
            check_cells(progress.pending, executor.here)
            _write_manifest(plan, store)
            announce_stage(progress, console)
            _work_off(progress, forecast, budget, executor, console, followers)
    return Progression(plan, store).count["failed"]


def _work_off(
    progress: Progression,
    forecast: Forecast,
    budget: Budget | None,
    executor: Any,
    console: Console,
    followers: Sequence[Follower],
) -> None:
    if progress.pending:
        work = Work(progress.tasks(), progress.limits, forecast, budget, followers)
        executor.execute(work, progress.store, console)


def _next_stage(plan: Plan, progress: Progression, budget: Budget | None) -> bool:
    """Whether the trials that were run decided on further cells, and there is time for them."""
    plan.settings["retry"] = None  # what was asked for has run again
    return stages.extend(plan, progress.store.read_all) > 0 and not (budget and budget.is_over)


def check(plan: Plan, here: bool = True) -> None:
    """Raise RequestError for what `compute` would refuse.

    Where it is called elsewhere than `here`, what only the machine there can tell is left to it.
    """
    _checked_executor(plan, Progression(plan, Store(folders(plan.settings).own)), here)


def _checked_executor(plan: Plan, progress: Progression, here: bool = True) -> Any:
    executor = make_executor(plan.settings["executor"])
    if progress.budget and not getattr(executor, "keeps_budget", False):
        remedy = "this executor hands all cells over at once; use executor=local"
        raise RequestError("budget", plan.settings["budget"], remedy)
    check_cells(progress.pending, here and executor.here)
    if progress.pending and here:
        executor.check(progress.pending, progress.limits)
    return executor


def _write_manifest(plan: Plan, store: Store) -> None:
    try:
        holdings.write_manifest(plan, store)
    except OSError as error:
        raise store.not_writable(error) from error


class Progression:
    """How far a plan has come: status by cell, the records found, the cells still to run."""

    def __init__(self, plan: Plan, store: Store):
        retry = plan.settings["retry"]
        if retry not in (None, "failed"):
            raise RequestError("retry", retry, "give failed, or leave it out")
        self.benchmark = plan.benchmark["name"]
        self.store = store
        self.limits = limits_of(plan.settings)
        self.budget = seconds_of(plan.settings["budget"])
        price_of(plan.settings)  # refused here as in a plan, although it changes nothing of a run
        self.retry = retry
        self.records: list[Record] = store.read_all(cell.key for cell in plan.cells)
        self.status = {cell.key: "pending" for cell in plan.cells}
        self.status |= {r["key"]: r["status"] for r in self.records if not self._runs_again(r)}
        self.pending: list[Cell] = [c for c in plan.cells if self.status[c.key] == "pending"]
        statuses = list(self.status.values())
        self.count = {name: statuses.count(name) for name in ("done", "failed", "pending")}
        self.damaged = store.damaged

    def tasks(self) -> list[Task]:
        """The pending cells, with the attempts known of; a retry on request forgets the losses."""
        known = {record["key"]: record for record in self.records}
        return [self._task(cell, known.get(cell.key)) for cell in self.pending]

    def _task(self, cell: Cell, found: Record | None) -> Task:
        if found is None:
            return Task(cell)
        losses = 0 if self.retry else found["error"]["losses"]
        return Task(cell, found["attempt"], losses)

    def _runs_again(self, record: Record) -> bool:
        return record["status"] == self.retry or may_run_again(record, self.limits)

    def forecast(self, published: Path) -> Forecast:
        """Learned from the own records and, where a cell never ran here, from the published."""
        try:
            theirs = holdings.read_published(published, self.benchmark)
        except RequestError as error:
            print(f"damaged, no times learned from it: {error}", file=sys.stderr)
            theirs = None
        return Forecast(self.records, theirs.records if theirs else [])


def announce(plan: Plan, progress: Progression, console: Console) -> None:
    """What there is to do, what is damaged, what cannot be had."""
    count = progress.count
    later = f", {len(plan.undecided)} to be decided on" if plan.undecided else ""
    lines = [
        f"[bold]{plan.benchmark['name']}[/bold]: {plan.total} cells: {count['done']} done, "
        f"{count['failed']} failed, {count['pending']} to run{later}, "
        f"{len(plan.unavailable)} unavailable"
    ]
    lines += [escape(f"note: {note}") for note in plan.notes]
    lines += [f"damaged record, its cell runs again: {name}" for name in progress.damaged]
    lines += dict.fromkeys(f"unavailable: {c.reason}. {c.remedy}" for c in plan.unavailable)
    lines += [
        escape(line) for line in data.summaries(cell.config["dataset"] for cell in plan.cells)
    ]
    if count["failed"]:
        lines.append("failed cells run again with retry=failed")
    if not plan.cells:
        lines.append("Nothing can run: what its cells need cannot be had.")
    elif not progress.pending:
        lines.append("Nothing to train: every cell that can run has its record.")
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


def announce_stage(progress: Progression, console: Console) -> None:
    """What the trials so far have decided on."""
    trials = sum(tuning.is_trial(cell.config) for cell in progress.pending)
    chosen = len(progress.pending) - trials
    console.print(
        f"Decided by the trials so far: {trials} trials and {chosen} cells with chosen settings "
        "to run",
        highlight=False,
        soft_wrap=True,
    )


def check_cells(pending: list[Cell], here: bool) -> None:
    """Build each distinct learner once, for the inputs it is to learn from, and let what resamples
    see which labels it will have."""
    if pending:
        require_training()
    checked: set[str] = set()
    for cell in pending:
        samples = data.load(cell.config["dataset"])
        shape, classes = encoded_shape(samples), samples.classes
        case = _case(cell.config, shape, classes)
        if case not in checked:
            learned = data.learned_shape(cell.config, shape)
            learners.check_buildable(cell.config, learned, samples.class_names, here)
            checked.add(case)
        resampling.check(cell.config)


def _case(config: dict[str, Any], shape: tuple[int, ...], classes: int) -> str:
    """What is built once. The later trials of a search differ from its first in settings of the
    method alone: each of these is built with the first data that it meets, as there are thousands.
    """
    if config["protocol"].get("trial"):
        return json.dumps(config["method"])
    blocks = ("method", *learners.OPTIONAL)
    return json.dumps([*(config.get(name) for name in blocks), shape, classes])


def make_executor(block: dict[str, Any]) -> Any:
    """The executor of a configuration; raises RequestError for an option it does not take."""
    options = {k: v for k, v in block.items() if k not in ("_target_", "name", "says")}
    fields.require_target("executor", block)
    try:
        executor_class = get_class(block["_target_"])
    except Exception as error:
        told = why_not_there(block["_target_"])
        raise RequestError("executor._target_", block["_target_"], told) from error
    known = inspect.signature(executor_class).parameters
    for name, value in options.items():
        if name not in known:
            raise RequestError(f"executor.{name}", value, nearest(name, known))
    return executor_class(**options)
