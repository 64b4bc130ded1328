"""`scarce verify`: some finished cells run again, and what became of them."""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from contextlib import nullcontext
from typing import Any

from rich.console import Console
from rich.text import Text

from benchmarks.commands.key import differences_table, plain
from benchmarks.commands.opening import refuse_changes
from benchmarks.execution import verification
from benchmarks.execution.cell import describe
from benchmarks.execution.progress import duration
from benchmarks.execution.verification import (
    CHANGED,
    IDENTICAL,
    STALE,
    UNAVAILABLE,
    WITHIN,
    Finding,
    Finished,
    Today,
    percent,
)
from benchmarks.grid import stages
from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import LIMITS
from benchmarks.grid.request import Request, parse_request
from benchmarks.planning import planned_cells
from benchmarks.records.store import Record
from benchmarks.settings import folders

CELLS = 5  # rerun where no number is given
DIGITS = 8  # shown of a key
OF_RUNS = ("executor", "retry", *LIMITS, "price_per_hour")  # settings without a meaning here
STYLES = {IDENTICAL: "green", WITHIN: "yellow", CHANGED: "bold red"}


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Rerun finished cells and compare; 1 where any has changed or none could be rerun, else 0."""
    count, key, request = _asked(arguments.overrides)
    with opened(list(request.folders)) as configs:
        plan = planned_cells(request, configs)
    places = folders(plan.settings)
    finished = verification.finished_records(plan, places.own, places.published)
    stages.extend(plan, verification.reader(finished))
    records = verification.only(finished.records, key) if key is not None else finished.records
    today = Today(plan)
    planned, gone = today.split(records)
    chosen = planned if count is None else verification.drawn(planned, count)
    _announce(plan.benchmark["name"], finished, chosen, count, console)
    rerun = _rerun(chosen, today, finished, console)
    _print_provenance(rerun, console)
    _print_gone(gone, console)
    counts = Counter(finding.status for finding in [*rerun, *gone])
    if arguments.json:
        name = plan.benchmark["name"]
        print(json.dumps(_document(name, finished.source, [*rerun, *gone], counts)))
    _print_counts(counts, console)
    return 1 if counts[CHANGED] or not rerun else 0


def _asked(words: list[str]) -> tuple[int | None, str | None, Request]:
    """How many cells (None: all), the prefix of one key, and the request for the benchmark."""
    given = {word.partition("=")[0]: word.partition("=")[2] for word in words}
    request = parse_request([w for w in words if w.partition("=")[0] not in ("cells", "key")])
    refuse_changes(request, "verify reruns the benchmark as its file states it")
    for word in request.fixed:
        name, _, value = word.partition("=")
        if name.split(".")[0] in OF_RUNS and word != "executor=serial":
            raise RequestError(name, value, "verify reruns in this process; leave this out")
    if "key" in given and "cells" in given:
        raise RequestError("cells", given["cells"], "key= names one cell; leave this out")
    count = given.get("cells", "1" if "key" in given else str(CELLS))
    if count != "all" and not (count.isdecimal() and int(count) >= 1):
        raise RequestError("cells", count, "give a whole number from 1 up, or all")
    return None if count == "all" else int(count), given.get("key"), request


def _announce(
    name: str, finished: Finished, chosen: list[Record], count: int | None, console: Console
) -> None:
    seconds = sum(record["timing"]["total"] for record in chosen)
    total = len(finished.records)
    lines = [
        f"{name}: {len(chosen)} of {total} finished cells run again, "
        f"{finished.source} records ({finished.folder}), about {duration(seconds)}"
    ]
    if count is not None and count > len(chosen):
        lines.append(f"fewer than {count} can be rerun: these are all")
    lines += [f"damaged record left out: {name}" for name in finished.damaged]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def _rerun(
    chosen: list[Record], today: Today, finished: Finished, console: Console
) -> list[Finding]:
    """One line per cell as it is finished."""
    rows = _Rows(chosen)
    cells = [today.cells[record["key"]] for record in chosen]
    again, findings = verification.rerun(cells), []
    stored = verification.with_predictions(finished, chosen)
    if chosen:
        console.print(Text(rows.head, "bold"), soft_wrap=True)
    for place, cell in enumerate(cells, 1):
        running = f"{place} of {len(cells)}: {describe(cell)}"
        with console.status(running) if console.is_terminal else nullcontext():
            now, predictions = next(again)
            then, recorded = next(stored)
            finding = verification.judge(then, now, recorded, predictions)
        findings.append(finding)
        line = Text.assemble(rows.cells(finding), (finding.status, STYLES[finding.status]))
        console.print(line, soft_wrap=True, highlight=False)
        if finding.reason:
            indented = f"{'':{DIGITS + 2}}{finding.reason}"
            console.print(indented, soft_wrap=True, highlight=False, markup=False)
    return findings


class _Rows:
    """Lines of equal columns, wide enough for all of `records`."""

    TITLES = ("cell", "method", "dataset", "n", "seed", "recorded", "rerun")

    def __init__(self, records: list[Record]):
        told = [self._of(record) for record in records]
        self.widths = [max(map(len, column)) for column in zip(self.TITLES, *told, strict=True)]
        self.widths[-1] = max(self.widths[-1], len(percent(1.0)))
        self.head = self._line(self.TITLES)

    def cells(self, finding: Finding) -> str:
        return self._line((*self._of(finding.record)[:-1], percent(finding.accuracy)))

    def _of(self, record: Record) -> tuple[str, ...]:
        config, accuracy = record["config"], percent(record["metrics"]["accuracy"])
        names = (record["key"][:DIGITS], config["method"]["name"], config["dataset"]["name"])
        size, seed = config["dataset"].get("train_size"), config["split_seed"]
        return (*names, str(size), str(seed), accuracy, "")

    def _line(self, texts: tuple[str, ...]) -> str:
        aligned = [
            f"{text:<{width}}" if column < 3 else f"{text:>{width}}"
            for column, (text, width) in enumerate(zip(texts, self.widths, strict=True))
        ]
        return "  ".join([*aligned, ""])


def _print_provenance(findings: list[Finding], console: Console) -> None:
    """What differs between then and now, for the cells that differ; where none does, for all."""
    differing = [finding for finding in findings if finding.status != IDENTICAL]
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in differing or findings:
        groups[json.dumps(_pairs(finding.provenance))].append(finding)
    for group in groups.values():
        found, cells = group[0].provenance, _cells(group, findings)
        told = "Provenance that differs" if found else "Same commit, versions and machine as then"
        console.print(f"\n{told}: {cells}", highlight=False, soft_wrap=True)
        if found:
            console.print(differences_table(found, "then", "now"), highlight=False)


def _cells(group: list[Finding], all_of_them: list[Finding]) -> str:
    if len(group) == len(all_of_them):
        return f"all {len(group)} cells" if len(group) > 1 else group[0].record["key"][:DIGITS]
    keys = [finding.record["key"][:DIGITS] for finding in group]
    return ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")


def _print_gone(findings: list[Finding], console: Console) -> None:
    """Records whose cell is not planned today, those of one kind and reason told once."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        config = finding.record["config"]
        names = (config["method"]["name"], config["dataset"]["name"])
        told = {k: v for k, v in finding.differences.items() if not k.startswith("fingerprints.")}
        kind = [*names, finding.status, finding.reason, _pairs(told), len(finding.differences)]
        groups[json.dumps(kind)].append(finding)
    for group in groups.values():
        first = group[0]
        config, keys = first.record["config"], [finding.record["key"] for finding in group]
        line = f"{first.status}: {config['method']['name']} on {config['dataset']['name']}, "
        line += f"{len(group)} of its cells ({keys[0][:DIGITS]}): {first.reason}"
        console.print()
        console.print(line, style="yellow", highlight=False, soft_wrap=True, markup=False)
        if first.differences:
            table = differences_table(first.differences, "then", "today")
            console.print(table, highlight=False)


def _print_counts(counts: Counter[str], console: Console) -> None:
    text = f"{counts[IDENTICAL]} identical, {counts[WITHIN]} within the interval, "
    text += f"{counts[CHANGED]} changed"
    text += "".join(f", {counts[name]} {name}" for name in (STALE, UNAVAILABLE) if counts[name])
    console.print()
    console.print(text, style="bold", highlight=False)


def _document(
    name: str, source: str, findings: list[Finding], counts: Counter[str]
) -> dict[str, Any]:
    statuses = (IDENTICAL, WITHIN, CHANGED, STALE, UNAVAILABLE)
    return {
        "benchmark": name,
        "source": source,
        **{status: counts[status] for status in statuses},
        "cells": [_entry(finding) for finding in findings],
    }


def _entry(finding: Finding) -> dict[str, Any]:
    record = finding.record
    config = record["config"]
    return {
        "key": record["key"],
        "status": finding.status,
        "method": config["method"]["name"],
        "dataset": config["dataset"]["name"],
        "train_size": config["dataset"].get("train_size"),
        "split_seed": config["split_seed"],
        "recorded": {"accuracy": record["metrics"]["accuracy"]},
        "rerun": {"accuracy": finding.accuracy},
        "interval": finding.interval,
        "provenance": _pairs(finding.provenance),
        "differences": _pairs(finding.differences),
        "reason": finding.reason,
    }


def _pairs(pairs: verification.Pairs) -> dict[str, list[Any]]:
    return {name: [plain(value) for value in pair] for name, pair in pairs.items()}
