"""Records travel: merged from another machine or from what is published."""

from __future__ import annotations

from benchmarks.records.store import Store
from tests.records.samples import edit_arrays
from tests.tiny import TINY

GRID = (*TINY, "method=leekasso,logistic", "split_seed=range(3)")


def test_published_records_come_back_whole(scarce, published, records, tmp_path):
    scarce("run", *GRID)
    assert scarce("publish", "benchmark=quickstart").code == 0
    other = f"results_dir={tmp_path / 'other'}"
    outcome = scarce("merge", "published", other)
    assert "6 records taken" in outcome.out
    merged = Store(tmp_path / "other")
    for key, record in records().items():
        found = merged.read(key)
        assert found.pop("predictions")["precision"] == "half"
        assert record.pop("predictions")["precision"] == "single"
        assert found == record
    assert "Nothing to train" in scarce("run", *GRID, other).out


def test_merged_predictions_keep_the_predicted_classes(scarce, published, records, tmp_path):
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


def test_merged_records_do_not_count_as_a_replication(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    other = f"results_dir={tmp_path / 'other'}"
    scarce("merge", "published", other)
    assert "Cells also published: 0" in scarce("run", *GRID, other).out


def test_merging_names_what_is_damaged_there_and_takes_the_rest(scarce, records, results, tmp_path):
    scarce("run", *TINY, "method=logistic", "split_seed=range(3)")
    one, other, _ = sorted(records())
    (results / "records" / f"{one}.json").write_text("{")
    edit_arrays(Store(results), other, lambda arrays: b"PK")
    outcome = scarce("merge", str(results), f"results_dir={tmp_path / 'mine'}")
    assert outcome.code == 0
    assert "1 records taken" in outcome.out
    assert f"damaged there, left out: {one}.json" in outcome.out
    assert f"{other}.json: not readable" in outcome.out
