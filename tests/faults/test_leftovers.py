"""What killed processes left behind is removed by the next run, even by one that trains nothing."""

from __future__ import annotations

import os

import pytest

from benchmarks.execution.leases import EXPIRY
from tests.tiny import ONE_CELL

KEY = "a" * 64


@pytest.fixture
def left(scarce, results) -> list:
    """A lease of a dead owner, halves of a record and of a manifest, a report in the making."""
    assert scarce("run", *ONE_CELL).code == 0
    lease = results / "leases" / f"{KEY}.0"
    record = results / "records" / f".{KEY}.json.1.tmp"
    manifest = results / "quickstart" / ".manifest.json.1.tmp"
    report = results / "quickstart" / ".writing-0"
    report.mkdir()
    for file in (lease, record, manifest, report / "table.csv"):
        file.touch()
    os.utime(lease, (lease.stat().st_mtime - 2 * EXPIRY,) * 2)
    return [lease, record, manifest, report]


def test_it_is_gone_after_a_run_with_nothing_to_train(left, scarce):
    outcome = scarce("run", *ONE_CELL)
    assert outcome.code == 0
    assert "Nothing to train" in outcome.out
    assert [path.name for path in left if path.exists()] == []


def test_what_a_living_owner_is_writing_stays(left, scarce, results):
    lease, record, *_ = left
    os.utime(lease)
    assert scarce("run", *ONE_CELL).code == 0
    assert lease.exists()
    assert record.exists()
