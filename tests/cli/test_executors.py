"""The same bits from every executor and launcher; requests they cannot meet are told in a line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cli import main

GRID = (
    "dataset=digits01",
    "dataset.train_size=12",
    "method=mlp,logistic,leekasso",
    "split_seed=0,1",
)
RAY = ("executor=ray", "executor.workers=2")
SLURM = ("executor=slurm", "executor.cells_per_job=2", "executor.minutes=5")


def slurm_answers() -> bool:
    if shutil.which("squeue") is None:
        return False
    return subprocess.run(["squeue"], capture_output=True, timeout=60).returncode == 0


needs_slurm = pytest.mark.skipif(not slurm_answers(), reason="no Slurm here: sbatch is not found")


def run(folder: Path, *words: str, flags: tuple[str, ...] = ()) -> int:
    # What is handed to other machines must not depend on where this process looks for modules.
    return main(["run", *flags, *GRID, *words, f"results_dir={folder}"])


def measured(folder: Path) -> dict[str, tuple]:
    records = [json.loads(file.read_text()) for file in (folder / "records").glob("*.json")]
    return {r["key"]: (r["predictions"]["sha256"], r["metrics"], r["history"]) for r in records}


def left_over(folder: Path) -> list[Path]:
    return [*(folder / "leases").iterdir(), *folder.rglob("*.tmp")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Every cell of the grid, one after another in this process."""
    folder = tmp_path_factory.mktemp("serial")
    assert run(folder, "executor=serial") == 0
    found = measured(folder)
    assert len(found) == 6
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [RAY, pytest.param(SLURM, marks=needs_slurm)], ids=["ray", "slurm"]
)
def test_a_cluster_gives_the_same_bits(words, undisturbed, tmp_path):
    assert run(tmp_path, *words) == 0
    assert measured(tmp_path) == undisturbed
    assert left_over(tmp_path) == []


LAUNCHERS = [
    ("hydra/launcher=basic",),
    ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    ("hydra/launcher=submitit_local",),
    pytest.param(("hydra/launcher=submitit_slurm",), marks=needs_slurm),
]


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS, ids=lambda words: words[0].partition("=")[2])
def test_hydras_launchers_give_the_same_bits(launcher, undisturbed, tmp_path):
    words = ("executor.workers=1", "method=logistic", "split_seed=0,1")
    if launcher[0].endswith("basic"):
        words = ("executor=serial", "split_seed=0,1")
    command = [sys.executable, "-m", "benchmarks", "run", "-m", *GRID, *words, *launcher]
    done = subprocess.run(
        [*command, f"results_dir={tmp_path}"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = measured(tmp_path)
    assert len(found) >= 2
    assert {key: undisturbed[key] for key in found} == found


@needs_slurm
def test_a_refusal_of_sbatch_is_told_in_a_line(scarce):
    outcome = scarce("run", *GRID, *SLURM, "executor.partition=nosuch")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "invalid partition" in outcome.err


@pytest.mark.parametrize(("executor", "package"), [("ray", "ray"), ("slurm", "submitit")])
def test_an_executor_without_its_library_says_which_extra_to_install(
    executor, package, scarce, results, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    outcome = scarce("run", *GRID, f"executor={executor}")
    assert outcome.code == 2
    told = f"executor={executor}: needs {package}: pip install --editable '.[{executor}]'"
    assert told in outcome.err
    assert not results.exists()


def test_a_machine_without_slurm_is_told_apart(scarce, results, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = scarce("run", *GRID, "executor=slurm")
    assert outcome.code == 2
    assert "executor=slurm: Slurm is not here (no sbatch)" in outcome.err
    assert not results.exists()


def test_a_slurm_that_does_not_answer_is_told_with_its_own_words(
    scarce, results, monkeypatch, tmp_path
):
    for name in ("sbatch", "srun", "squeue"):
        file = tmp_path / name
        file.write_text("#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    outcome = scarce("run", *GRID, "executor=slurm")
    assert outcome.code == 2
    assert "Slurm cannot be reached: Unable to contact slurm controller" in outcome.err
    assert not results.exists()


def test_a_ray_cluster_that_is_not_there_is_told_in_a_line(scarce):
    outcome = scarce("run", *GRID, "executor=ray", "executor.address=127.0.0.1:1")
    assert outcome.code == 2
    assert "executor.address=127.0.0.1:1: no Ray cluster there" in outcome.err


WRONG = {
    "slurm executor.minutes=0": "executor.minutes=0: give a whole number from 1 up",
    "slurm executor.requeues=-1": "executor.requeues=-1: give a whole number from 0 up",
    "slurm executor.memory_gb=-4": "executor.memory_gb=-4: give a whole number from 1 up, or null",
    "slurm executor.partition=7": "executor.partition=7: give a name, or null",
    "slurm executor.cells_per_jop=7": "did you mean executor.cells_per_job?",
    "ray executor.workers=0": "executor.workers=0: give a whole number from 1 up, or null",
    "ray executor.cpus_per_cell=0.5": "executor.cpus_per_cell=0.5: give a whole number from 1 up",
    "serial time_limit=3": "time_limit=3: executor=serial cannot stop a cell; use local",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_option_is_told_in_a_line(words, scarce):
    executor, word = words.split()
    outcome = scarce("run", *GRID, f"executor={executor}", word)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert WRONG[words] in outcome.err
