"""`scarce doctor`: what is installed, which data and weights are here, which benchmarks can run."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import machine
from benchmarks.commands.opening import opened_for_reading
from benchmarks.grid.presence import Presence
from benchmarks.grid.request import parse_request
from datasets.looking import HERE, MISSING, TO_FETCH, TO_NAME

STYLES = {HERE: "green", TO_FETCH: "yellow", TO_NAME: "yellow", MISSING: "red"}


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Look and tell; nothing is fetched, nothing is written, and what is missing is no failure.

    With benchmark=NAME, of the benchmarks of that one alone.
    """
    asked = parse_request(arguments.overrides).benchmark
    with opened_for_reading(arguments) as (configs, _, places):
        presence = Presence(configs)
        names = [asked] if asked else sorted(configs.choices("benchmark"))
        found = {
            "python": machine.python(),
            "packages": machine.packages(),
            "devices": machine.devices(),
            "places": machine.places(places.own),
            "choices": [str(folder) for folder in configs.folders],
            "datasets": {name: asdict(finding) for name, finding in presence.datasets()},
            "weights": {name: asdict(finding) for name, finding in presence.weights()},
            "benchmarks": {name: asdict(ready) for name, ready in presence.benchmarks(names)},
        }
    if arguments.json:
        print(json.dumps(found))
    else:
        _print(found, console)
    return 0


def _print(found: dict[str, Any], console: Console) -> None:
    sections = {
        "machine": _of_machine(found),
        "packages": _of_packages(found["packages"]),
        "data sets": _of_findings(found["datasets"]),
        "weights": _of_findings(found["weights"]),
        "benchmarks": _of_benchmarks(found["benchmarks"]),
    }
    for title, rows in sections.items():
        console.print(f"\n[bold]{title}[/bold]")
        console.print(_table([*rows]))


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    """Addresses stand in the last column, where one that is too long goes on in the next line."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(max(map(len, rows), default=1) - 1):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _of_machine(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    devices, places = found["devices"], found["places"]
    yield "Python", f"{found['python']['version']}, {found['python']['system']}"
    memory = f"{devices['memory_free_gb']} of {devices['memory_gb']} GB memory free"
    yield "processor", f"{devices['cores']} cores, {memory}"
    yield "PyTorch", escape(devices["torch"])
    yield "GPUs", _gpus(devices)
    for name in ("cache", "results"):
        yield name, f"{escape(places[name]['path'])}, {places[name]['free_gb']} GB free"
    for name, value in places["variables"].items():
        yield name, escape(value or "not set")
    for folder in found["choices"]:
        yield "choices", escape(folder)


def _gpus(devices: dict[str, Any]) -> str:
    if devices["gpus"] is None:
        return "unknown without PyTorch; only scikit-learn's methods can be planned"
    named = [*devices["gpus"], *(["Apple's, by trainer=mps"] if devices["mps"] else [])]
    return escape(", ".join(named)) or "none; trainer=cpu"


def _of_packages(packages: list[dict[str, str | None]]) -> Iterable[tuple[str, str]]:
    """A line for those needed and one for each extra."""
    for extra in dict.fromkeys(package["extra"] for package in packages):
        own = [package for package in packages if package["extra"] == extra]
        told = [_package(package) for package in own]
        missing = any(package["version"] is None for package in own)
        remedy = f"; pip install --editable '.[{extra}]' in the clone"
        if extra == machine.NEEDED:
            remedy = "; make setup"
        yield str(extra), ", ".join(told) + (escape(remedy) if missing else "")


def _package(package: dict[str, str | None]) -> str:
    missing = f"[{STYLES[MISSING]}]missing[/]"
    return f"{package['name']} {package['version'] or missing}"


def _of_findings(found: dict[str, dict[str, Any]]) -> Iterable[tuple[str, str, str]]:
    for name, finding in found.items():
        state = finding["state"]
        size = _size(finding["size"]) if state == TO_FETCH else ""
        told = _required("; ".join(filter(None, [finding["where"], size, finding["remedy"]])))
        yield name, f"[{STYLES[state]}]{state}[/]", escape(told)


def _required(told: str) -> str:
    """That what was not given must be, in place of how the code calls nothing."""
    return re.sub(r"^([\w.]+)=(?:None|null);", r"\1 must be given;", told)


def _size(size: int | None) -> str:
    if size is None:
        return "size not stated"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _of_benchmarks(found: dict[str, dict[str, Any]]) -> Iterable[tuple[str, str, str]]:
    for name, ready in found.items():
        cells, waiting = ready["cells"], ready["waiting"]
        trials = f", up to {ready['trials']:,} trials before" if ready["trials"] else ""
        if not cells:
            yield name, f"[{STYLES[MISSING]}]wrong[/]", escape(" ".join(ready["misses"]))
        elif not waiting:
            yield name, f"[{STYLES[HERE]}]ready[/]", f"{cells:,} cells{trials}"
        else:
            state, style = ("part", TO_FETCH) if waiting < cells else ("waits", MISSING)
            told = f"{cells - waiting:,} of {cells:,} cells{trials}; {', '.join(ready['misses'])}"
            yield name, f"[{STYLES[style]}]{state}[/]", escape(told)
