"""Damaged files of a cell: no command stumbles over them, and the next run mends what it can."""

from __future__ import annotations

import pytest

from tests.tiny import TINY

GRID = (*TINY, "method=logistic,leekasso", "split_seed=range(2)")
CUT, EMPTY = slice(0, 40), slice(0, 0)


@pytest.fixture
def cell(scarce, records) -> str:
    assert scarce("run", *GRID).code == 0
    return sorted(records())[0]


@pytest.mark.parametrize("kept", [CUT, EMPTY], ids=["cut short", "empty"])
@pytest.mark.parametrize("ending", ["json", "npz"])
def test_every_command_still_works(ending, kept, cell, scarce, results):
    damage(results / "records" / f"{cell}.{ending}", kept)
    assert scarce("plan", *GRID).code == 0
    assert scarce("report").code == 0
    assert scarce("claims").code == 0
    assert scarce("run", *GRID).code == 0


@pytest.mark.parametrize("kept", [CUT, EMPTY], ids=["cut short", "empty"])
def test_a_damaged_record_counts_as_missing_until_the_next_run(kept, cell, scarce, results):
    damage(results / "records" / f"{cell}.json", kept)
    assert scarce("plan", "--json", *GRID).json["done"] == 3
    assert f"damaged record left out: {cell}.json" in scarce("report").out
    assert f"{cell}.json" in scarce("run", *GRID).out
    assert scarce("plan", "--json", *GRID).json["done"] == 4


@pytest.mark.parametrize("kept", [CUT, EMPTY], ids=["cut short", "empty"])
def test_damaged_predictions_are_named_by_what_needs_them(kept, cell, scarce, results):
    file = results / "records" / f"{cell}.npz"
    damage(file, kept)
    outcome = scarce("publish")
    assert outcome.code == 2
    assert file.name in outcome.err
    file.unlink()
    assert "1 to run" in scarce("run", *GRID).out
    assert scarce("publish").code == 0


def damage(file, kept: slice) -> None:
    file.write_bytes(file.read_bytes()[kept])
