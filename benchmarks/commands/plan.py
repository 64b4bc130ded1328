"""`scarce plan`: the cells by status, what is new, the time and the cost; nothing runs."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console

from benchmarks.commands.plan_view import TAKES_NONE, print_plan
from benchmarks.execution.estimate import Estimate, estimate, price_of
from benchmarks.execution.installed import can_train
from benchmarks.grid import data, tuning
from benchmarks.grid.configs import CONF, Configs, opened
from benchmarks.grid.plan import Cell, Plan
from benchmarks.grid.request import GROUPS, Request, parse_request, sets_values
from benchmarks.planning import planned_cells
from benchmarks.records import holdings
from benchmarks.records.store import Store
from benchmarks.running import Progression, check_cells, make_executor
from benchmarks.settings import Folders, folders
from benchmarks.tracking.choosing import make_tracker

BUILT = ("method", "backbone", "loss", "trainer", "augmentation", "resampling")


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Count the cells of a benchmark and foresee their run; nothing runs or is written."""
    request = parse_request(arguments.overrides)
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
        asked = _of_ones_own(planned, request, configs)
    if asked:
        _build(asked, console)
    make_tracker(planned.settings["logger"], folders(planned.settings).own)
    answer = _answer(planned)
    if arguments.json:
        print(json.dumps(answer))
    else:
        print_plan(answer, console)
    return 0


def _of_ones_own(planned: Plan, request: Request, configs: Configs) -> list[Cell]:
    """One cell of each kind that a request, or a file outside the suite, says something new of.

    The trials of a search are of one kind.
    """
    changed = sets_values(request)
    outside = {
        (group, name)
        for group in BUILT
        for name, file in configs.choices(group).items()
        if not file.is_relative_to(CONF)
    }
    if not changed and not outside:
        return []
    kinds: dict[str, Cell] = {}
    for cell in planned.cells:
        blocks = {group: cell.config[group] for group in BUILT if group in cell.config}
        chosen = [(g, part) for g, block in blocks.items() for part in block["name"].split("+")]
        if changed or not outside.isdisjoint(chosen):
            kind = chosen if tuning.is_trial(cell.config) else blocks
            kinds.setdefault(json.dumps([cell.config["dataset"]["name"], kind]), cell)
    return list(kinds.values())


def _build(cells: list[Cell], console: Console) -> None:
    """As a run would, before it begins, so that a plan refuses what a run would refuse. The suite's
    own files need no such check, which takes PyTorch's seconds: its tests build them all."""
    if can_train():
        check_cells(cells, here=False)
    else:
        told = "PyTorch is not installed here: values that only a run can check are not checked"
        console.print(told, highlight=False, soft_wrap=True)


def _answer(planned: Plan) -> dict[str, Any]:
    places = folders(planned.settings)
    store = Store(places.own)
    progress = Progression(planned, store)
    last_run = holdings.last_run_keys(places.own, planned.benchmark["name"])
    foreseen = _estimate(planned, progress, places, store, last_run or [])
    groups = {group: _count(planned, progress, group) for group in GROUPS}
    return {
        "benchmark": planned.benchmark["name"],
        "total": planned.total,
        **_count_with_undecided(planned, progress),
        "unavailable": len(planned.unavailable),
        "predicted_seconds_on_one_worker": foreseen.seconds,
        "methods": groups["method"],
        "groups": groups,
        "estimate": asdict(foreseen),
        "new": _new(planned, last_run),
        "damaged": progress.damaged,
        "notes": planned.notes,
        "data": data.summaries(cell.config["dataset"] for cell in planned.cells),
        "reasons": sorted({f"{cell.reason}. {cell.remedy}" for cell in planned.unavailable}),
    }


def _estimate(
    planned: Plan, progress: Progression, places: Folders, store: Store, last_run: list[str]
) -> Estimate:
    """Learned also from records of the last run that the plan no longer holds."""
    workers = getattr(make_executor(planned.settings["executor"]), "workers", 1)
    price = price_of(planned.settings)
    forecast = progress.forecast(places.published)
    for record in store.read_all([key for key in last_run if key not in progress.status]):
        if record["status"] == "done":
            forecast.learn(record["config"], record["timing"]["total"])
    pending = [cell.config for cell in progress.pending]
    return estimate([*pending, *planned.undecided], forecast, workers, price)


def _count_with_undecided(planned: Plan, progress: Progression) -> dict[str, int]:
    """Trials and cells that other trials are to decide on are pending, too."""
    return {**progress.count, "pending": progress.count["pending"] + len(planned.undecided)}


def _count(planned: Plan, progress: Progression, group: str) -> dict[str, dict[str, int]]:
    """By choice of a group, in the order of the grid: cells by status."""
    counts: dict[str, Counter[str]] = {}
    for config, status in _statuses(planned, progress):
        name = config[group]["name"] if config.get(group) else TAKES_NONE
        counts.setdefault(name, Counter())[status] += 1
    return {name: dict(count) for name, count in counts.items()}


def _statuses(planned: Plan, progress: Progression) -> Iterator[tuple[dict[str, Any], str]]:
    yield from ((cell.config, progress.status[cell.key]) for cell in planned.cells)
    yield from ((config, "pending") for config in planned.undecided)
    yield from ((missing.config, "unavailable") for missing in planned.unavailable)


def _new(planned: Plan, last_run: list[str] | None) -> dict[str, int | None]:
    """Of the plan's `cells`, those that the last run did not have, and what it had besides.

    `since_last_run` is None where there was no run yet.
    """
    now, before = {cell.key for cell in planned.cells}, set(last_run or [])
    new = None if last_run is None else len(now - before)
    return {"since_last_run": new, "cells": len(now), "gone": len(before - now)}
