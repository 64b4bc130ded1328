"""`scarce publish`: own records and their report into results/published."""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks import answers, terminal
from benchmarks.commands.opening import refuse_changes
from benchmarks.grid.configs import opened
from benchmarks.grid.request import parse_request
from benchmarks.planning import planned_cells
from benchmarks.settings import folders


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Fold own records, tables, figure and report into results/published."""
    request = parse_request(arguments.overrides)
    refuse_changes(request, "a benchmark is published as its file states it")
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
        folder, held = answers.publish(planned, folders(planned.settings), configs)
    terminal.print_notes(held.notes, held.unavailable, console)
    console.print(f"Published: {folder}", soft_wrap=True, highlight=False)
    return 0
