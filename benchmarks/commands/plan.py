"""`scarce plan`: count the cells by status; nothing runs."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.commands.opening import planned_cells
from benchmarks.grid.configs import opened
from benchmarks.grid.executors.progress import duration
from benchmarks.grid.plan import Plan
from benchmarks.grid.request import parse_request
from benchmarks.grid.store import Store
from benchmarks.running import Progression, make_executor
from benchmarks.settings import Folders, folders


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Count the cells of a benchmark by status and by method; nothing runs or is written."""
    request = parse_request(arguments.overrides)
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
    places = folders(planned.settings)
    make_executor(planned.settings["executor"])
    progress = Progression(planned, Store(places.own))
    counts = _counts(planned, progress, places)
    if arguments.json:
        print(json.dumps(counts))
    else:
        _print_plan(counts, console)
    return 0


def _counts(planned: Plan, progress: Progression, places: Folders) -> dict[str, Any]:
    by_method: dict[str, Counter[str]] = {name: Counter() for name in planned.order("method")}
    for cell in planned.cells:
        by_method[cell.config["method"]["name"]][progress.status[cell.key]] += 1
    for missing in planned.unavailable:
        by_method[missing.config["method"]["name"]]["unavailable"] += 1
    return {
        "benchmark": planned.benchmark["name"],
        "total": len(planned.cells) + len(planned.unavailable),
        **progress.count,
        "unavailable": len(planned.unavailable),
        "predicted_seconds_on_one_worker": progress.predicted_seconds(places.published),
        "methods": {name: dict(count) for name, count in by_method.items()},
        "reasons": sorted({f"{cell.reason}. {cell.remedy}" for cell in planned.unavailable}),
    }


def _print_plan(counts: dict[str, Any], console: Console) -> None:
    statuses = ("done", "failed", "pending", "unavailable")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(counts["benchmark"])
    for status in statuses:
        table.add_column(status, justify="right")
    for name, count in counts["methods"].items():
        table.add_row(name, *(str(count.get(status, 0)) for status in statuses))
    table.add_row("[bold]all[/bold]", *(str(counts[status]) for status in statuses))
    console.print(table, highlight=False)
    for reason in counts["reasons"]:
        console.print(f"unavailable: {reason}", highlight=False, soft_wrap=True)
    seconds = counts["predicted_seconds_on_one_worker"]
    if seconds is None:
        console.print("No estimate of time yet: no record of some kinds of cell.")
    else:
        console.print(f"Predicted: {duration(seconds)} on one worker", highlight=False)
