"""The tables of records.json, as the default outputs of a benchmark make them.

Run from the project's root to write them anew: python -m tests.evidence.golden.tables
"""

import json
from pathlib import Path

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.notices import unavailable_notices
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import summary, table_csv, table_markdown
from benchmarks.evidence.tables.latex import table_latex

GOLDEN = Path(__file__).parent
METHODS = ["leek_net", "leekasso", "odd_name_100%", "never_run"]
DATASETS = ["mnist01", "digits01"]
UNAVAILABLE = [
    {
        "dataset": "cats_&_dogs",
        "method": method,
        "train_size": 10,
        "reason": "no folder /a_b/50%",
        "remedy": "set SCARCE_DATA",
        "cells": 3,
    }
    for method in ("leekasso", "leek_net")
]
PUBLISHED = PublishedCurves(
    "mnist01", "published (Leek 2017, digitised)", {"leekasso": {10: 0.893, 20: 0.943}}
)


def golden_records() -> list[dict]:
    return json.loads((GOLDEN / "records.json").read_text())


def golden_tables() -> dict[str, str]:
    frame = results_frame(golden_records())
    notices = unavailable_notices(UNAVAILABLE) + frame.attrs["notices"]
    table = summary(frame, [PUBLISHED])
    return {
        "table.csv": table_csv(table, notices),
        "table.md": table_markdown(table, METHODS, DATASETS, notices, "golden"),
        "table.tex": table_latex(table, METHODS, DATASETS, notices),
    }


if __name__ == "__main__":
    for name, text in golden_tables().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
