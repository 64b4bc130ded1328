"""From what is held of a benchmark to its tables, figure, verdicts and report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import terminal
from benchmarks.evidence.claim_files import read_claims
from benchmarks.evidence.claim_schema import Claim
from benchmarks.evidence.outputs import judge_all, write_outputs
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Plan
from benchmarks.records import holdings
from benchmarks.records.atomic import alone_in
from benchmarks.records.holdings import Holding
from benchmarks.records.store import Record, Store
from benchmarks.settings import Folders

Verdict = dict[str, Any]


def answer_plan(plan: Plan, places: Folders, configs: Configs, console: Console) -> None:
    """Answer from the cells of a plan, whatever it changed of the benchmark's grid."""
    _answer(holdings.of_plan(plan, Store(places.own)), places, configs, console)


def answer_whole(name: str, places: Folders, configs: Configs, console: Console) -> None:
    """Answer from the benchmark's own grid or, where that never ran, from the last run."""
    held = holdings.read_own(places.own, name) or holdings.read_last_run(places.own, name)
    _answer(_held(name, held), places, configs, console)


def _answer(own: Holding, places: Folders, configs: Configs, console: Console) -> None:
    """Write tables, figure, verdicts and report; print them beside what is published."""
    from benchmarks.evidence.agreement import agreement, agreement_text

    name = own.benchmark["name"]
    published = _published(places, name, console)
    claims = load_claims(configs)
    theirs = published.records if published else []
    verdicts = judge_all(claims, own.records, name, own.notes)
    their_verdicts = judge_all(claims, theirs, name) if theirs else []
    compared = [] if own.changes else verdicts
    found = agreement(_comparable(own.records, theirs), theirs, compared, their_verdicts)
    folder = places.own / name
    try:
        with alone_in(folder):
            _write(folder, own, claims, their_verdicts, agreement_text(found), verdicts)
    except OSError as error:
        raise Store(places.own).not_writable(error) from error
    terminal.print_notes(own.notes, own.unavailable, console)
    terminal.print_accuracies(own, console)
    terminal.print_verdicts(verdicts, console, their_verdicts)
    terminal.print_failures(own.records, console)
    console.print(agreement_text(found), highlight=False, soft_wrap=True)
    console.print(f"Tables, figure, verdicts, report: {places.own / name}", soft_wrap=True)


def _published(places: Folders, name: str, console: Console) -> Holding | None:
    """None, and told, where the published results are damaged: the own ones need no others."""
    try:
        return holdings.read_published(places.published, name)
    except RequestError as error:
        console.print(f"no published results to compare with: {error}", soft_wrap=True)
        return None


def publish(plan: Plan, places: Folders, configs: Configs) -> Path:
    """Fold the own finished records of a plan, and their answer, into the published folder."""
    name, store = plan.benchmark["name"], Store(places.own)
    held = holdings.of_plan(plan, store)
    finished = replace(held, records=held.done)
    if not finished.records:
        raise RequestError("benchmark", name, f"no finished cells yet; scarce run benchmark={name}")
    folder = places.published / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_answer(folder, finished, load_claims(configs))
        holdings.write_published(finished, store, folder)
    except OSError as error:
        remedy = f"cannot be written ({error.strerror}); name another folder"
        raise RequestError("published_dir", places.published, remedy) from error
    return folder


def write_answer(folder: Path, held: Holding, claims: list[Claim]) -> None:
    """Tables, figure, verdicts and report of what is held, with nothing beside them."""
    _write(folder, held, claims, [], "")


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
    return read_claims(configs.choices("claim").values())


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


def _write(
    folder: Path,
    held: Holding,
    claims: list[Claim],
    published: list[Verdict],
    agreement: str,
    verdicts: list[Verdict] | None = None,
) -> None:
    write_outputs(
        folder,
        held.benchmark,
        held.records,
        held.unavailable,
        claims,
        published_verdicts=published,
        agreement=agreement,
        notes=held.notes,
        verdicts=verdicts,
    )


def _held(name: str, own: Holding | None) -> Holding:
    if own is None:
        raise RequestError("benchmark", name, f"no results yet; scarce run benchmark={name}")
    return own


def _comparable(own: list[Record], published: list[Record]) -> list[Record]:
    """Own records that can be held against published ones.

    Records merged from the published ones are no replication of them, and a method whose settings
    were changed is another method under the same name.
    """
    provenance = {record["key"]: record["provenance"] for record in published}
    methods = {record["config"]["method"]["name"]: _settings(record) for record in published}
    return [
        record
        for record in own
        if record["provenance"] != provenance.get(record["key"])
        and _settings(record) == methods.get(record["config"]["method"]["name"])
    ]


def _settings(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record["config"]["method"].items() if name != "says"}
