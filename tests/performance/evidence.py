"""What judging costs: all claims and tables of 100,000 records, and `scarce claims` as committed.

The records are the published ones of quickstart over again, each time with other split seeds, in
one compact file. A fresh process reads them, judges every claim and writes the tables (figures and
pages left out).

    python -m tests.performance.evidence [records]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.grid.configs import PROJECT

RECORDS, LIMIT = 100_000, 10.0
REPETITIONS, LIMIT_CLAIMS = 5, 1.5
NAME = "quickstart"


def main(records: int = RECORDS) -> int:
    with tempfile.TemporaryDirectory() as folder:
        _in_a_fresh_process("make", folder, str(records))
        answering, told = _in_a_fresh_process("answer", folder)
        empty = f"results_dir={folder}/none"
        claims = statistics.median(_seconds_of_claims(empty) for _ in range(REPETITIONS))
    print(told.strip())
    print(f"  claims and tables  {answering:8.2f} s  (at most {LIMIT:g})")
    print(f"  scarce claims      {claims:8.2f} s  (at most {LIMIT_CLAIMS:g}), committed results")
    return int(answering > LIMIT or claims > LIMIT_CLAIMS)


def make(folder: str, records: str) -> None:
    from benchmarks.records import archive
    from benchmarks.records.compact_files import ENDING, FOLDER, write_rows

    published = PROJECT / "results" / "published" / NAME
    templates = archive.read_records(published / archive.FILE)
    compact = Path(folder) / "records" / FOLDER
    compact.mkdir(parents=True)
    rows = sorted(_rows(templates, int(records)))
    with open(compact / f"{NAME}{ENDING}", "wb") as out:
        write_rows(out, rows)
    manifest = json.loads((published / "manifest.json").read_text())
    manifest |= {"expected": len(rows), "cells": [row.key for row in rows]}
    (Path(folder) / NAME).mkdir()
    (Path(folder) / NAME / "whole.json").write_text(json.dumps(manifest))


def _rows(templates: list[dict], records: int) -> Iterator:
    from benchmarks.records.compact_files import Row

    for number in range(records):
        again, place = divmod(number, len(templates))
        record = templates[place]
        config = record["config"] | {"split_seed": 1000 * again + record["config"]["split_seed"]}
        split = record["fingerprints"]["split"]
        changes = {
            "key": f"{number:064x}",
            "config": config,
            "fingerprints": record["fingerprints"] | {"split": f"{again} {split}"},
        }
        text = json.dumps(record | changes).encode()
        yield Row(changes["key"], text, b'{"train_loss": []}', b"")


def answer(folder: str) -> None:
    from benchmarks.answers import load_claims
    from benchmarks.evidence.outputs import find, texts_of
    from benchmarks.grid.configs import opened
    from benchmarks.records import holdings

    held = holdings.read_own(Path(folder), NAME)
    with opened([]) as configs:
        claims = load_claims(configs)
    texts = texts_of(find(held, claims))
    size = sum(map(len, texts.values())) / 1000
    print(f"{len(held.records)} records: {', '.join(texts)}, {size:.0f} kB")


def _seconds_of_claims(results: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks", "claims", results]
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def _in_a_fresh_process(step: str, *words: str) -> tuple[float, str]:
    start = time.perf_counter()
    command = [sys.executable, "-m", "tests.performance.evidence", step, *words]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return time.perf_counter() - start, told


STEPS = {"make": make, "answer": answer}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        STEPS[sys.argv[1]](*sys.argv[2:])
    else:
        sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
