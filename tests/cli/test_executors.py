"""The same bits from every executor and launcher; requests they cannot meet are told in a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.cli import main
from benchmarks.execution.executors import slurm
from benchmarks.execution.work import Limits, Task
from benchmarks.grid import learners
from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Plan, make_plan
from benchmarks.grid.request import parse_request
from tests.clusters import needs_slurm
from tests.tiny import last_of_each

GRID = (
    "dataset=digits01",
    "dataset.train_size=12",
    "method=mlp,logistic,leekasso",
    "split_seed=0,1",
)
RAY = ("executor=ray", "executor.workers=2")
SLURM = ("executor=slurm", "executor.cells_per_job=2", "executor.minutes=5")

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")


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
    words = last_of_each(*GRID, *words, *launcher)
    command = [sys.executable, "-m", "benchmarks", "run", "-m", *words]
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


def test_a_ray_cluster_that_is_not_there_is_told_in_a_line(scarce, results):
    outcome = scarce("run", *GRID, "executor=ray", "executor.address=127.0.0.1:1")
    assert outcome.code == 2
    assert "executor.address=127.0.0.1:1: no Ray cluster there" in outcome.err
    assert not results.exists()


WRONG = {
    "slurm executor.minutes=0": "executor.minutes=0: give a whole number from 1 up",
    "slurm executor.requeues=-1": "executor.requeues=-1: give a whole number from 0 up",
    "slurm executor.memory_gb=-4": "executor.memory_gb=-4: give a whole number from 1 up, or null",
    "slurm executor.partition=7": "executor.partition=7: give a name, or null",
    "slurm executor.cells_per_jop=7": "did you mean executor.cells_per_job?",
    "slurm executor.parameters=foo": "executor.parameters=foo: give a mapping",
    "slurm executor.setup='module load cuda'": "executor.setup=module load cuda: give a list",
    "slurm +executor.parameters.setup=x": "executor.parameters.setup=x: give a list",
    "ray executor.workers=0": "executor.workers=0: give a whole number from 1 up, or null",
    "ray executor.cpus_per_cell=0.5": "executor.cpus_per_cell=0.5: give a whole number from 1 up",
    "serial time_limit=3": "time_limit=3: executor=serial cannot stop a cell; use local",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_option_is_told_in_a_line_and_nothing_is_written(words, scarce, results):
    executor, word = words.split(maxsplit=1)
    outcome = scarce("run", *GRID, f"executor={executor}", word)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert WRONG[words] in outcome.err
    assert not results.exists()


def planned(*words: str) -> Plan:
    cell = ("dataset=digits01", "dataset.train_size=12", "method=mlp", "split_seed=0,1")
    with opened([]) as configs:
        return make_plan(parse_request(last_of_each(*cell, *words)), configs)


@pytest.fixture
def a_slurm(monkeypatch):
    """Slurm's executor, where there is none; `a_slurm.asked` is what its jobs asked for."""
    monkeypatch.setattr(slurm, "require_slurm", lambda: None)
    monkeypatch.setattr("submitit.SlurmExecutor.affinity", classmethod(lambda _: 2))

    def make(**options):
        executor = slurm.Slurm(**options)

        def map_array(submitter, chunk, chunks):
            make.asked, make.workers = submitter.parameters, chunk.local.workers
            return [object() for _ in chunks]

        monkeypatch.setattr("submitit.SlurmExecutor.map_array", map_array)
        return executor

    return make


@no_gpu
def test_a_gpu_is_looked_for_only_where_the_cells_run():
    """A node without GPU once refused what was to run on others."""
    config = planned("trainer=gpu").cells[0].config
    learners.check_buildable(config, (1, 8, 8), ("0", "1"), here=False)
    with pytest.raises(RequestError, match=r"trainer\.accelerator=gpu"):
        learners.check_buildable(config, (1, 8, 8), ("0", "1"))


@no_gpu
@pytest.mark.slow
def test_it_is_the_ray_cluster_that_must_have_the_gpus(scarce, results):
    outcome = scarce("run", *GRID, *RAY, "trainer=gpu")
    assert outcome.code == 2
    assert "more than the cluster has" in outcome.err
    assert not results.exists()


@needs_slurm
def test_cells_on_gpus_are_not_submitted_to_jobs_without(scarce, results):
    outcome = scarce("run", *GRID, *SLURM, "trainer=gpu")
    assert outcome.code == 2
    assert outcome.err == ("scarce: executor.gpus=0: cells train on a GPU; give executor.gpus=1\n")
    assert not results.exists()


def test_parameters_that_submitit_does_not_know_are_refused_before_submitting(a_slurm):
    with pytest.raises(RequestError, match=r"executor\.parameters=\{'nosuch': 1\}"):
        a_slurm(parameters={"nosuch": 1}).check(planned().cells, Limits())


REFUSED = [
    ("2", {}, r"executor\.gpus=0: .*give executor\.gpus=2"),
    ("2", {"gpus": 1}, r"trainer\.devices=2: .*give executor\.gpus=2"),
    ("[1]", {"gpus": 1}, r"trainer\.devices=\[1\]: .*give executor\.gpus=2"),
    ("2", {"gpus": 2}, None),
    ("1", {"parameters": {"gres": "gpu:1"}}, None),
]


@pytest.mark.parametrize(("devices", "options", "refusal"), REFUSED)
def test_slurm_jobs_must_have_the_gpus_of_their_cells(devices, options, refusal, a_slurm):
    cells = planned("trainer=gpu", f"trainer.devices={devices}").cells
    if refusal is None:
        a_slurm(**options).check(cells, Limits())
        return
    with pytest.raises(RequestError, match=refusal):
        a_slurm(**options).check(cells, Limits())


CPUS = [
    ({}, 6),
    ({"cells_at_once": 2}, 12),
    ({"parameters": {"cpus_per_task": 4}}, 4),  # once a TypeError: given twice
    ({"parameters": {"cpus_per_task": None}}, 6),
]


@pytest.mark.parametrize(("options", "cpus"), CPUS)
def test_a_slurm_job_gets_a_core_per_thread_device_and_cell(options, cpus, a_slurm, tmp_path):
    cells = planned("trainer.devices=2", "threads=3").cells
    executor = a_slurm(**options)
    executor.check(cells, Limits())
    executor._submit([Task(cell) for cell in cells], tmp_path, Limits(), tmp_path)
    assert a_slurm.asked["cpus_per_task"] == cpus
    assert a_slurm.workers == 2 * options.get("cells_at_once", 1)


class JobThatSaid:
    def __init__(self, text: str | None):
        self.text, self.asked = text, 0

    def stderr(self) -> str | None:
        self.asked += 1
        return self.text


def test_a_lost_cell_tells_the_last_words_of_its_own_job():
    """They were once those of any job, read again for each cell."""
    first, second = (Task(cell) for cell in planned().cells)
    third = Task(planned("split_seed=2").cells[0])
    jobs = [JobThatSaid("slurmstepd: killed\n\n"), JobThatSaid(None), JobThatSaid("other")]
    submitted = [(jobs[0], [first, second]), (jobs[1], [third]), (jobs[2], [])]
    keys = [task.cell.key for task in (first, second, third)]
    said = slurm.last_words(submitted, keys)
    assert [said[key] for key in keys] == [": slurmstepd: killed", ": slurmstepd: killed", ""]
    assert [job.asked for job in jobs] == [1, 1, 0]
