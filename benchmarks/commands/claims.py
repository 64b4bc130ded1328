"""`scarce claims`: the verdicts."""

from __future__ import annotations

import argparse
import json

from rich.console import Console

from benchmarks import answers, terminal
from benchmarks.commands.opening import opened_for_reading
from benchmarks.grid.request import parse_request


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print the verdict on every claim, from own results where there are any."""
    with opened_for_reading(arguments) as (configs, _, places):
        chosen = parse_request(arguments.overrides).benchmark
        verdicts = answers.all_verdicts(configs, places, chosen)
    if arguments.json:
        print(json.dumps({"claims": verdicts}))
    else:
        terminal.print_verdicts(verdicts, console)
    return 0
