"""SIGKILL of the whole program: its workers end, too, and the same command goes on."""

from __future__ import annotations

import pytest

from tests.faults.program import DIGITS, Suite, end_of, gone, until, workers_of

WORDS = (*DIGITS, "method=steady", "split_seed=range(8)", "executor.workers=1")


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Suite:
    suite = Suite(tmp_path_factory.mktemp("parent"))
    suite.add("steady", "Steady")
    return suite


@pytest.fixture(scope="module")
def killed(suite) -> dict:
    """Records and workers of a run that was killed in the middle."""
    process = suite.start("run", *WORDS)
    until(lambda: len(suite.records) >= 3, process)
    workers = workers_of(process)
    process.kill()
    end_of(process)
    return {"workers": workers, "records": suite.records}


def test_no_worker_survives_its_parent(killed):
    assert killed["workers"]
    assert gone(killed["workers"], seconds=10)


def test_the_same_command_finishes_what_is_missing(suite, killed):
    before = killed["records"]
    assert 3 <= len(before) < 8
    again = suite.call("run", *WORDS)
    assert again.code == 0, again.out
    assert len(suite.records) == 8
    assert {key: suite.records[key] for key in before} == before
    assert f"{len(before)} done, 0 failed, {8 - len(before)} to run" in again.out
    assert suite.notes("begin").total() <= 9, "only the cell in flight was computed again"
    assert (suite.leases(), suite.leftovers()) == ([], [])
