"""Finished cells of a small benchmark, to be changed and verified."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.records.store import Store
from tests.cli.verify.tiny import BENCHMARK, MODULE, MOODY, NET


@pytest.fixture
def mine(outside):
    """The user's own folder: a benchmark, its two methods, and the module of one of them."""
    folder = outside / "mine"
    files = {"benchmark/tiny": BENCHMARK, "method/small_net": NET, "method/moody": MOODY}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(text)
    (folder / "moody_estimator.py").write_text(MODULE)
    return folder


@pytest.fixture
def tiny(mine):
    return (f"hydra.searchpath=[file://{mine}]", "benchmark=tiny", "executor=serial")


@pytest.fixture
def finished(scarce, tiny, records):
    """The keys of the benchmark's four finished cells."""
    assert scarce("run", *tiny).code == 0
    return sorted(records())


@pytest.fixture
def verify(scarce, tiny):
    def call(*words: str):
        return scarce("verify", *tiny, *words)

    return call


@pytest.fixture
def edit(results):
    """Change a stored record."""

    def change(key: str, **blocks: dict) -> None:
        file = results / "records" / f"{key}.json"
        record = json.loads(file.read_text())
        for name, values in blocks.items():
            record[name].update(values)
        file.write_text(json.dumps(record))

    return change


@pytest.fixture
def rewrite(results):
    """Change one of the stored arrays; gives the new one."""

    def change(key: str, **changes) -> np.ndarray:
        store = Store(results)
        record, arrays = store.read_whole(key)
        ((name, changed),) = changes.items()
        arrays[name] = changed(arrays[name])
        store.write(record, arrays)
        return arrays[name]

    return change
