"""A full disk and one that can only be read: one clear line, and nothing that was there is lost."""

from __future__ import annotations

import subprocess

import pytest

from tests.faults.disks import small_disk
from tests.faults.program import DIGITS, Suite

CELLS = 40
WORDS = (*DIGITS, "method=mlp", "method.epochs=20", "executor.workers=1")
SERIAL = (*WORDS[:-1], "executor=serial")
GRID = (*WORDS, f"split_seed=range({CELLS})")


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    with small_disk(tmp_path_factory.mktemp("disks") / "disk", kilobytes=500) as disk:
        yield disk


@pytest.fixture(scope="module")
def suite(disk) -> Suite:
    return Suite(disk.folder.parent, results=disk.folder / "results")


@pytest.fixture(scope="module")
def filled(suite, disk):
    """A run that ends because the disk is full, and the records that there were then."""
    assert suite.here("run", *SERIAL, "split_seed=range(2)").code == 0
    ended = suite.call("run", *GRID, **disk.options())
    return ended, suite.records


@pytest.fixture(scope="module")
def full_again(filled, suite, disk):
    """The same command while there is not a byte left."""
    disk.fill()
    return suite.reading("run", *GRID, **disk.options())


@pytest.fixture(scope="module")
def enlarged(full_again, suite, disk):
    disk.enlarge()
    return suite.here("run", *GRID)


def test_a_full_disk_ends_the_run_with_one_line(filled, suite, disk):
    ended, _ = filled
    assert ended.code == 2, ended.out
    last = ended.out.strip().splitlines()[-1]
    assert last.startswith(f"scarce: results_dir={suite.results}: ")
    assert disk.reason in last
    assert "Traceback" not in ended.out


def test_what_was_finished_before_is_intact(filled, suite, disk):
    _, records = filled
    assert all(record["status"] == "done" for record in records.values())
    assert len(records) >= 2
    plan = suite.here("plan", *GRID)
    assert plan.code == 0
    assert suite.here("claims").code == 0


def test_a_full_disk_leaves_no_half_of_anything(filled, suite):
    assert suite.leftovers() == []


def test_a_disk_that_is_still_full_is_told_in_the_same_way(full_again, suite):
    assert full_again.code == 2, full_again.out
    assert "Traceback" not in full_again.out
    assert f"results_dir={suite.results}: " in full_again.out


def test_with_space_the_same_command_goes_on(enlarged, filled, suite):
    _, before = filled
    assert enlarged.code == 0, enlarged.out
    assert len(suite.records) == CELLS
    assert {key: suite.records[key] for key in before} == before
    assert (suite.leases(), suite.leftovers()) == ([], [])


class TestReadOnly:
    """After all that, the same disk can only be read."""

    @pytest.fixture(autouse=True)
    def read_only(self, enlarged, suite, disk):
        before = suite.records
        with disk.read_only() as self.options:
            if not can_start(self.options):
                pytest.skip("neither mounting nor giving up root's rights is permitted here")
            yield
        assert suite.records == before

    @pytest.mark.parametrize("seeds", [CELLS, CELLS + 1])
    def test_a_run_is_refused_in_one_line(self, seeds, suite):
        ended = suite.reading("run", *WORDS, f"split_seed=range({seeds})", **self.options)
        assert ended.code == 2, ended.out
        assert len(ended.out.strip().splitlines()) == 1
        assert f"results_dir={suite.results}: cannot be written" in ended.out

    @pytest.mark.parametrize("command", [("plan", *GRID), ("claims",)], ids=lambda c: c[0])
    def test_what_only_reads_still_works(self, command, suite):
        ended = suite.reading(*command, **self.options)
        assert ended.code == 0, ended.out

    def test_a_report_says_that_it_cannot_be_written(self, suite):
        ended = suite.reading("report", **self.options)
        assert ended.code == 2, ended.out
        assert "Traceback" not in ended.out
        assert f"{suite.results}" in ended.out.strip().splitlines()[-1]


def can_start(options: dict[str, object]) -> bool:
    try:
        return subprocess.run(["true"], **options).returncode == 0
    except subprocess.SubprocessError:
        return False
