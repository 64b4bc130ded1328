"""A worker that was killed may have been innocent: its cell runs again, but not for ever."""

from __future__ import annotations

import pytest

from tests.faults.program import DIGITS, Suite

WORDS = (*DIGITS, "method=killed,unlucky", "split_seed=0", "executor.workers=2")


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Suite:
    suite = Suite(tmp_path_factory.mktemp("lost"))
    suite.add("killed", "Killed")
    suite.add("unlucky", "KilledAtFirst")
    return suite


@pytest.fixture(scope="module")
def ended(suite):
    return suite.call("run", *WORDS)


def test_a_cell_that_always_loses_its_worker_is_failed_after_the_third(suite, ended):
    (record,) = suite.by_method()["killed"]
    assert ended.code == 1, ended.out
    assert (record["status"], record["attempt"]) == ("failed", 3)
    assert record["error"]["losses"] == 3
    assert record["error"]["type"] == "WorkerLost"
    assert "SIGKILL; out of memory, or killed from outside" in record["error"]["message"]
    assert record["error"]["log"][-1] == "just before the end"


def test_a_cell_whose_worker_was_lost_once_is_done_within_the_same_run(suite, ended):
    (record,) = suite.by_method()["unlucky"]
    assert (record["status"], record["attempt"]) == ("done", 2)


def test_afterwards_nothing_is_left_to_run_and_nothing_left_behind(suite, ended):
    again = suite.here("run", *WORDS)
    assert again.code == 1
    assert "1 done, 1 failed, 0 to run" in again.out
    assert (suite.leases(), suite.leftovers()) == ([], [])
