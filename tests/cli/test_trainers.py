"""Every trainer by its configuration, and what is promised about the equality of its results."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.grid.configs import CONF
from tests.tiny import ONE_CELL

WITHOUT_DROPOUT = (*ONE_CELL, "method.network.dropout=0", "trainer.precision=64-true")
TWO_PROCESSES = ("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2")


@pytest.fixture
def one_record(scarce, tmp_path):
    """The only record of a run of one cell, in a results folder of its own."""

    def run(folder: str, *words: str) -> dict:
        outcome = scarce("run", *words, f"results_dir={tmp_path / folder}")
        assert outcome.code == 0, outcome.err
        (file,) = (tmp_path / folder / "records").glob("*.json")
        return json.loads(file.read_text())

    return run


def scores(record: dict) -> np.ndarray:
    return np.load(io.BytesIO(base64.b64decode(record["arrays"])))["scores"]


def bits(record: dict) -> tuple:
    return record["predictions"]["sha256"], record["metrics"], record["history"]


@pytest.mark.parametrize("trainer", sorted(file.stem for file in (CONF / "trainer").iterdir()))
def test_every_trainer_runs_or_says_in_one_line_that_its_device_is_not_here(trainer, scarce):
    outcome = scarce("run", *ONE_CELL, f"trainer={trainer}")
    if outcome.code == 0:
        return
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert "trainer.accelerator=" in outcome.err
    assert "use trainer=cpu" in outcome.err


def test_where_epochs_are_selected_one_device_scores_the_test_data(scarce):
    """Refused while it is planned, before anything is trained."""
    words = (*ONE_CELL, "trainer=ddp", "trainer.accelerator=cpu", "protocol=published")
    outcome = scarce("plan", *words)
    assert outcome.code == 2
    assert "trainer.devices=2: protocol=published scores the test data on one" in outcome.err
    assert scarce("plan", *words, "trainer.devices=1").code == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_gpu_never_means_the_one_of_an_apple_computer(scarce, monkeypatch):
    """Under the same key; to Lightning it does."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    outcome = scarce("run", *ONE_CELL, "trainer=gpu")
    assert outcome.code == 2
    assert "trainer.accelerator=gpu" in outcome.err


def test_apple_computers_have_no_double_precision(scarce):
    outcome = scarce("run", *ONE_CELL, "trainer=mps", "trainer.precision=64-true")
    assert outcome.code == 2
    assert "trainer.precision=64-true: not on Apple's GPUs; use 32-true" in outcome.err


def test_fast_and_deterministic_cells_do_not_meet(one_record):
    """Of one process: what one cell chooses does not reach into the next."""
    alone = one_record("first", *ONE_CELL)
    fast = one_record("fast", *ONE_CELL, "trainer=gpu_fast", "trainer.accelerator=cpu")
    assert not torch.are_deterministic_algorithms_enabled()
    again = one_record("second", *ONE_CELL)
    assert torch.are_deterministic_algorithms_enabled()
    assert bits(again) == bits(alone)
    assert fast["key"] != alone["key"]
    told = {name: fast["provenance"][name] for name in ("precision", "deterministic")}
    assert told == {"precision": "bf16-mixed", "deterministic": False}


@pytest.mark.slow
def test_two_devices_make_one_record_that_equals_that_of_one_up_to_rounding(one_record):
    alone = one_record("alone", *WITHOUT_DROPOUT)
    together = one_record("together", *WITHOUT_DROPOUT, *TWO_PROCESSES)
    assert together["status"] == "done"
    assert together["key"] != alone["key"]
    np.testing.assert_allclose(scores(together), scores(alone), rtol=0, atol=1e-6)
    losses = [record["history"]["train_loss"] for record in (together, alone)]
    np.testing.assert_allclose(*losses, rtol=1e-9)


@pytest.mark.slow
def test_two_devices_give_the_same_bits_again_from_a_worker_process(one_record, tmp_path: Path):
    """With dropout, whose numbers each device draws for itself."""
    words = (*ONE_CELL, *TWO_PROCESSES)
    here = one_record("here", *words)
    in_worker = one_record("in_worker", *words, "executor=local", "executor.workers=2")
    assert bits(in_worker) == bits(here)
