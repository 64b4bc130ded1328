"""From what is held of a benchmark to its tables, figure, verdicts and report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import terminal
from benchmarks.evidence.claim_files import read_claim
from benchmarks.evidence.claim_schema import Claim
from benchmarks.grid import holdings
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError
from benchmarks.grid.holdings import Holding
from benchmarks.grid.store import Store
from benchmarks.settings import Folders

Verdict = dict[str, Any]


def answer(name: str, places: Folders, configs: Configs, console: Console) -> None:
    """Write the answer of the own records, print it beside the published one."""
    from benchmarks.evidence.agreement import agreement, agreement_text

    own = _own(name, places.own)
    published = holdings.read_published(places.published, name)
    claims = load_claims(configs)
    theirs = {"records": [], "verdicts": []}
    if published:
        theirs = {"records": published.records, "verdicts": _judge(claims, published)}
    verdicts = write_answer(places.own / name, own, claims, theirs if published else None)
    terminal.print_unavailable(own.unavailable, console)
    terminal.print_accuracies(own, console)
    terminal.print_verdicts(verdicts, console, theirs["verdicts"])
    replicated = [record for record in own.records if not _is_copy(record, theirs["records"])]
    found = agreement(replicated, theirs["records"], verdicts, theirs["verdicts"])
    console.print(agreement_text(found), highlight=False, soft_wrap=True)
    console.print(f"Tables, figure, verdicts, report: {places.own / name}", soft_wrap=True)


def publish(name: str, places: Folders, configs: Configs) -> Path:
    """Fold the own finished records and their answer into the published folder."""
    own = _own(name, places.own)
    finished = replace(own, records=[r for r in own.records if r["status"] == "done"])
    if not finished.records:
        raise RequestError("benchmark", name, f"no finished cells yet; scarce run benchmark={name}")
    folder = holdings.write_published(finished, Store(places.own), places.published)
    write_answer(folder, finished, load_claims(configs), None)
    return folder


def all_verdicts(configs: Configs, places: Folders, benchmark: str | None) -> list[Verdict]:
    """One verdict per claim, or per claim of one benchmark; own results before published ones.

    Each says in `results` which of the two it comes from.
    """
    claims = load_claims(configs)
    if benchmark is not None:
        claims = [
            claim.model_copy(update={"benchmarks": (benchmark,)})
            for claim in claims
            if benchmark in claim.benchmarks
        ]
    names = dict.fromkeys(name for claim in claims for name in claim.benchmarks)
    own = _frames({name: holdings.read_own(places.own, name) for name in names})
    published = _frames({name: holdings.read_published(places.published, name) for name in names})
    return [_best_verdict(claim, own, published) for claim in claims]


def load_claims(configs: Configs) -> list[Claim]:
    """Every claim file of conf/claim and of the user's folders; raises EvidenceError."""
    return [read_claim(file) for file in configs.choices("claim").values()]


def _best_verdict(claim: Claim, own: dict[str, Any], published: dict[str, Any]) -> Verdict:
    from benchmarks.evidence.claims import judge_best

    verdict = judge_best(claim, own)
    source = "own"
    if verdict["verdict"] == "not-run":
        verdict, source = judge_best(claim, published), "published"
    return {**verdict, "results": source if verdict["verdict"] != "not-run" else None}


def _frames(held: dict[str, Holding | None]) -> dict[str, Any]:
    from benchmarks.evidence.results import results_frame

    return {name: results_frame(holding.records) for name, holding in held.items() if holding}


def _judge(claims: list[Claim], holding: Holding) -> list[Verdict]:
    from benchmarks.evidence.claims import judge
    from benchmarks.evidence.results import results_frame

    frame, name = results_frame(holding.records), holding.benchmark["name"]
    return [judge(claim, frame, name) for claim in claims if name in claim.benchmarks]


def write_answer(
    folder: Path, held: Holding, claims: list[Claim], published: dict[str, Any] | None
) -> list[Verdict]:
    """Tables, figure, verdicts and report of what is held, into a folder; returns the verdicts."""
    from benchmarks.evidence.outputs import write_outputs

    benchmark = dict(held.benchmark)
    if held.partial:
        done = sum(record["status"] == "done" for record in held.records)
        benchmark["says"] += f" (partial: {done} of {held.expected} cells)"
    return write_outputs(folder, benchmark, held.records, held.unavailable, claims, published)


def _own(name: str, results: Path) -> Holding:
    own = holdings.read_own(results, name)
    if own is None:
        raise RequestError("benchmark", name, f"no results yet; scarce run benchmark={name}")
    return own


def _is_copy(record: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether an own record was merged from the published ones: no replication of it."""
    return any(record["provenance"] == other["provenance"] for other in others)
