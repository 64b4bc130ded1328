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
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.wording import (
    effect_text,
    interval_text,
    optimism_text,
    p_text,
    published_text,
    sizes_text,
    without_tags,
)
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.request import parse_request

CLAIM = "claim="


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print the verdict on every claim, from own results where there are any; of claims that are
    named, all there is to say."""
    named = _named(arguments)
    with opened_for_reading(arguments) as (configs, _, places):
        chosen = parse_request(arguments.overrides).benchmark
        _check(named, answers.load_claims(configs), chosen)
        # All are judged, whichever are shown: p (Holm) is corrected for their number.
        verdicts = answers.all_verdicts(configs, places, chosen)
    by_id = {verdict["id"]: verdict for verdict in verdicts}
    shown = [by_id[name] for name in dict.fromkeys(named)] or verdicts
    if arguments.json:
        print(json.dumps({"claims": shown}))
    elif named:
        for verdict in shown:
            console.print(Markdown(_with_listed_parts(claim_markdown(verdict), verdict)))
            if verdict["results"]:
                told = f"From the {verdict['results']} results of {verdict['benchmark']}."
                if verdict["published"] is not None:
                    told += f" The article: {published_text(verdict)}."
                console.print(told, highlight=False)
    else:
        terminal.print_verdicts(shown, console)
    return 0


def _named(arguments: argparse.Namespace) -> list[str]:
    """The claims that are asked for, whose words are taken from the overrides."""
    given = [word.removeprefix(CLAIM) for word in arguments.overrides if word.startswith(CLAIM)]
    arguments.overrides = [word for word in arguments.overrides if not word.startswith(CLAIM)]
    return [name.strip() for words in given for name in words.split(",")]


def _check(named: list[str], claims: list[Claim], benchmark: str | None) -> None:
    """Before anything is judged, which takes a while."""
    known = [c.id for c in claims if benchmark is None or benchmark in c.benchmarks]
    for name in named:
        if not name:
            raise RequestError("claim", name, f"name one; {nearest(name, known)}")
        if name not in known:
            raise RequestError("claim", name, f"no such claim here; {nearest(name, known)}")


def _with_listed_parts(page: str, verdict: dict[str, Any]) -> str:
    """The page with its table of parts as a list, of which no terminal is too narrow."""
    lines = page.split("\n")
    table = [number for number, line in enumerate(lines) if line.startswith("|")]
    if table:
        lines[table[0] : table[-1] + 1] = [_part(part) for part in verdict["parts"]]
    return "\n".join(lines)


def _part(part: dict[str, Any]) -> str:
    asks = f"{part['measure']} {part['expect']}, {part['over']} over {part['asked']}"
    outcome = part["outcome"] + ("" if part["deciding"] else ", reported only")
    if part["effect"] is None:
        return without_tags(f"- **{part['id']}**: {asks}: {outcome} ({part['reason']})")
    effect = effect_text(part["effect"], part["unit"], digits=2) + optimism_text(part)
    interval = interval_text(part["interval"], part["unit"], digits=2)
    found = [f"effect {effect} {interval}", f"{part['pairs']} pairs", f"p {p_text(part['p'])}"]
    found += [f"at {sizes_text(part['sizes'])}"] if part["sizes"] else []
    return without_tags(f"- **{part['id']}**: {asks}: **{outcome}**; {', '.join(found)}")
