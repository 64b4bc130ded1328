"""`scarce claims`: the verdicts."""

from __future__ import annotations

import argparse
import json
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import answers, terminal
from benchmarks.commands.opening import opened_for_reading
from benchmarks.evidence.claims.markdown import claim_markdown
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.request import parse_request

CLAIM = "claim="


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print the verdict on every claim, from own results where there are any; of claims that are
    named, all there is to say."""
    named = _named(arguments)
    with opened_for_reading(arguments) as (configs, _, places):
        chosen = parse_request(arguments.overrides).benchmark
        verdicts = answers.all_verdicts(configs, places, chosen)
    shown = _of_these(verdicts, named) if named else verdicts
    if arguments.json:
        print(json.dumps({"claims": shown}))
    elif named:
        for verdict in shown:
            console.print(Markdown(claim_markdown(verdict)))
    else:
        terminal.print_verdicts(shown, console)
    return 0


def _named(arguments: argparse.Namespace) -> list[str]:
    """The claims that are asked for, whose words are taken from the overrides."""
    given = [word.removeprefix(CLAIM) for word in arguments.overrides if word.startswith(CLAIM)]
    arguments.overrides = [word for word in arguments.overrides if not word.startswith(CLAIM)]
    return [name.strip() for words in given for name in words.split(",")]


def _of_these(verdicts: list[dict[str, Any]], named: list[str]) -> list[dict[str, Any]]:
    known = {verdict["id"]: verdict for verdict in verdicts}
    for name in named:
        if name not in known:
            raise RequestError("claim", name, f"no such claim here; {nearest(name, known)}")
    return [known[name] for name in dict.fromkeys(named)]
