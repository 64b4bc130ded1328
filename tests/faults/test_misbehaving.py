"""A learner that misbehaves costs its own cell and no other, and its record says why."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from benchmarks.grid.configs import PROJECT
from tests.faults.program import DIGITS, Suite

LIMITS = ("time_limit=5", "memory_limit=1500", "lost_workers=1")
METHODS = {
    "raising": "Raising",
    "slow": "Slow",
    "big": "Big",
    "segfaulting": "Segfaulting",
    "aborting": "Aborting",
    "exiting": "Exiting",
}
DIVERGING = """
name: diverging
says: a step so large that the loss is no number any more
version: 1
_target_: models.neural.NeuralClassifier
inputs: unit
network: {_target_: models.networks.MLP, hidden: [8], activation: relu, dropout: 0.0}
optimizer: {_target_: torch.optim.SGD, lr: 1.0e+30}
batch_size: 10
epochs: 50
"""
SAID = {
    "raising": ("ValueError", "no such table"),
    "diverging": ("Diverged", "loss"),
    "slow": ("TimeLimitExceeded", "more than time_limit=5 seconds"),
    "big": ("MemoryLimitExceeded", "more than memory_limit=1500"),
    "segfaulting": ("WorkerLost", "SIGSEGV"),
    "aborting": ("WorkerLost", "SIGABRT"),
    "exiting": ("WorkerLost", "exit code 3"),
}
LOST = ("segfaulting", "aborting", "exiting")


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Suite:
    suite = Suite(tmp_path_factory.mktemp("misbehaving"))
    for name, learner in METHODS.items():
        suite.add(name, learner)
    (suite.methods / "diverging.yaml").write_text(DIVERGING)
    return suite


@pytest.fixture(scope="module")
def words() -> tuple[str, ...]:
    methods = ",".join([*SAID, "logistic"])
    return (*DIGITS, f"method={methods}", "split_seed=0", "executor.workers=2", *LIMITS)


@pytest.fixture(scope="module")
def ended(suite, words):
    return suite.call("run", *words)


@pytest.fixture
def records(suite, ended) -> dict[str, dict]:
    return {name: record for name, (record,) in suite.by_method().items()}


def test_the_run_comes_to_its_end_and_says_that_cells_failed(ended):
    assert ended.code == 1, ended.out
    assert "Traceback" not in ended.out
    assert "1 done, 7 failed, 0 left" in ended.out


def test_every_cell_has_one_record_and_the_others_are_done(records):
    assert records.keys() == {*SAID, "logistic"}
    assert records["logistic"]["status"] == "done"


@pytest.mark.parametrize("name", SAID)
def test_the_record_says_what_happened(name, records, ended):
    record, (kind, text) = records[name], SAID[name]
    assert (record["status"], record["attempt"], record["metrics"]) == ("failed", 1, {})
    assert record["error"]["type"] == kind
    assert text in record["error"]["message"]
    assert record["error"]["losses"] == (name in LOST)
    assert f"failed: {name} on digits01, 1 of its cells: {kind}" in ended.out


def test_the_end_of_the_cells_log_is_in_its_record(suite, records):
    slow = records["slow"]
    assert slow["error"]["log"][-1] == "this takes an hour"
    log = (suite.results / "logs" / f"{slow['key']}.log").read_text()
    assert log.splitlines() == slow["error"]["log"]


@pytest.mark.parametrize(
    ("name", "what"), [("segfaulting", "Segmentation fault"), ("aborting", "Aborted")]
)
def test_of_a_crash_its_kind_and_the_place_are_in_the_record(name, what, records):
    log = records[name]["error"]["log"]
    assert f"Fatal Python error: {what}" in log
    assert any("tests/faults/learners.py" in line and "in fit" in line for line in log)


def test_no_path_of_this_machine_is_in_a_record(suite, records):
    for record in records.values():
        text = json.dumps(record)
        for folder in (PROJECT, suite.folder, Path.home()):
            assert f"{folder}/" not in text, record["error"]["message"]


def test_what_failed_is_no_result(suite, records):
    with open(suite.results / "quickstart" / "table.csv") as file:
        measured = [row["method"] for row in csv.DictReader(file) if row["mean"]]
    assert measured == ["logistic"]


def test_a_plain_rerun_leaves_the_failed_cells_alone(suite, words, records):
    again = suite.here("run", *words)
    assert again.code == 1
    assert "1 done, 7 failed, 0 to run" in again.out
    assert {name: record for name, (record,) in suite.by_method().items()} == records


def test_they_run_again_on_request(suite, records):
    words = (*DIGITS, "method=raising,logistic", "split_seed=0", "executor=serial")
    again = suite.here("run", *words, "retry=failed")
    assert again.code == 1
    assert "1 done, 0 failed, 1 to run" in again.out
    after = {name: record for name, (record,) in suite.by_method().items()}
    assert after["raising"]["attempt"] == 2
    assert after["logistic"] == records["logistic"]


def test_nothing_is_left_behind(suite, ended):
    assert suite.leases() == []
    assert suite.leftovers() == []
