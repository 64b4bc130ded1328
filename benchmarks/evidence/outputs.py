"""Everything a benchmark leaves behind for a reader, in one folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.claims.effects import ArmResults
from benchmarks.evidence.claims.files import PublishedCurves, parse_claim, published_curves
from benchmarks.evidence.claims.markdown import claims_markdown
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.claims.verdicts import in_family, judge
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.illustrated import FOLDER, Shown, illustrations
from benchmarks.evidence.notices import Notice, unavailable_notices
from benchmarks.evidence.pictures import ImagesOf, Picture
from benchmarks.evidence.predicted import frame_of
from benchmarks.evidence.recommendation.files import as_data, recommendation_markdown
from benchmarks.evidence.recommendation.recommended import Recommendation, recommended
from benchmarks.evidence.report.origin import date_range
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary, table_csv, table_markdown
from benchmarks.evidence.tables.cells import missing_notices
from benchmarks.evidence.tables.latex import table_latex
from benchmarks.records.atomic import WRITING
from benchmarks.records.holdings import Holding
from benchmarks.records.reading import no_cycle_collection
from benchmarks.records.store import Record

if TYPE_CHECKING:
    import pandas as pd

Verdict = dict[str, Any]
CLAIMS = "claims.json"


@dataclass(frozen=True)
class Findings:
    """What the records of a benchmark say, before any of it is written down.

    `claims` are those that name the benchmark. `recommendation` is None where the benchmark is not
    for recommending, or too little of it was finished, which a notice says.
    """

    held: Holding
    claims: list[Claim]
    frame: pd.DataFrame
    curves: list[PublishedCurves]
    table: pd.DataFrame
    notices: list[Notice]
    verdicts: list[Verdict]
    recommendation: Recommendation | None = None


def find(
    held: Holding, claims: Iterable[Claim | dict[str, Any]], images_of: ImagesOf | None = None
) -> Findings:
    """Judge the claims on what is held of a benchmark, and sum it up.

    `images_of` gives the names of the images that a recommendation speaks of. Raises EvidenceError
    for records or claims that cannot be judged.
    """
    with no_cycle_collection():
        return _found(held, claims, images_of)


def _found(
    held: Holding, claims: Iterable[Claim | dict[str, Any]], images_of: ImagesOf | None
) -> Findings:
    name = held.benchmark["name"]
    concerned = _of_benchmark(claims, name)
    metrics = [held.metric, *(part.metric for claim in concerned for part in claim.parts)]
    frame = frame_of(held, metrics)
    curves = published_curves(concerned)
    notices = [Notice("note", note) for note in held.notes]
    notices += [*unavailable_notices(held.unavailable), *frame.attrs["notices"]]
    notices += [*missing_notices(frame, held.metric), *_caveats(frame)]
    verdicts = _judged(concerned, frame, name, held.notes, whole=not held.partial)
    recommendation = None
    try:
        recommendation = recommended(held, frame, images_of)
    except EvidenceError as error:
        notices.append(Notice("recommendation", str(error)))
    table = summary(frame, curves, metric=held.metric, planned=held.planned)
    return Findings(held, concerned, frame, curves, table, notices, verdicts, recommendation)


def judge_all(
    claims: Iterable[Claim | dict[str, Any]],
    records: Iterable[Record],
    benchmark: str,
    notes: Sequence[str] = (),
) -> list[Verdict]:
    """The verdicts on those of the claims that name this benchmark; `notes` on the grid are the
    first caveats of each.
    """
    return _judged(_of_benchmark(claims, benchmark), results_frame(records), benchmark, notes)


def texts_of(findings: Findings, published_verdicts: Sequence[Verdict] = ()) -> dict[str, str]:
    """table.csv/.md/.tex and claims.md/.json, by name."""
    benchmark = findings.held.benchmark
    order = (benchmark["methods"], benchmark["datasets"])
    table, notices = findings.table, findings.notices
    document = _about(findings.held) | {"claims": findings.verdicts}
    return {
        "table.csv": table_csv(table, notices),
        "table.md": table_markdown(table, *order, notices, benchmark["name"]),
        "table.tex": table_latex(table, *order, notices),
        "claims.md": claims_markdown(findings.verdicts, published_verdicts),
        CLAIMS: json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }


def write_outputs(
    folder: str | PathLike[str],
    findings: Findings,
    published_verdicts: Sequence[Verdict] = (),
    agreement: str = "",
    index: str = "",
    images_of: ImagesOf | None = None,
    figures: bool = True,
) -> None:
    """Writes the texts of `texts_of`, figures/*.pdf and *.png (unless not wanted), report.html
    and, where there is one, recommendation.md and .json.

    `published_verdicts` stand beside the own ones, the text `agreement` tells how far own and
    published results agree, `index` is the address of the page of all benchmarks, and `images_of`
    gives the images for sheets of the test images that most methods get wrong. Everything is made
    before the first file is replaced, and each file is replaced atomically, so a reader never
    meets half a file.
    """
    texts = texts_of(findings, published_verdicts)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=WRITING) as temporary:
        made = Path(temporary)
        (made / FOLDER).mkdir()
        shown = Shown(findings.held, findings.frame, findings.curves, findings.claims)
        pictures = []
        if figures:
            pictures = illustrations(made / FOLDER, folder / FOLDER, shown, images_of)
        texts["report.html"] = _report(findings, pictures, agreement, index)
        texts |= _recommendation(findings, pictures)
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        _put_in_place(made, folder)


def _recommendation(findings: Findings, pictures: Sequence[Picture]) -> dict[str, str]:
    if findings.recommendation is None:
        return {}
    drawn = {picture.name: f"{FOLDER}/{picture.name}.png" for picture in pictures}
    document = as_data(findings.recommendation)
    return {
        "recommendation.md": recommendation_markdown(findings.recommendation, drawn),
        "recommendation.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n",
    }


def _put_in_place(made: Path, folder: Path) -> None:
    """Figures first: a report never names one that is not there yet."""
    (folder / FOLDER).mkdir(exist_ok=True)
    drawn = sorted((made / FOLDER).iterdir())
    for path in [*drawn, *sorted(path for path in made.iterdir() if path.is_file())]:
        os.replace(path, folder / path.relative_to(made))
    for path in (folder / FOLDER).iterdir():
        if path.name not in {kept.name for kept in drawn}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _about(held: Holding) -> dict[str, Any]:
    return {
        "benchmark": held.benchmark["name"],
        "says": held.benchmark["says"],
        "done": len(held.done),
        "expected": held.expected,
        "dates": date_range(held.done),
        "notes": held.notes,
    }


def _of_benchmark(claims: Iterable[Claim | dict[str, Any]], benchmark: str) -> list[Claim]:
    parsed = [parse_claim(claim) for claim in claims]
    return [claim for claim in parsed if benchmark in claim.benchmarks]


def _judged(
    claims: Iterable[Claim],
    frame: pd.DataFrame,
    benchmark: str,
    notes: Sequence[str],
    whole: bool = False,
) -> list[Verdict]:
    results = ArmResults(frame, notes, whole)
    return in_family([judge(claim, results, benchmark) for claim in claims])


def _report(findings: Findings, pictures: Sequence[Picture], agreement: str, index: str) -> str:
    # The templates' library is loaded only where a page is written.
    from benchmarks.evidence.report import report_html

    benchmark = findings.held.benchmark
    return report_html(
        benchmark,
        findings.verdicts,
        blocks(findings.table, benchmark["methods"], benchmark["datasets"]),
        findings.notices,
        findings.held.records,
        pictures,
        agreement,
        frame=findings.frame,
        table=findings.table,
        claims=findings.claims,
        index=index,
        recommendation=findings.recommendation,
    )


def _caveats(frame: pd.DataFrame) -> list[Notice]:
    """The records' own caveats, each text once."""
    once = {notice.text: notice for notice in reversed(frame.attrs["caveats"])}
    return [once[text] for text in sorted(once)]
