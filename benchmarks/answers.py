"""From what is held of a benchmark to its tables, figure, verdicts and report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks import terminal
from benchmarks.evidence.claims.effects import ArmResults
from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.claims.verdicts import in_family, judge_best
from benchmarks.evidence.consistency import fixed_science
from benchmarks.evidence.outputs import find, write_outputs
from benchmarks.evidence.overview import INDEX, write_overview
from benchmarks.evidence.pictures import Images
from benchmarks.evidence.predicted import frame_of
from benchmarks.evidence.recommendation.recommended import Recommendation
from benchmarks.grid import data
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Plan
from benchmarks.records import holdings
from benchmarks.records.atomic import alone_in
from benchmarks.records.holdings import Holding
from benchmarks.records.reading import no_cycle_collection
from benchmarks.records.store import Record, Store
from benchmarks.settings import Folders
from datasets.errors import DataUnavailable
from datasets.samples import IMAGES

if TYPE_CHECKING:
    import numpy as np

Verdict = dict[str, Any]


def answer_plan(
    plan: Plan, places: Folders, configs: Configs, console: Console
) -> Recommendation | None:
    """Answer from the cells of a plan, whatever it changed of the benchmark's grid.

    Returns what is recommended, where the benchmark recommends anything.
    """
    at_hand = {str(cell.fingerprints["data"]): cell.config["dataset"] for cell in plan.cells}
    return _answer(holdings.of_plan(plan, Store(places.own)), places, configs, console, at_hand)


def answer_whole(name: str, places: Folders, configs: Configs, console: Console) -> None:
    """Answer from the benchmark's own grid or, where that never ran, from the last run.

    Then the page of all benchmarks is made anew.
    """
    held = holdings.read_own(places.own, name) or holdings.read_last_run(places.own, name)
    _answer(held_or_refused(name, held), places, configs, console)
    try:
        index = write_overview(places.own, load_claims(configs))
    except OSError as error:
        raise Store(places.own).not_writable(error) from error
    console.print(f"All benchmarks: {index}", soft_wrap=True)


def _answer(
    own: Holding,
    places: Folders,
    configs: Configs,
    console: Console,
    at_hand: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> Recommendation | None:
    """Write tables, figure, verdicts and report; print them beside what is published.

    `at_hand` are data sets by fingerprint, where a plan knows more of them than their records do:
    where they lie.
    """
    from benchmarks.evidence.agreement import agreement, agreement_text

    name = own.benchmark["name"]
    published = _published(places, name, console)
    claims = load_claims(configs)
    images = partial(_images_of, at_hand, configs)
    findings = find(own, claims, images)
    theirs = published.records if published else []
    their_verdicts = find(published, claims).verdicts if published else []
    compared = None if own.changes else findings.verdicts
    found = agreement(_comparable(own.records, theirs), theirs, compared, their_verdicts)
    folder = places.own / name
    try:
        with alone_in(folder):
            index = f"../{INDEX}" if (places.own / INDEX).is_file() else ""
            text = agreement_text(found)
            write_outputs(folder, findings, their_verdicts, text, index, images, places.figures)
    except OSError as error:
        raise Store(places.own).not_writable(error) from error
    terminal.print_notes(own.notes, own.unavailable, console)
    terminal.print_accuracies(findings, console)
    terminal.print_caveats(findings, console)
    terminal.print_verdicts(findings.verdicts, console, their_verdicts)
    terminal.print_failures(own.records, console)
    console.print(agreement_text(found), highlight=False, soft_wrap=True)
    terminal.print_recommendation(findings, console)
    written = "Tables, figures, verdicts, report" if places.figures else "Tables, verdicts, report"
    console.print(f"{written}: {folder}", soft_wrap=True)
    return findings.recommendation


def _images_of(
    at_hand: Mapping[str, dict[str, Any]], configs: Configs, record: Record
) -> Images | None:
    """The images that a record's cell was tested on, where these very data are at hand."""
    wanted, stated = record["fingerprints"].get("data"), record["config"]["dataset"]
    if wanted not in at_hand and not _is_of_a_file(stated, configs):
        return None
    try:
        samples = data.load(at_hand.get(wanted, stated))
    except (DataUnavailable, RequestError):
        return None
    if samples.fingerprint != wanted or samples.kind != IMAGES:
        return None

    def image(index: int) -> np.ndarray:
        shares: np.ndarray = samples.inputs[index].transpose(1, 2, 0) / samples.peak
        return shares

    return Images(image, samples.class_names, samples.names or ())


def _is_of_a_file(dataset: dict[str, Any], configs: Configs) -> bool:
    """Whether a file of this machine names the class: a record, which may have been made elsewhere,
    must not choose what is called."""
    if dataset["name"] not in configs.choices("dataset"):
        return False
    block = configs.compose([f"dataset={dataset['name']}"])["dataset"]
    return bool(dataset.get("_target_") == block.get("_target_"))


def _published(places: Folders, name: str, console: Console) -> Holding | None:
    """None, and told, where the published results are damaged: the own ones need no others."""
    try:
        return holdings.read_published(places.published, name)
    except RequestError as error:
        console.print(f"no published results to compare with: {error}", soft_wrap=True)
        return None


def write_answer(folder: Path, held: Holding, claims: list[Claim], figures: bool = True) -> None:
    """Tables, figures, verdicts and report of what is published, with nothing beside them."""
    write_outputs(folder, find(held, claims), index=f"../{INDEX}", figures=figures)


def held(name: str, places: Folders) -> tuple[Holding, str]:
    """A benchmark's own results or, where there are none, the published ones, and which it is."""
    own = holdings.read_own(places.own, name) or holdings.read_last_run(places.own, name)
    if own is not None and own.done:
        return own, "own"
    published = holdings.read_published(places.published, name)
    return held_or_refused(name, published), "published"


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
    with no_cycle_collection():
        own = _results(claims, partial(holdings.read_own, places.own))
        published = _results(claims, partial(holdings.read_published, places.published))
        verdicts = [_best_verdict(claim, own, published) for claim in claims]
    known = configs.choices("benchmark")
    return in_family(
        [
            _of_this_version(verdict, claim, known)
            for verdict, claim in zip(verdicts, claims, strict=True)
        ]
    )


def _of_this_version(verdict: Verdict, claim: Claim, known: Iterable[str]) -> Verdict:
    """A claim whose benchmarks are all unknown here says so: there is nothing to run."""
    if verdict["verdict"] != "not-run" or set(claim.benchmarks) & set(known):
        return verdict
    named = " and ".join(claim.benchmarks)
    plural = "s are" if len(claim.benchmarks) > 1 else " is"
    return {**verdict, "reason": f"its benchmark{plural} not in this version: {named}"}


def load_claims(configs: Configs) -> list[Claim]:
    """Every claim file of conf/claim and of the user's folders; raises EvidenceError."""
    return read_claims(configs.files("claim"))


def _best_verdict(
    claim: Claim, own: dict[str, ArmResults], published: dict[str, ArmResults]
) -> Verdict:
    verdict = judge_best(claim, own)
    source = "own"
    if verdict["verdict"] == "not-run":
        verdict, source = judge_best(claim, published), "published"
    untested = verdict["verdict"] in ("not-run", "cited")
    return {**verdict, "results": None if untested else source}


def _results(claims: list[Claim], read: Callable[[str], Holding | None]) -> dict[str, ArmResults]:
    """What is held of the benchmarks that claims name, with the metrics that they ask for."""
    metrics: dict[str, set[str]] = {}
    for claim in claims:
        for name in claim.benchmarks:
            metrics.setdefault(name, set()).update(part.metric for part in claim.parts)
    found = {name: read(name) for name in metrics}
    return {
        name: ArmResults(frame_of(holding, metrics[name]), holding.notes, not holding.partial)
        for name, holding in found.items()
        if holding is not None
    }


def held_or_refused(name: str, held: Holding | None) -> Holding:
    """Raises RequestError where there is nothing."""
    if held is None:
        remedy = f"no run of it here yet; scarce run benchmark={name} (trains only what is missing)"
        raise RequestError("benchmark", name, remedy)
    return held


def _comparable(own: list[Record], published: list[Record]) -> list[Record]:
    """Own records that can be held against published ones.

    Records merged from the published ones are no replication of them; and where any setting was
    changed, of the dataset as of the method, it is another experiment under the same names.
    """
    provenance = {record["key"]: record["provenance"] for record in published}
    experiments = {_settings(record) for record in published}
    return [
        record
        for record in own
        if record["provenance"] != provenance.get(record["key"])
        and _settings(record) in experiments
    ]


def _settings(record: Record) -> str:
    """All that is in the key but seeds, sizes and what was read from files."""
    settings = fixed_science(record)
    return json.dumps({**settings, "fingerprints": None}, sort_keys=True)
