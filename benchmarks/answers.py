"""From what is held of a benchmark to its tables, figure, verdicts and report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.evidence.claim_files import Claim, load_claim
from benchmarks.grid import holdings
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError


def load_claims(configs: Configs) -> list[Claim]:
    """Every claim file of conf/claim and of the user's folders."""
    return [load_claim(file) for file in configs.choices("claim").values()]


def answer(name: str, results: Path, configs: Configs, console: Console) -> None:
    """Write tables, figure, verdicts and report of the own records, and print the verdicts."""
    from benchmarks.evidence.outputs import write_outputs

    own = require_own(name, results)
    published = holdings.read_published(name)
    outcome = write_outputs(
        results / name,
        own.benchmark,
        own.records,
        own.unavailable,
        load_claims(configs),
        published.records if published else None,
    )
    print_verdicts(outcome["verdicts"], console)
    console.print(outcome["agreement"], highlight=False, soft_wrap=True)
    console.print(f"Table, figure, verdicts and report: {results / name}", soft_wrap=True)


def require_own(name: str, results: Path) -> holdings.Holding:
    own = holdings.read_own(results, name)
    if own is None:
        raise RequestError("benchmark", name, f"no results yet; scarce run benchmark={name}")
    return own


def print_verdicts(verdicts: list[dict[str, Any]], console: Console) -> None:
    """One row per claim: verdict, effect with interval, published number, pairs."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("claim", "verdict", "effect", "95 % interval", "published", "pairs"):
        table.add_column(column, justify="left" if column in ("claim", "verdict") else "right")
    for verdict in verdicts:
        table.add_row(verdict["id"], verdict["verdict"])
    console.print(table)
