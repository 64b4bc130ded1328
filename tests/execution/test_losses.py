"""A lost worker counts against its cell, whoever seems to hold the cell at that moment."""

from __future__ import annotations

import json
import os
import time

import pytest

from benchmarks.execution import worker
from benchmarks.execution.dispatch import Losses
from benchmarks.execution.leases import EXPIRY, Leases
from benchmarks.execution.pool import TimeLimitExceeded, WorkerLost
from benchmarks.execution.work import Limits, Task
from benchmarks.grid.configs import opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records.store import Store
from tests.tiny import TINY


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path)
    store.prepare()
    return store


@pytest.fixture(scope="module")
def cell():
    with opened([]) as configs:
        request = parse_request([*TINY, "method=logistic", "split_seed=0"])
        return make_plan(request, configs).cells[0]


def held_elsewhere(store: Store, key: str, age: float) -> None:
    folder = store.results / "leases"
    folder.mkdir(exist_ok=True)
    owner = {"host": "another machine", "pid": 1, "started": 0.0, "since": 0.0, "says": ""}
    (folder / f"{key}.0").write_text(json.dumps(owner))
    os.utime(folder / f"{key}.0", (time.time() - age,) * 2)


def test_a_loss_on_another_machine_counts_once_its_lease_has_expired(store, cell):
    """Such losses were once asked for again without being counted, without end."""
    losses = Losses(store, Limits(lost_workers=2))
    held_elsewhere(store, cell.key, age=0)
    losses.add(Task(cell, attempt=1, losses=1), WorkerLost("gone"))
    assert losses.keep() == ([], [])
    assert losses
    assert store.read(cell.key) is None

    held_elsewhere(store, cell.key, age=2 * EXPIRY)
    again, failed = losses.keep()
    assert again == []
    assert [task.losses for task in failed] == [2]
    assert not losses
    kept = store.read(cell.key)
    assert (kept["status"], kept["attempt"], kept["error"]["losses"]) == ("failed", 2, 2)


def test_a_lost_worker_is_asked_for_again_and_a_limit_is_not(store, cell):
    losses = Losses(store, Limits(lost_workers=3))
    losses.add(Task(cell), WorkerLost("killed"))
    again, failed = losses.keep()
    assert [task.losses for task in again] == [1]
    assert failed == []
    losses.add(again[0], TimeLimitExceeded("too long"))
    again, failed = losses.keep()
    assert again == []
    assert [task.attempt for task in failed] == [2]


def test_a_cell_that_somebody_finished_meanwhile_stays_finished(store, cell):
    """An owner that slept for long once replaced what its follower had finished."""
    assert worker.work(Task(cell), store.results)[0] == "done"
    losses = Losses(store, Limits())
    losses.add(Task(cell), WorkerLost("killed"))
    assert losses.keep()[1] == []
    assert store.read(cell.key)["status"] == "done"


def test_a_record_answers_even_while_a_lease_of_the_cell_is_there(store, cell):
    """Two runs once waited for each other on cells that both had finished."""
    assert worker.work(Task(cell), store.results)[0] == "done"
    held_elsewhere(store, cell.key, age=0)
    assert worker.work(Task(cell), store.results) == ("done", None)
    with Leases(store.results).acquired(cell.key) as lease:
        assert lease is None
