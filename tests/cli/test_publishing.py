"""Records travel: published as one file, merged elsewhere, compared with the next run."""

from __future__ import annotations

import json

import pytest

from tests.tiny import TINY

GRID = (*TINY, "method=leekasso,logistic", "split_seed=range(3)")


@pytest.fixture
def published(tmp_path):
    return tmp_path / "published"


def test_published_records_come_back_whole(scarce, published, records, tmp_path):
    scarce("run", *GRID)
    assert scarce("publish", "benchmark=quickstart").code == 0
    other = f"results_dir={tmp_path / 'other'}"
    outcome = scarce("merge", "published", other)
    assert "6 records taken" in outcome.out
    files = (tmp_path / "other" / "records").glob("*.json")
    merged = {file.stem: json.loads(file.read_text()) for file in files}
    for record in records().values():
        assert merged[record["key"]].pop("predictions")["precision"] == "half"
        assert record.pop("predictions")["precision"] == "single"
        assert merged[record["key"]] == record
    assert "Nothing to train" in scarce("run", *GRID, other).out


def test_merged_predictions_keep_the_predicted_classes(scarce, published, records, tmp_path):
    from benchmarks.grid.store import Store

    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    scarce("merge", "published", f"results_dir={tmp_path / 'other'}")
    for key, record in records().items():
        arrays = Store(tmp_path / "other").predictions(key)
        accuracy = (arrays["predicted"] == arrays["labels"]).mean()
        assert accuracy == record["metrics"]["accuracy"]
        assert arrays["scores"].shape == (len(arrays["labels"]), 2)


def test_a_results_folder_of_another_machine_merges_too(scarce, results, tmp_path):
    scarce("run", *GRID)
    other = f"results_dir={tmp_path / 'other'}"
    assert "6 records taken" in scarce("merge", str(results), other).out
    assert "0 records taken, 6 were here already" in scarce("merge", str(results), other).out


def test_published_results_never_stand_in_for_a_run(scarce, published, results):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    fresh = scarce("run", *GRID, f"results_dir={results.parent / 'fresh'}")
    assert "6 to run" in fresh.out


def test_a_run_ends_with_how_far_it_agrees_with_the_published(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    fresh = scarce("run", *GRID, f"results_dir={tmp_path / 'fresh'}")
    assert "Cells also published: 6; identical accuracy: 6" in fresh.out


def test_merged_records_do_not_count_as_a_replication(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    other = f"results_dir={tmp_path / 'other'}"
    scarce("merge", "published", other)
    assert "Cells also published: 0" in scarce("run", *GRID, other).out


def test_a_partial_publication_says_so(scarce, published, records, results):
    scarce("run", *GRID)
    lost = next(iter(records()))
    (results / "records" / f"{lost}.json").unlink()
    scarce("publish", "benchmark=quickstart")
    assert "partial: 5 of 720 cells" in (published / "quickstart" / "report.html").read_text()


def test_a_narrowed_run_does_not_narrow_what_is_published(scarce, published, results):
    scarce("run", *GRID)
    scarce("run", *GRID[:-1], "split_seed=0")
    scarce("publish", "benchmark=quickstart")
    assert "partial: 6 of 720 cells" in (published / "quickstart" / "report.html").read_text()


def test_a_changed_grid_is_not_published_under_the_benchmarks_name(scarce, published):
    scarce("run", *GRID)
    outcome = scarce("publish", "benchmark=quickstart", "split_seed=0")
    assert outcome.code == 2
    assert not published.exists()


def test_the_own_report_says_by_what_its_grid_was_changed(scarce, results):
    scarce("run", *GRID)
    report = (results / "quickstart" / "report.html").read_text()
    assert "method=leekasso,logistic" in report


def test_claims_show_own_results_before_published_ones(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    elsewhere = scarce("claims", "--json", f"results_dir={tmp_path / 'nothing'}").json["claims"]
    own = scarce("claims", "--json").json["claims"]
    assert {c["results"] for c in elsewhere} <= {"published", None}
    assert {c["results"] for c in own} <= {"own", None}


def test_nothing_published_names_a_folder_of_this_machine(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    for file in (published / "quickstart").iterdir():
        assert str(tmp_path).encode() not in file.read_bytes()
