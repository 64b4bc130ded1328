"""Damaged files of a cell: no command stumbles over them, and the next run mends what it can."""

from __future__ import annotations

import pytest

from benchmarks.records.store import Store
from tests.records.samples import edit_arrays
from tests.tiny import TINY

GRID = (*TINY, "method=logistic,leekasso", "split_seed=range(2)")
CUT, EMPTY = slice(0, 40), slice(0, 0)


@pytest.fixture
def cell(scarce, records) -> str:
    assert scarce("run", *GRID).code == 0
    return sorted(records())[0]


@pytest.mark.parametrize("kept", [CUT, EMPTY], ids=["cut short", "empty"])
@pytest.mark.parametrize("part", ["record", "predictions"])
def test_every_command_still_works(part, kept, cell, scarce, results):
    DAMAGE[part](results, cell, kept)
    assert scarce("plan", *GRID).code == 0
    assert scarce("report").code == 0
    assert scarce("claims").code == 0
    assert scarce("run", *GRID).code == 0


@pytest.mark.parametrize("kept", [CUT, EMPTY], ids=["cut short", "empty"])
def test_a_damaged_record_counts_as_missing_until_the_next_run(kept, cell, scarce, results):
    damage_record(results, cell, kept)
    assert scarce("plan", "--json", *GRID).json["done"] == 3
    assert f"damaged record left out: {cell}.json" in scarce("report").out
    assert f"{cell}.json" in scarce("run", *GRID).out
    assert scarce("plan", "--json", *GRID).json["done"] == 4


def test_damaged_predictions_are_named_by_what_needs_them(cell, scarce, results):
    damage_predictions(results, cell, CUT)
    outcome = scarce("publish")
    assert outcome.code == 2
    assert f"{cell}.json" in outcome.err
    (results / "records" / f"{cell}.json").unlink()
    assert "1 to run" in scarce("run", *GRID).out
    assert scarce("publish").code == 0


def test_a_record_with_empty_predictions_counts_as_missing_until_the_next_run(
    cell, scarce, results
):
    damage_predictions(results, cell, EMPTY)
    assert scarce("plan", "--json", *GRID).json["done"] == 3
    assert f"{cell}.json: its predictions are missing" in scarce("run", *GRID).out
    assert scarce("publish").code == 0


def damage_record(results, cell: str, kept: slice) -> None:
    file = results / "records" / f"{cell}.json"
    file.write_bytes(file.read_bytes()[kept])


def damage_predictions(results, cell: str, kept: slice) -> None:
    edit_arrays(Store(results), cell, lambda arrays: arrays[kept])


DAMAGE = {"record": damage_record, "predictions": damage_predictions}
