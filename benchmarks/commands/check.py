"""`scarce check`: the generic tests on one file of a user, or of ours."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from benchmarks.checking.kinds import kind_of, steps_of
from benchmarks.checking.steps import FAILED, OK, WARNING, Outcome, outcomes
from benchmarks.grid.configs import CONF, opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of
from benchmarks.grid.request import parse_request

STYLES = {OK: "green", WARNING: "yellow", FAILED: "red"}
WIDTH = 18  # of the longest name of a step, and of "warning"


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print one line for each step as it is done; 1 where one has failed, else 0."""
    file = path_of("FILE", arguments.file).absolute()
    kind = kind_of(file)
    done = []
    for outcome in _outcomes(file, kind, arguments.overrides):
        done.append(outcome)
        if not arguments.json:
            _print(outcome, console)
    failed = sum(outcome.status == FAILED for outcome in done)
    if arguments.json:
        checked = {"file": str(file), "kind": kind, "name": file.stem}
        print(json.dumps({**checked, "failed": failed, "checks": [asdict(each) for each in done]}))
    return 1 if failed else 0


def _outcomes(file: Path, kind: str, words: list[str]) -> Iterator[Outcome]:
    """The folder that the file's group lies in is on the search path."""
    own = file.parent.parent.resolve()
    folders = [*parse_request(words).folders, *([] if own == CONF else [f"file://{own}"])]
    given = [word for word in words if not word.startswith("hydra.searchpath")]
    with opened(folders) as configs:
        found = configs.choices(kind)[file.stem]
        if found.resolve() != file.resolve():
            remedy = f"{found} has the same name and comes first; give this one another"
            raise RequestError("FILE", file, remedy)
        yield from outcomes(steps_of(kind, file.stem, given, configs))


def _print(outcome: Outcome, console: Console) -> None:
    status = f"[{STYLES[outcome.status]}]{outcome.status:<7}[/]"
    told = f"{outcome.name:<{WIDTH}}  {status}  {escape(outcome.says)}"
    console.print(told, highlight=False, soft_wrap=True)
