"""The page of all benchmarks of one results folder, from what each has left in its own folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.claims.verdicts import digest, in_family, judge_best
from benchmarks.evidence.outputs import CLAIMS
from benchmarks.evidence.report.index import Entry, index_html
from benchmarks.records.atomic import WRITING, write_atomically

INDEX, FOREST = "index.html", "forest"


def write_overview(results: Path, claims: Sequence[Claim]) -> Path:
    """Writes index.html, forest.pdf and forest.png from the claims.json of each benchmark.

    A claim's verdict is that of its first benchmark that could be asked; claims without any are
    there as not run or cited.
    """
    # Drawing loads matplotlib, which most commands never need.
    from benchmarks.evidence.figures import forest_plot

    entries, verdicts = entries_and_verdicts(results, claims)
    with tempfile.TemporaryDirectory(dir=results, prefix=WRITING) as folder:
        drawing = forest_plot(verdicts, Path(folder) / FOREST, claims)
        for path in drawing:
            write_atomically(results / path.name, path.read_bytes())
        picture = drawing.picture()
    page = index_html(entries, verdicts, picture)
    write_atomically(results / INDEX, page.encode())
    return results / INDEX


def entries_and_verdicts(
    results: Path, claims: Sequence[Claim]
) -> tuple[list[Entry], list[dict[str, Any]]]:
    """The benchmarks of a results folder, and the verdict on each claim."""
    documents = _documents(results)
    entries = [_entry(document) for document in documents.values()]
    return entries, in_family([_verdict(claim, documents) for claim in claims])


def _documents(results: Path) -> dict[str, dict[str, Any]]:
    """What the benchmarks' folders say, by name; one that says nothing whole is left out."""
    found = {}
    for file in sorted(results.glob(f"*/{CLAIMS}")):
        try:
            document = json.loads(file.read_bytes())
            _entry(document)
            for verdict in document["claims"]:
                verdict["id"], verdict["verdict"], verdict["benchmark"]
        except (ValueError, LookupError, TypeError, OSError):
            continue
        found[document["benchmark"]] = document
    return found


def _entry(document: dict[str, Any]) -> Entry:
    name, dates = document["benchmark"], document["dates"]
    return Entry(
        name,
        document["says"],
        document["done"],
        document["expected"],
        tuple(document["notes"]),
        tuple(dates) if dates else None,
        f"{name}/report.html",
    )


def _verdict(claim: Claim, documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """That of the first benchmark that could be asked, if it is of the claim as it stands now."""
    said = [
        verdict
        for name in claim.benchmarks
        if name in documents
        for verdict in documents[name]["claims"]
        if verdict["id"] == claim.id
    ]
    current = [verdict for verdict in said if verdict.get("claim_sha256") == digest(claim)]
    asked = [verdict for verdict in current if verdict["verdict"] != "not-run"]
    if said and not current:
        reason = f"the claim was changed; scarce report benchmark={said[0]['benchmark']}"
        return judge_best(claim, {}) | {"reason": reason}
    return next(iter([*asked, *current]), None) or judge_best(claim, {})
