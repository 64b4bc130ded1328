"""Plan, check, and run what is missing; the records are the only outcome."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hydra.utils import get_method
from rich.console import Console

from benchmarks.grid import holdings, learners
from benchmarks.grid.errors import RequestError
from benchmarks.grid.forecast import Forecast, kind
from benchmarks.grid.plan import Cell, Plan
from benchmarks.grid.store import Record, Store


def compute(plan: Plan, console: Console) -> int:
    """Run the pending cells of a plan; returns how many cells of the plan are failed."""
    store = Store(results_folder(plan.settings))
    progress = Progression(plan, store)
    announce(plan, progress, console)
    if progress.pending:
        _check(progress.pending)
    store.prepare()
    failed = progress.count["failed"]
    if progress.pending:
        failed += _execute(plan, progress, store, console)["failed"]
    holdings.write_manifest(plan, store)
    return failed


class Progression:
    """How far a plan has come: status by cell, the records found, the cells still to run."""

    def __init__(self, plan: Plan, store: Store):
        retry = plan.settings["retry"]
        if retry not in (None, "failed"):
            raise RequestError("retry", retry, "give failed, or leave it out")
        self.records: list[Record] = store.read_all(cell.key for cell in plan.cells)
        self.status = {cell.key: "pending" for cell in plan.cells}
        self.status |= {r["key"]: r["status"] for r in self.records if r["status"] != retry}
        self.pending: list[Cell] = [c for c in plan.cells if self.status[c.key] == "pending"]
        statuses = list(self.status.values())
        self.count = {name: statuses.count(name) for name in ("done", "failed", "pending")}
        self.damaged = store.damaged

    def forecast(self, benchmark: str) -> Forecast:
        """Learned from the own records and, where a cell never ran here, from the published."""
        published = holdings.read_published(benchmark)
        return Forecast([*self.records, *(published.records if published else [])])

    def predicted_seconds(self, benchmark: str) -> float | None:
        """One worker's seconds for all pending cells; None where nothing is known of one."""
        forecast = self.forecast(benchmark)
        predicted = [forecast.predict(kind(cell.config)) for cell in self.pending]
        return None if None in predicted else sum(predicted)


def results_folder(settings: dict[str, Any]) -> Path:
    """Where own results lie; a relative path counts from the working directory."""
    chosen = settings["results_dir"]
    if chosen is None:
        return holdings.OWN
    if not isinstance(chosen, str) or not chosen:
        raise RequestError("results_dir", chosen, "give the path of a folder")
    return Path(chosen).expanduser().absolute()


def announce(plan: Plan, progress: Progression, console: Console) -> None:
    """What there is to do, what is damaged, what cannot be had."""
    total = len(plan.cells) + len(plan.unavailable)
    count = progress.count
    lines = [
        f"[bold]{plan.benchmark['name']}[/bold]: {total} cells: {count['done']} done, "
        f"{count['failed']} failed, {count['pending']} to run, {len(plan.unavailable)} unavailable"
    ]
    lines += [f"damaged record, its cell runs again: {name}" for name in progress.damaged]
    lines += dict.fromkeys(f"unavailable: {c.reason}. {c.remedy}" for c in plan.unavailable)
    if count["failed"]:
        lines.append("failed cells run again with retry=failed")
    if not progress.pending:
        lines.append("Nothing to train: every cell that can run has its record.")
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


def _check(pending: list[Cell]) -> None:
    """Build each distinct learner once, before anything is written."""
    blocks = ("method", *learners.SHARED)
    distinct = {json.dumps([c.config.get(name) for name in blocks]): c.config for c in pending}
    for config in distinct.values():
        learners.check_buildable(config)


def _execute(plan: Plan, progress: Progression, store: Store, console: Console) -> dict[str, int]:
    executor = dict(plan.settings["executor"])
    execute = get_method(executor.pop("_target_"))
    options = {name: value for name, value in executor.items() if name not in ("name", "says")}
    forecast = progress.forecast(plan.benchmark["name"])
    return execute(progress.pending, store, forecast, console, **options)
