"""Everything a benchmark leaves behind for a reader, in one folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.claim_files import PublishedCurves, parse_claim, published_curves
from benchmarks.evidence.claim_schema import Claim
from benchmarks.evidence.claims import claims_markdown, judge
from benchmarks.evidence.latex import table_latex
from benchmarks.evidence.notices import Notice, unavailable_notices
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary, table_csv, table_markdown
from benchmarks.records.atomic import WRITING
from benchmarks.records.store import Record

if TYPE_CHECKING:
    import pandas as pd


def judge_all(
    claims: Iterable[Claim | dict[str, Any]],
    records: Iterable[Record],
    benchmark: str,
    notes: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """The verdicts on those of the claims that name this benchmark; `notes` on the grid are the
    first caveats of each.
    """
    frame = results_frame(records)
    verdicts = [judge(claim, frame, benchmark) for claim in _of_benchmark(claims, benchmark)]
    return [{**verdict, "caveats": [*notes, *verdict["caveats"]]} for verdict in verdicts]


def write_outputs(
    folder: str | PathLike[str],
    benchmark: dict[str, Any],
    records: Sequence[Record],
    unavailable: Iterable[dict[str, Any]],
    claims: Sequence[Claim | dict[str, Any]],
    published_verdicts: Sequence[dict[str, Any]] | None = (),
    agreement: str = "",
    notes: Sequence[str] = (),
    verdicts: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Writes table.csv/.md/.tex, curve.pdf/.png, claims.md/.json and report.html.

    `benchmark`: {"name", "says", "methods": [order], "datasets": [order]}. `claims`: of these, the
    ones that name this benchmark are judged; `published_verdicts` stand beside theirs, and the
    text `agreement` tells how far own and published results agree; `notes` say what is special
    about the grid (changed, partial). `verdicts` spares judging again what `judge_all` said.
    Everything is made before the first file is replaced, and each file is replaced atomically, so
    a reader never meets half a file.

    Raises EvidenceError for records or claims that cannot be judged; then no file has changed.
    """
    frame = results_frame(records)
    if verdicts is None:
        verdicts = judge_all(claims, records, benchmark["name"], notes)
    notices = [Notice("note", note) for note in notes] + unavailable_notices(unavailable)
    notices += frame.attrs["notices"] + _caveats(frame)
    curves = published_curves(_of_benchmark(claims, benchmark["name"]))
    table = summary(frame, curves)
    texts = _tables(benchmark, table, notices)
    texts |= _claims(benchmark, verdicts, published_verdicts)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=WRITING) as temporary:
        made = Path(temporary)
        picture = _figure(made, benchmark, frame, curves)
        shown = blocks(table, benchmark["methods"], benchmark["datasets"])
        texts["report.html"] = _report(
            benchmark, verdicts, shown, notices, records, picture, agreement
        )
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        for path in sorted(made.iterdir()):
            os.replace(path, folder / path.name)


def _of_benchmark(claims: Iterable[Claim | dict[str, Any]], benchmark: str) -> list[Claim]:
    parsed = [parse_claim(claim) for claim in claims]
    return [claim for claim in parsed if benchmark in claim.benchmarks]


def _tables(
    benchmark: dict[str, Any], table: pd.DataFrame, notices: Sequence[Notice]
) -> dict[str, str]:
    order = (benchmark["methods"], benchmark["datasets"])
    return {
        "table.csv": table_csv(table, notices),
        "table.md": table_markdown(table, *order, notices, benchmark["name"]),
        "table.tex": table_latex(table, *order, notices),
    }


def _claims(
    benchmark: dict[str, Any],
    verdicts: list[dict[str, Any]],
    published_verdicts: Sequence[dict[str, Any]] | None,
) -> dict[str, str]:
    document = {"benchmark": benchmark["name"], "claims": verdicts}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    markdown = claims_markdown(verdicts, published_verdicts)
    return {"claims.md": markdown, "claims.json": text + "\n"}


def _figure(
    folder: Path, benchmark: dict[str, Any], frame: pd.DataFrame, curves: Sequence[PublishedCurves]
) -> bytes:
    # Drawing loads seaborn and matplotlib: only here, so that judging and tables start fast.
    from benchmarks.evidence.figures import learning_curves

    order = (benchmark["methods"], benchmark["datasets"])
    _, png = learning_curves(frame, curves, folder / "curve", *order)
    return png.read_bytes()


def _report(*contents: Any) -> str:
    from benchmarks.evidence.report import report_html

    return report_html(*contents)


def _caveats(frame: pd.DataFrame) -> list[Notice]:
    """The records' own caveats, each text once."""
    once = {notice.text: notice for notice in reversed(frame.attrs["caveats"])}
    return [once[text] for text in sorted(once)]
