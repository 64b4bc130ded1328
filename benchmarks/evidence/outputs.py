"""Everything a benchmark leaves behind for a reader, in one folder."""

import json
import os
import tempfile
from pathlib import Path

from benchmarks.evidence.agreement import agreement, agreement_text
from benchmarks.evidence.claim_files import parse_claim, published_curves
from benchmarks.evidence.claims import claims_markdown, judge
from benchmarks.evidence.latex import table_latex
from benchmarks.evidence.notices import unavailable_notices
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary, table_csv, table_markdown


def write_outputs(folder, benchmark, records, unavailable, claims, published=None) -> list[dict]:
    """Writes table.csv/.md/.tex, curve.pdf/.png, claims.md/.json and report.html; the verdicts.

    `benchmark`: {"name", "says", "methods": [order], "datasets": [order]}. `claims`: of these, the
    ones that name this benchmark are judged. `published`: {"records", "verdicts"} of the published
    results, or None. Everything is made before the first file is replaced, and each file is
    replaced atomically, so a reader never meets half a file.

    Raises EvidenceError for records or claims that cannot be judged; then no file has changed.
    """
    frame = results_frame(records)
    claims = [parse_claim(claim) for claim in claims]
    claims = [claim for claim in claims if benchmark["name"] in claim.benchmarks]
    verdicts = [judge(claim, frame, benchmark["name"]) for claim in claims]
    notices = unavailable_notices(unavailable) + frame.attrs["notices"] + _caveats(frame)
    curves = published_curves(claims)
    table = summary(frame, curves)
    texts = _tables(benchmark, table, notices)
    texts |= _claims(benchmark, verdicts, published)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as temporary:
        made = Path(temporary)
        picture = _figure(made, benchmark, frame, curves)
        beside = _agreement(records, verdicts, published)
        shown = blocks(table, benchmark["methods"], benchmark["datasets"])
        texts["report.html"] = _report(
            benchmark, verdicts, shown, notices, records, picture, beside
        )
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        for path in sorted(made.iterdir()):
            os.replace(path, folder / path.name)
    return verdicts


def _tables(benchmark: dict, table, notices) -> dict[str, str]:
    order = (benchmark["methods"], benchmark["datasets"])
    return {
        "table.csv": table_csv(table, notices),
        "table.md": table_markdown(table, *order, notices, benchmark["name"]),
        "table.tex": table_latex(table, *order, notices),
    }


def _claims(benchmark: dict, verdicts, published) -> dict[str, str]:
    document = {"benchmark": benchmark["name"], "claims": verdicts}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    beside = published["verdicts"] if published else None
    return {"claims.md": claims_markdown(verdicts, beside), "claims.json": text + "\n"}


def _figure(folder: Path, benchmark: dict, frame, curves) -> bytes:
    # Drawing loads seaborn and matplotlib: only here, so that judging and tables start fast.
    from benchmarks.evidence.figures import learning_curves

    order = (benchmark["methods"], benchmark["datasets"])
    _, png = learning_curves(frame, curves, folder / "curve", *order)
    return png.read_bytes()


def _report(*contents) -> str:
    from benchmarks.evidence.report import report_html

    return report_html(*contents)


def _agreement(records, verdicts, published) -> str:
    if not published:
        return ""
    found = agreement(records, published["records"], verdicts, published["verdicts"])
    return agreement_text(found)


def _caveats(frame) -> list:
    """The records' own caveats, each text once."""
    once = {notice.text: notice for notice in reversed(frame.attrs["caveats"])}
    return [once[text] for text in sorted(once)]
