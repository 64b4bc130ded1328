"""The time that a whole run may take."""

from __future__ import annotations

import time

import pytest

from benchmarks.execution.budget import Budget, seconds_of
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.work import Limits, Task, Work
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell
from tests.clusters import needs_slurm
from tests.tiny import TINY

SLOW = {"method": {"name": "slow"}, "dataset": {"name": "d", "train_size": 1}}
QUICK = {"method": {"name": "quick"}, "dataset": {"name": "d", "train_size": 1}}
METHODS = ("method=logistic,linear_svm", "split_seed=range(3)")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90), ("10m", 600), ("1.5h", 5400), (20, 20), (None, None)],
)
def test_a_budget_is_written_with_its_unit_or_in_seconds(written, seconds):
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["soon", "10", "-1m", 0, True, "0s", float("inf")])
def test_what_is_no_time_is_refused(written):
    with pytest.raises(RequestError, match=r"budget=.*: give a time such as 90s"):
        seconds_of(written)


def test_a_cell_that_would_not_end_in_time_is_not_begun():
    forecast = Forecast()
    forecast.learn(SLOW, 100.0)
    forecast.learn(QUICK, 1.0)
    budget = Budget(10.0, forecast)
    assert not budget.allows(SLOW)
    assert budget.allows(QUICK)


def test_a_cell_like_none_that_was_measured_is_begun():
    assert Budget(10.0, Forecast()).allows(SLOW)


def test_a_run_beyond_its_budget_keeps_what_is_done_and_goes_on_later(scarce, records):
    outcome = scarce("run", *TINY, *METHODS, "budget=0.000001s")
    assert outcome.code == 0
    assert "left out: beyond the budget" in outcome.out
    assert len(records()) < 6
    assert scarce("run", *TINY, *METHODS).code == 0
    assert len(records()) == 6


@needs_slurm
def test_a_budget_that_slurm_cannot_keep_is_refused(scarce):
    outcome = scarce("run", *TINY[:2], "method=logistic", "executor=slurm", "budget=1m")
    assert outcome.code == 2
    assert "budget=1m: this executor hands all cells over at once" in outcome.err


@pytest.mark.slow
def test_a_cell_that_is_running_when_the_budget_ends_is_stopped_and_stays_to_be_run(
    scarce, records
):
    words = ("dataset=digits01", "dataset.train_size=10", "method=mlp", "method.epochs=500000")
    start = time.monotonic()
    outcome = scarce("run", *words, "split_seed=0", "executor.workers=1", "budget=12s")
    assert time.monotonic() - start < 60
    assert outcome.code == 0
    assert "1 left out: beyond the budget" in outcome.out
    assert records() == {}


def test_under_a_budget_whole_cross_validations_come_one_after_another():
    def task(seed, size):
        dataset = {"name": "d", "train_size": size, "folds": 2}
        config = {"method": {"name": "m"}, "dataset": dataset, "split_seed": seed}
        return Task(Cell(f"{seed} {size}", config, {}))

    tasks = [task(seed, size) for size in (10, 80) for seed in range(4)]
    order = [each.cell.key for each in Work(tasks, Limits(), Forecast()).round_by_round()]
    assert order == ["0 80", "1 80", "0 10", "1 10", "2 80", "3 80", "2 10", "3 10"]
