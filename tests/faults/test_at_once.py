"""Runs at the same time of grids that overlap: each cell is computed once, and both see it."""

from __future__ import annotations

import pytest

from tests.faults.program import DIGITS, Suite, end_of

GRID = (*DIGITS, "method=steady,leekasso", "executor.workers=1")
SEEDS = ("range(0,12)", "range(4,16)")


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Suite:
    suite = Suite(tmp_path_factory.mktemp("at_once"))
    suite.add("steady", "Steady")
    return suite


@pytest.fixture(scope="module")
def ended(suite):
    started = [suite.start("run", *GRID, f"split_seed={seeds}") for seeds in SEEDS]
    return [end_of(process) for process in started]


def test_both_see_all_their_results(ended):
    for run in ended:
        assert run.code == 0, run.out
        assert "24 done, 0 failed, 0 left" in run.out
        assert "partial" not in run.out


def test_each_cell_was_computed_once(suite, ended):
    assert len(suite.records) == 2 * 16
    begun = suite.notes("begin")
    assert len(begun) == 16
    assert set(begun.values()) == {1}
    assert {record["attempt"] for record in suite.records.values()} == {1}


def test_they_shared_the_work(suite, ended):
    assert len(suite.processes()) > 1


def test_nothing_is_left_behind(suite, ended):
    assert (suite.leases(), suite.leftovers()) == ([], [])
