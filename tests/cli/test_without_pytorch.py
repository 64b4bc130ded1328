"""Without PyTorch all that reads results works, and what trains says what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from benchmarks.grid.configs import PROJECT
from tests.tiny import ONE_CELL, TINY

TRAINED = (*TINY, "method=logistic,leekasso", "split_seed=range(3)")
LEFT_OUT = ("torch", "functorch", "pytorch_lightning", "lightning", "timm")


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """All that is installed beside this interpreter, but PyTorch and what stands on it."""
    folder = tmp_path_factory.mktemp("packages")
    for entry in Path(numpy.__file__).parents[1].iterdir():
        if not entry.name.startswith(LEFT_OUT):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def reader(packages, results) -> Callable[..., subprocess.CompletedProcess]:
    """The command line in a process that finds these packages and no others."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [PROJECT, packages]))}

    def call(*words: str) -> subprocess.CompletedProcess:
        # Without site, nothing else is found.
        command = [sys.executable, "-S", "-m", "benchmarks", *words, f"results_dir={results}"]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=PROJECT, timeout=300
        )

    return call


READING = {
    "plan": ("plan", "benchmark=quickstart"),
    "report": ("report",),
    "claims": ("claims",),
    "table": ("table", "rows=method", "columns=train_size"),
    "key": ("key", "explain", *ONE_CELL),
    "compact": ("compact",),
    "list": ("list", "methods"),
    "doctor": ("doctor", "benchmark=quickstart"),
    "a run with nothing left to train": ("run", *TRAINED, "figures=none"),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", READING.values(), ids=READING.keys())
def test_what_reads_works(words, reader, scarce):
    assert scarce("run", *TRAINED, "figures=none").code == 0
    done = reader(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("run", *ONE_CELL),
        pytest.param(("run", *TINY, "method=logistic", "split_seed=0"), marks=pytest.mark.slow),
        pytest.param(("verify", "benchmark=quickstart", "cells=1"), marks=pytest.mark.slow),
    ],
    ids=["network", "estimator", "verify"],
)
def test_what_trains_says_in_one_line_what_it_needs(words, reader):
    done = reader(*words)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "pip install --editable '.[training]'" in done.stderr


def test_check_names_it_as_what_failed(reader):
    done = reader("check", "conf/method/mlp.yaml")
    assert done.returncode == 1, done.stderr
    assert "package=torch: not installed, and training needs it" in done.stdout


def test_doctor_tells_that_it_is_not_here(reader):
    found = json.loads(reader("doctor", "benchmark=quickstart", "--json").stdout)
    assert found["devices"]["torch"].startswith("does not load")
    assert found["devices"]["gpus"] is None
    told = {package["name"]: package["extra"] for package in found["packages"]}
    assert told["torch"] == "training"
