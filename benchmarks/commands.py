"""One function per command: what it reads, what it calls, what it prints."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks import answers, terminal
from benchmarks.evidence.consistency import refuse_mixed_configurations
from benchmarks.grid.configs import Configs, opened
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.executors.progress import duration
from benchmarks.grid.merging import merge_into
from benchmarks.grid.plan import Plan, compose_base, make_plan
from benchmarks.grid.request import Request, parse_request
from benchmarks.grid.store import Store
from benchmarks.running import Progression, compute, make_executor
from benchmarks.settings import Folders, folders

KINDS = {
    "datasets": "dataset",
    "methods": "method",
    "losses": "loss",
    "augmentations": "augmentation",
    "benchmarks": "benchmark",
    "claims": "claim",
}


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run a benchmark and answer; 1 where cells failed, else 0."""
    request = parse_request(arguments.overrides)
    with opened(list(request.folders)) as configs:
        planned = _planned(request, configs)
    places = folders(planned.settings)
    if arguments.multirun:
        from benchmarks.multirun import launch

        launch(arguments.overrides, places.own)
        planned.settings["retry"] = None  # the jobs have done that
    failed = compute(planned, console)
    with opened(list(request.folders)) as configs:
        answers.answer_last_run(planned.benchmark["name"], places, configs, console)
    return 1 if failed else 0


def plan(arguments: argparse.Namespace, console: Console) -> int:
    """Count the cells of a benchmark by status and by method; nothing runs or is written."""
    request = parse_request(arguments.overrides)
    with opened(list(request.folders)) as configs:
        planned = _planned(request, configs)
    places = folders(planned.settings)
    make_executor(planned.settings["executor"])
    progress = Progression(planned, Store(places.own))
    counts = _counts(planned, progress, places)
    if arguments.json:
        print(json.dumps(counts))
    else:
        _print_plan(counts, console)
    return 0


def report(arguments: argparse.Namespace, console: Console) -> int:
    """Write tables, figure, verdicts and report again from the records of the benchmark."""
    with _opened(arguments) as (configs, benchmark, places):
        answers.answer_whole(benchmark, places, configs, console)
    return 0


def claims(arguments: argparse.Namespace, console: Console) -> int:
    """Print the verdict on every claim, from own results where there are any."""
    with _opened(arguments) as (configs, _, places):
        chosen = parse_request(arguments.overrides).benchmark
        verdicts = answers.all_verdicts(configs, places, chosen)
    if arguments.json:
        print(json.dumps({"claims": verdicts}))
    else:
        terminal.print_verdicts(verdicts, console)
    return 0


def publish(arguments: argparse.Namespace, console: Console) -> int:
    """Fold own records, tables, figure and report into results/published."""
    request = parse_request(arguments.overrides)
    if request.changes:
        remedy = "a benchmark is published as its file states it; leave this out"
        raise RequestError(*request.changes[0].split("=", 1), remedy)
    with opened(list(request.folders)) as configs:
        planned = make_plan(request, configs)
        folder = answers.publish(planned, folders(planned.settings), configs)
    console.print(f"Published: {folder}", soft_wrap=True, highlight=False)
    return 0


def merge(arguments: argparse.Namespace, console: Console) -> int:
    """Take records of another machine, or the published ones, into the own store."""
    with _opened(arguments) as (_, _, places):
        published = arguments.source == "published"
        source = places.published if published else Path(arguments.source).expanduser()
        taken, known = merge_into(Store(places.own), source)
    console.print(f"{taken} records taken, {known} were here already", highlight=False)
    return 0


def list_choices(arguments: argparse.Namespace, console: Console) -> int:
    """Print the choices of one kind, each with what its file says."""
    if arguments.kind not in KINDS:
        raise RequestError("KIND", arguments.kind, nearest(arguments.kind, KINDS))
    with _opened(arguments) as (configs, _, _):
        files = configs.choices(KINDS[arguments.kind])
    rows = [{"name": name, "says": _says(file)} for name, file in sorted(files.items())]
    if arguments.json:
        print(json.dumps({arguments.kind: rows}))
    else:
        table = Table(box=None, pad_edge=False, show_header=False)
        for row in rows:
            table.add_row(f"[bold]{row['name']}[/bold]", row["says"])
        console.print(table if rows else f"no {arguments.kind}")
    return 0


def _planned(request: Request, configs: Configs) -> Plan:
    """The plan, refused where two configurations would share one row of the table."""
    planned = make_plan(request, configs)
    refuse_mixed_configurations([{"config": cell.config} for cell in planned.cells])
    return planned


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[tuple[Configs, str, Folders]]:
    """For the commands that read: configurations, name of the benchmark, folders; no plan."""
    request = parse_request(arguments.overrides)
    if request.changes:
        remedy = f"{arguments.command} reads what was run; leave this out"
        raise RequestError(*request.changes[0].split("=", 1), remedy)
    with opened(list(request.folders)) as configs:
        base = compose_base(request, configs)
        yield configs, base["benchmark"]["name"], folders(base)


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


def _says(file: Path) -> str:
    try:
        content = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        return f"not valid YAML: {' '.join(str(error).split())}"
    if not isinstance(content, dict):
        return "not valid: expected fields such as name and says"
    return str(content.get("says") or content.get("sentence") or "")


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


COMMANDS = {
    "run": run,
    "plan": plan,
    "report": report,
    "claims": claims,
    "publish": publish,
    "merge": merge,
    "list": list_choices,
}
