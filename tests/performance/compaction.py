"""What folding many records into one file costs, and reading them all back.

Every record is that of one real cell, an MLP on the bundled digits (200 epochs of history, 72 test
samples), with another key, seed, history and predictions. Their single files are made first and do
not count. Folding and reading back run in a fresh process each; the reader asks for every record at
once, as a run or a report does, and so for no history. How fast files are removed is up to the file
system of $TMPDIR.

    python -m tests.performance.compaction [records]
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.records.compaction import fold
from benchmarks.records.store import Predictions, Record, Store

RECORDS, SECONDS, MEGABYTES = 100_000, 20.0, 2000.0
DISTINCT = 500  # predictions among all records: packing them takes longer than folding them
NAME = "digits"


def main(records: int = RECORDS) -> int:
    with tempfile.TemporaryDirectory() as folder:
        in_a_fresh_process("make", folder, records)
        sizes = [sum(file.stat().st_size for file in Path(folder).rglob("*.*"))]
        measured = [in_a_fresh_process(step, folder, records) for step in ("compact", "read_back")]
        sizes.append(sum(file.stat().st_size for file in Path(folder).rglob("*.*")))
    return report(records, sizes, *measured)


def make(store: Store, keys: list[str]) -> int:
    """The single files; unlike the store, this waits for the disk once, not after each of them."""
    chance = random.Random(0)
    store.prepare()
    record, predictions = one_real_cell()
    packed = [packed_predictions(predictions, seed) for seed in range(DISTINCT)]
    for number, key in enumerate(keys):
        document = varied(record, number, key, chance)
        document["history"] = document.pop("history")  # the place that the store gives it
        document["arrays"] = packed[number % DISTINCT]
        (store.folder / f"{key}.json").write_text(json.dumps(document))
    os.sync()
    return len(keys)


def one_real_cell() -> tuple[Record, Predictions]:
    from benchmarks.execution import worker
    from benchmarks.execution.cell import run_cell
    from benchmarks.grid.configs import opened
    from benchmarks.grid.plan import make_plan
    from benchmarks.grid.request import parse_request

    worker.silence()
    worker.pin_threads(1)
    words = ["dataset=digits01", "dataset.train_size=80", "method=mlp", "split_seed=0"]
    with opened([]) as configs:
        (cell,) = make_plan(parse_request(words), configs).cells
    return run_cell(cell)


def varied(record: Record, number: int, key: str, chance: random.Random) -> Record:
    losses = [chance.expovariate(1) * 10 ** -chance.randint(0, 6) for _ in range(200)]
    return {
        **record,
        "key": key,
        "config": {**record["config"], "split_seed": number},
        "metrics": {**record["metrics"], "accuracy": chance.random()},
        "history": {"train_loss": [float(np.float32(loss)) for loss in losses]},
        "timing": {name: round(chance.random(), 6) for name in record["timing"]},
    }


def packed_predictions(predictions: Predictions, seed: int) -> str:
    chance = np.random.default_rng(seed)
    scores = chance.dirichlet([0.1, 0.1], len(predictions["labels"])).astype(np.float32)
    packed = io.BytesIO()
    np.savez_compressed(packed, **{**predictions, "scores": scores})
    return b64encode(packed.getvalue()).decode()


def in_a_fresh_process(step: str, folder: str, records: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.performance.compaction", step, folder, str(records)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def compact(store: Store, keys: list[str]) -> int:
    return fold(store, NAME, keys).folded


def read_back(store: Store, keys: list[str]) -> int:
    return len(store.read_all(keys))


def measure(step: Callable[[Store, list[str]], int], folder: str, records: int) -> None:
    """Seconds and peak memory of this process, as one JSON text."""
    store = Store(Path(folder))
    keys = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(records)]
    start, busy = time.perf_counter(), time.process_time()
    count = step(store, keys)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    if count != records:
        raise RuntimeError(f"{count} of {records} records")
    print(json.dumps({"seconds": seconds, "busy": busy, "megabytes": _peak_megabytes()}))


def report(
    records: int, sizes: list[int], folding: dict[str, float], reading: dict[str, float]
) -> int:
    seconds = folding["seconds"] + reading["seconds"]
    megabytes = max(folding["megabytes"], reading["megabytes"])
    before, after = (size / 1e6 for size in sizes)
    print(
        f"{records} records of an MLP cell, {before:.0f} MB of single files, {after:.0f} MB folded"
    )
    for name, step in (("folding", folding), ("reading back", reading)):
        print(
            f"  {name:12} {step['seconds']:8.2f} s  {step['megabytes']:8.0f} MB"
            f"  ({step['busy']:.2f} s of processor time)"
        )
    print(f"  both         {seconds:8.2f} s               (at most {SECONDS:.0f} s)")
    print(f"  peak memory              {megabytes:8.0f} MB  (at most {MEGABYTES:.0f} MB)")
    return 0 if seconds <= SECONDS and megabytes <= MEGABYTES else 1


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


STEPS = {"make": make, "compact": compact, "read_back": read_back}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        measure(STEPS[sys.argv[1]], sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
