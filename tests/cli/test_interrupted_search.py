"""The factorial of losses and tuning, killed at random moments, comes to the same records."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from benchmarks.records.store import Store
from tests.cli.test_every_config import OF_LOSSES
from tests.tiny import TINY

SMALL = ("benchmark=cosine_vs_tuned", *TINY, *OF_LOSSES["cosine_vs_tuned"], "split_seed=range(2)")
TIMES = 5
LATEST = 120.0  # seconds


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_killed_at_random_and_resumed_it_gives_the_records_of_an_undisturbed_run(
    seed, scarce, results
):
    moments = random.Random(seed)
    assert killed(results, moments), "it was done before the first kill"
    for _ in range(TIMES - 1):
        killed(results, moments)
    assert scarce("run", *SMALL).code == 0
    undisturbed = results.with_name("undisturbed")
    assert scarce("run", *SMALL, f"results_dir={undisturbed}").code == 0
    assert measured(results) == measured(undisturbed)


def measured(folder) -> dict[str, tuple]:
    """By key: metrics, and the bytes of every score."""
    store = Store(folder)
    keys = [file.stem for file in (folder / "records").glob("*.json")]
    return {
        key: (store.read(key)["metrics"], store.predictions(key)["scores"].tobytes())
        for key in keys
    }


def killed(results, moments: random.Random) -> bool:
    """Whether the run was still going when some new records were there and a moment more had
    passed; nothing of it can clean up."""
    command = [sys.executable, "-m", "benchmarks", "run", *SMALL, f"results_dir={results}"]
    enough = written(results) + moments.randint(1, 4)
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    started = time.monotonic()
    while process.poll() is None and written(results) < enough:
        assert time.monotonic() - started < LATEST, "no new record"
        time.sleep(0.02)
    time.sleep(moments.uniform(0, 0.5))
    going = process.poll() is None
    if going:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return going


def written(results) -> int:
    return len(list((results / "records").glob("*.json")))
