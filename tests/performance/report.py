"""What the report of a large benchmark weighs, and how soon a reader can use it.

The records are made up (accuracies drawn at random) in the shape of real ones: 2 datasets, 10
methods, 25 sizes, 20 split seeds, with real claims, and their learning curves in the place of each
of six figures. The page is opened from the disk in headless Chromium, five times; it is usable when
its script has run: numbers are links, tables sort, an address leads to the cells behind a number.

    python -m tests.performance.report
"""

from __future__ import annotations

import hashlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.figures import learning_curves
from benchmarks.evidence.outputs import judge_all
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report import report_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary
from benchmarks.records.store import SCHEMA, Record
from tests.evidence.browser.chromium import NO_CHROMIUM, chromium, chromium_file

MEGABYTES, SECONDS, OPENINGS = 3.0, 2.0, 5
FIGURES = 6
DATASETS = ["mnist01", "digits01"]
METHODS = ["leekasso", "leek_net", "logistic", "mlp", "cnn"]
METHODS += ["leekasso_logistic", "linear_svm", "leek_net_sgd", "leek_net_adam", "nearest"]
SIZES, SEEDS = range(10, 135, 5), range(20)
BENCHMARK = {"name": "leek2017", "says": "made up", "methods": METHODS, "datasets": DATASETS}
CLAIMS = Path(__file__).parents[2] / "conf" / "claim"


def main() -> int:
    records = made_up_records()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        file = write_page(Path(folder), records)
        written = time.perf_counter() - start
        megabytes = file.stat().st_size / 1e6
        seconds = opening_seconds(file) if chromium_file() else None
    print(f"report of {len(records)} records, written in {written:.1f} s")
    print(f"  size         {megabytes:8.2f} MB  (at most {MEGABYTES:.0f} MB)")
    if seconds is None:
        print(f"  usable       not measured: {NO_CHROMIUM}")
    else:
        print(f"  usable       {seconds:8.2f} s   (at most {SECONDS:.0f} s)")
    return 0 if megabytes <= MEGABYTES and (seconds is None or seconds <= SECONDS) else 1


def made_up_records() -> list[Record]:
    chance = random.Random(0)
    return [
        made_up(chance, dataset, method, size, seed)
        for dataset in DATASETS
        for method in METHODS
        for size in SIZES
        for seed in SEEDS
    ]


def made_up(chance: random.Random, dataset: str, method: str, size: int, seed: int) -> Record:
    config: dict[str, Any] = {
        "dataset": {"name": dataset, "_target_": "datasets.mnist.MNIST", "train_size": size},
        "method": {"name": method, "version": 1, "epochs": 200, "optimizer": {"lr": 0.001}},
        "loss": {"name": "cross_entropy"},
        "protocol": {"name": "default", "says": "nothing tuned"},
        "trainer": {"name": "cpu", "accelerator": "cpu", "precision": "32-true"},
        "split_seed": seed,
        "init_seed": 0,
        "threads": 1,
    }
    name = f"{dataset} {method} {size} {seed}"
    return {
        "schema": SCHEMA,
        "key": hashlib.sha256(name.encode()).hexdigest(),
        "status": "done",
        "config": config,
        "fingerprints": {"data": dataset, "split": f"{dataset} {size} {seed}"},
        "metrics": {
            "accuracy": chance.betavariate(30, 2),
            "train_accuracy": chance.betavariate(60, 1),
            "test_samples": 2533,
            "trainable_parameters": 228962,
        },
        "timing": {"train": chance.expovariate(1)},
        "provenance": {"commit": "0" * 40, "finished": f"2026-11-{1 + seed:02d}T12:00:00+00:00"},
        "caveats": [],
        "error": None,
    }


def write_page(folder: Path, records: list[Record]) -> Path:
    claims = [c for c in read_claims(CLAIMS.glob("*.yaml")) if BENCHMARK["name"] in c.benchmarks]
    frame = results_frame(records)
    table = summary(frame)
    verdicts = judge_all(claims, records, BENCHMARK["name"])
    _, png = learning_curves(frame, [], folder / "curve", METHODS, DATASETS)
    shown = blocks(table, METHODS, DATASETS)
    figures = [
        Picture(f"figure{number}", "Learning curves", "Accuracies made up.", png.read_bytes())
        for number in range(FIGURES)
    ]
    page = report_html(
        BENCHMARK, verdicts, shown, [], records, figures, frame=frame, table=table, claims=claims
    )
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    return file


def opening_seconds(file: Path) -> float:
    """From the request to the usable page, in the middle one of five openings."""
    found = []
    with chromium() as browser:
        for _ in range(OPENINGS):
            page = browser.new_page()
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]")
            found.append(page.evaluate("performance.getEntriesByName('usable')[0].startTime"))
            page.close()
    return statistics.median(found) / 1000


if __name__ == "__main__":
    sys.exit(main())
