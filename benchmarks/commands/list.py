"""`scarce list`: the choices of one kind."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.commands.opening import opened_for_reading
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.yaml_files import yaml_text

KINDS = {
    "datasets": "dataset",
    "methods": "method",
    "backbones": "backbone",
    "losses": "loss",
    "augmentations": "augmentation",
    "resamplings": "resampling",
    "protocols": "protocol",
    "trainers": "trainer",
    "executors": "executor",
    "loggers": "logger",
    "benchmarks": "benchmark",
    "claims": "claim",
}


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print the choices of one kind, each with what its file says."""
    if arguments.kind not in KINDS:
        raise RequestError("KIND", arguments.kind, nearest(arguments.kind, KINDS))
    with opened_for_reading(arguments) as (configs, _, _):
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


def _says(file: Path) -> str:
    try:
        text = yaml_text(file)
    except ValueError as error:
        return str(error)
    try:
        content = yaml.safe_load(text)
    except Exception as error:  # beside YAMLError, dates and numbers that are none raise others
        return f"not valid YAML: {' '.join(str(error).split())}"
    if not isinstance(content, dict):
        return "not valid: expected fields such as name and says"
    return str(content.get("says") or content.get("sentence") or "")
