"""The same cell gives the same bits: in any order, alone or among others, in any process."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow
GRID = (
    "dataset=digits01",
    "dataset.train_size=12",
    "method=mlp,cnn,logistic,leekasso",
    "split_seed=range(2)",
)


def measured(records: dict[str, dict]) -> dict[str, tuple]:
    return {
        key: (record["predictions"]["sha256"], record["metrics"], record["history"])
        for key, record in records.items()
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Every cell of the grid, one after another in one process."""
    return _run(tmp_path_factory.mktemp("serial"), "executor=serial")


def test_two_worker_processes_give_the_same_bits_as_one_after_another(undisturbed, tmp_path):
    assert _run(tmp_path, "executor.workers=2") == undisturbed


def test_the_reverse_order_gives_the_same_bits(undisturbed, tmp_path):
    seeds = "split_seed=1,0"
    methods = "method=leekasso,logistic,cnn,mlp"
    assert _run(tmp_path, "executor=serial", seeds, methods) == undisturbed


def test_a_cell_alone_gives_the_same_bits(undisturbed, tmp_path):
    alone = _run(tmp_path, "executor=serial", "method=cnn", "split_seed=1")
    assert len(alone) == 1
    assert all(undisturbed[key] == found for key, found in alone.items())


def _run(folder, *words):
    import json

    from benchmarks.cli import main

    given = {word.partition("=")[0]: word for word in (*GRID, *words)}
    assert main(["run", *given.values(), f"results_dir={folder}"]) == 0
    files = (folder / "records").glob("*.json")
    return measured({file.stem: json.loads(file.read_text()) for file in files})
