"""Compacting moves records into one file; whatever is asked of them is answered as before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tiny import TINY

pytestmark = pytest.mark.slow  # every test runs a grid

GRID = (*TINY, "method=leekasso,logistic", "split_seed=range(3)")
ANSWER = ("table.csv", "table.md", "table.tex", "claims.md", "claims.json", "report.html")


def single_files(results):
    return sorted(file.name for file in (results / "records").glob("*.json"))


def answer(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ANSWER}


def test_finished_records_become_one_file(scarce, results):
    scarce("run", *GRID)
    outcome = scarce("compact")
    file = results / "records" / "compact" / "quickstart.parquet"
    assert (outcome.code, single_files(results)) == (0, [])
    size = f"{file.stat().st_size / 1e3:.0f} kB"
    assert outcome.out == (
        f"quickstart: 6 records folded into {file} (6 records, {size}); single records left: 0\n"
    )


def test_nothing_to_fold_says_so(scarce):
    outcome = scarce("compact")
    assert (outcome.code, outcome.out) == (
        0,
        "quickstart: nothing to fold; single records left: 0\n",
    )


def test_nothing_runs_again_after_compacting(scarce):
    scarce("run", *GRID)
    before = scarce("plan", "--json", *GRID).json
    scarce("compact")
    assert scarce("plan", "--json", *GRID).json == before
    assert "Nothing to train" in scarce("run", *GRID).out


def test_report_and_claims_are_the_same_to_the_byte(scarce, results):
    scarce("run", *GRID)
    scarce("report")  # makes the page of all benchmarks, to which later reports have a link
    scarce("report")
    before = answer(results / "quickstart"), scarce("claims", "--json").out
    scarce("compact")
    scarce("report")
    assert (answer(results / "quickstart"), scarce("claims", "--json").out) == before


def test_what_is_published_is_the_same_to_the_byte(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    scarce("compact")
    scarce("publish", "benchmark=quickstart", f"published_dir={tmp_path / 'again'}")
    names = (*ANSWER, "records.parquet", "manifest.json")
    for name in names:
        again = (tmp_path / "again" / "quickstart" / name).read_bytes()
        assert again == (published / "quickstart" / name).read_bytes(), name


def test_deleting_the_file_runs_its_cells_again(scarce, results):
    scarce("run", *GRID)
    scarce("compact")
    (results / "records" / "compact" / "quickstart.parquet").unlink()
    assert "6 to run" in scarce("run", *GRID).out


def test_compacted_records_of_another_machine_merge(scarce, results, tmp_path):
    scarce("run", *GRID)
    scarce("compact")
    other = f"results_dir={tmp_path / 'other'}"
    assert "6 records taken" in scarce("merge", str(results), other).out
    assert "0 records taken, 6 were here already" in scarce("merge", str(results), other).out


def test_cells_outside_the_benchmarks_own_grid_stay_single(scarce, results):
    scarce("run", *TINY, "method=logistic", "split_seed=range(9,11)")  # the grid has ten splits
    assert "1 records folded" in scarce("compact").out
    assert len(single_files(results)) == 1


def test_failed_and_damaged_records_stay_and_are_told(scarce, results):
    scarce("run", *GRID)
    first, second = sorted((results / "records").glob("*.json"))[:2]
    text = first.read_text().replace('"status": "done"', '"status": "failed"')
    error = '"error": {"type": "ValueError", "message": "no", "log": [], "losses": 0}'
    first.write_text(text.replace('"error": null', error))
    second.write_text("{")
    outcome = scarce("compact")
    assert outcome.code == 0
    assert "4 records folded" in outcome.out
    assert "single records left: 2 (1 failed, 1 damaged)" in outcome.out
    assert f"damaged record, left as it is: {second.name}: " in outcome.out


def test_a_damaged_file_is_told_and_its_cells_run_again(scarce, results):
    scarce("run", *GRID)
    scarce("compact")
    file = results / "records" / "compact" / "quickstart.parquet"
    os.truncate(file, 500)
    outcome = scarce("run", *GRID)
    assert outcome.code == 0
    assert "compact/quickstart.parquet: " in outcome.out
    assert "6 to run" in outcome.out
    refused = scarce("compact")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "delete it" in refused.err
    file.unlink()
    assert "6 records folded" in scarce("compact").out


def test_a_changed_grid_is_refused(scarce):
    outcome = scarce("compact", "split_seed=0")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "split_seed=0" in outcome.err


def test_a_folder_that_cannot_be_written_is_told_and_intact(scarce, results):
    scarce("run", *GRID)
    before = single_files(results)
    (results / "records" / "compact").write_text("no folder")
    outcome = scarce("compact")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert f"results_dir={results}: cannot be written" in outcome.err
    assert single_files(results) == before
