"""`scarce report`: tables, figure, verdicts and report again, from the records."""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks import answers
from benchmarks.commands.opening import opened_for_reading


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Write tables, figure, verdicts and report again from the records of the benchmark."""
    with opened_for_reading(arguments) as (configs, benchmark, places):
        answers.answer_whole(benchmark, places, configs, console)
    return 0
