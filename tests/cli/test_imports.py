"""Reading commands start fast: they never import PyTorch or Lightning."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tiny import ONE_CELL

CODE = """
import sys
from benchmarks.cli import main
assert main(sys.argv[1:]) == 0
heavy = {"torch", "pytorch_lightning"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.fixture
def finished(scarce, results):
    assert scarce("run", *ONE_CELL).code == 0
    return f"results_dir={results}"


@pytest.mark.parametrize(
    "words",
    [
        ["plan", *ONE_CELL],
        ["run", *ONE_CELL, "figures=none"],
        ["report"],
        ["claims", "benchmark=quickstart"],
        ["list", "methods"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_trains_nothing_imports_no_torch(words, finished):
    command = [sys.executable, "-c", CODE, *words, finished]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
