"""`scarce publish`: own records and their report into results/published."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import answers, terminal
from benchmarks.commands.opening import refuse_changes
from benchmarks.evidence.illustrated import FOLDER
from benchmarks.evidence.overview import write_overview
from benchmarks.grid.configs import Configs, opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Plan
from benchmarks.grid.request import parse_request
from benchmarks.planning import planned_cells
from benchmarks.records import holdings
from benchmarks.records.holdings import Holding
from benchmarks.records.store import Record, Store
from benchmarks.settings import Folders, folders


@dataclass(frozen=True)
class Earlier:
    """What was published before and the own records do not replace, by key.

    `kept` are of cells of the plan, `dropped` of cells that are not in the grid any more.
    """

    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def told(self) -> list[str]:
        lines = []
        if self.kept:
            lines.append(f"{_published_before(self.kept)} kept")
        if self.dropped:
            why = "of cells that are not in the grid any more"
            lines.append(f"{_published_before(self.dropped)} dropped: {why}")
        return lines


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Fold own records, tables, figure and report into results/published."""
    request = parse_request(arguments.overrides)
    refuse_changes(request, "a benchmark is published as its file states it")
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
        places = folders(planned.settings, to_publish=True)
        folder, held, earlier = publish(planned, places, configs)
    terminal.print_notes(held.notes, held.unavailable, console)
    for line in earlier.told:
        console.print(line, soft_wrap=True, highlight=False)
    told = "" if places.figures else " (without figures; figures=all draws them)"
    console.print(f"Published: {folder}{told}", soft_wrap=True, highlight=False)
    return 0


def publish(plan: Plan, places: Folders, configs: Configs) -> tuple[Path, Holding, Earlier]:
    """Fold the own finished records of a plan, and their answer, into the published folder.

    What is published there already stays where the own records lack it. Returns that folder, what
    it holds now, which may be a part of the grid, and what was published before.
    """
    name, store = plan.benchmark["name"], Store(places.own)
    held = holdings.of_plan(plan, store)
    finished = replace(held, records=held.done)
    if not finished.records:
        raise RequestError("benchmark", name, f"no finished cells yet; scarce run benchmark={name}")
    folder = places.published / name
    if not places.figures and any(folder.glob(f"{FOLDER}/*")):
        remedy = "figures are published already and would be lost; leave it out"
        raise RequestError("figures", "none", remedy)
    earlier = _earlier(plan, finished, places)
    claims = answers.load_claims(configs)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        holdings.write_published(finished, store, folder, earlier.kept)
        written = holdings.read_published(places.published, name)
        published = answers.held_or_refused(name, written)
        answers.write_answer(folder, published, claims, places.figures)
        write_overview(places.published, claims)
    except OSError as error:
        remedy = f"cannot be written ({error.strerror}); name another folder"
        raise RequestError("published_dir", places.published, remedy) from error
    return folder, published, earlier


def _earlier(plan: Plan, finished: Holding, places: Folders) -> Earlier:
    """Damaged published records count for nothing where the own ones are all that there can be."""
    name = plan.benchmark["name"]
    try:
        before = holdings.read_published(places.published, name)
    except RequestError:
        if finished.partial:
            raise
        return Earlier()
    own = {record["key"] for record in finished.records}
    others = [record for record in before.done if record["key"] not in own] if before else []
    planned = {cell.key for cell in plan.cells}
    dropped = [record for record in others if record["key"] not in planned]
    _refuse_loss(plan, dropped)
    return Earlier(_keys(r for r in others if r["key"] in planned), _keys(dropped))


def _refuse_loss(plan: Plan, dropped: list[Record]) -> None:
    """Of cells without data here, or whose search is not over here, no key can be told: what is
    published of them would be dropped as if it were not in the grid."""
    without_data = _learners(cell.config for cell in plan.unavailable)
    lost = _lost(dropped, without_data)
    remedy = "their data are not here; get them, as `scarce plan` tells"
    if not lost and (lost := _lost(dropped, _learners(plan.undecided))):
        remedy = "their search is not over here; `scarce merge published` first"
    if lost:
        name = plan.benchmark["name"]
        why = f"{len(lost)} of the published records would be lost: {remedy}"
        raise RequestError("benchmark", name, f"{why}, or give another published_dir")


def _lost(dropped: list[Record], learners: set[tuple[str, str]]) -> list[Record]:
    return [record for record in dropped if _learners([record["config"]]) <= learners]


def _learners(configs: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(config["dataset"]["name"], config["method"]["name"]) for config in configs}


def _keys(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(record["key"] for record in records)


def _published_before(found: Sized) -> str:
    one = len(found) == 1
    return f"{len(found)} {'record that was' if one else 'records that were'} published before " + (
        "is" if one else "are"
    )
