"""`scarce run`: what is missing is run, once; what is there stays."""

from __future__ import annotations

import csv
import json

import pytest

from benchmarks.records.store import Store
from tests.records.samples import edit_arrays
from tests.tiny import ONE_CELL, TINY


def test_a_second_run_trains_nothing_and_says_so(scarce, records):
    first = scarce("run", *ONE_CELL)
    before = records()
    second = scarce("run", *ONE_CELL)
    assert (first.code, second.code) == (0, 0)
    assert "Nothing to train" not in first.out
    assert "Nothing to train" in second.out
    assert records() == before


def test_deleting_one_record_reruns_that_one_cell(scarce, records, results):
    words = (*TINY, "method=logistic", "split_seed=range(3)")
    scarce("run", *words)
    before = records()
    lost = sorted(before)[1]
    (results / "records" / f"{lost}.json").unlink()
    assert "2 done, 0 failed, 1 to run" in scarce("run", *words).out
    after = records()
    assert after.keys() == before.keys()
    assert after[lost]["metrics"] == before[lost]["metrics"]
    assert all(after[key] == before[key] for key in before if key != lost)


@pytest.mark.parametrize(
    "change",
    [
        "method.optimizer.lr=0.01",
        "split_seed=7",
        "init_seed=1",
        "dataset.train_size=11",
        "threads=2",
    ],
)
def test_a_changed_science_field_runs_a_new_cell(change, scarce, records):
    scarce("run", *ONE_CELL)
    outcome = scarce(
        "run", *(w for w in ONE_CELL if w.split("=")[0] != change.split("=")[0]), change
    )
    assert "1 to run" in outcome.out
    assert len(records()) == 2


@pytest.mark.parametrize("change", ["executor.workers=1", "executor=serial", "trainer.devices=1"])
def test_a_changed_way_of_running_runs_nothing(change, scarce):
    scarce("run", *ONE_CELL)
    words = [word for word in ONE_CELL if not word.startswith("executor")]
    assert "Nothing to train" in scarce("run", *words, change).out


def test_the_record_tells_all_that_is_needed_to_repeat_and_judge_it(scarce, records):
    scarce("run", *ONE_CELL)
    ((key, record),) = records().items()
    assert record["key"] == key
    assert record["status"] == "done"
    assert record["schema"] == 2
    assert record["config"]["method"]["name"] == "mlp"
    assert "root" not in record["config"]["dataset"]
    assert 0 <= record["metrics"]["accuracy"] <= 1
    assert 0 <= record["metrics"]["train_accuracy"] <= 1
    assert len(record["history"]["train_loss"]) == record["config"]["method"]["epochs"]
    assert record["timing"].keys() == {"data", "train", "test", "total"}
    assert {"commit", "dirty", "packages", "threads", "device"} <= record["provenance"].keys()


def test_predictions_are_kept_and_agree_with_the_accuracy(scarce, records, results):
    scarce("run", *ONE_CELL)
    ((key, record),) = records().items()
    predictions = Store(results).predictions(key)
    hits = predictions["predicted"] == predictions["labels"]
    assert len(hits) == record["metrics"]["test_samples"]
    assert hits.mean() == record["metrics"]["accuracy"]
    assert (predictions["scores"].argmax(axis=1) == predictions["predicted"]).all()


def without_status(text: str) -> bytes:
    return json.dumps({k: v for k, v in json.loads(text).items() if k != "status"}).encode()


def without_metrics(text: str) -> bytes:
    return json.dumps({**json.loads(text), "metrics": {}}).encode()


DAMAGE = {
    "cut short": lambda text: text[:100].encode(),
    "empty": lambda text: b"",
    "binary": lambda text: b"\xff\xfe\x00",
    "without status": without_status,
    "without metrics": without_metrics,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_record_is_named_and_its_cell_runs_again(damage, scarce, records, results):
    scarce("run", *ONE_CELL)
    (key,) = records()
    file = results / "records" / f"{key}.json"
    good = json.loads(file.read_text())
    file.write_bytes(DAMAGE[damage](file.read_text()))
    outcome = scarce("run", *ONE_CELL)
    assert f"{key}.json" in outcome.out
    assert json.loads(file.read_text())["metrics"] == good["metrics"]


def test_a_record_without_its_predictions_runs_again(scarce, records, results):
    scarce("run", *ONE_CELL)
    (key,) = records()
    edit_arrays(Store(results), key, lambda arrays: None)
    outcome = scarce("run", *ONE_CELL)
    assert "1 to run" in outcome.out
    assert f"{key}.json: its predictions are missing" in outcome.out
    assert len(Store(results).predictions(key)) == 4


def test_a_damaged_manifest_is_named(scarce, results):
    scarce("run", *ONE_CELL)
    file = results / "quickstart" / "manifest.json"
    file.write_text("{")
    outcome = scarce("report")
    assert outcome.code == 2
    assert str(file) in outcome.err


def test_damaged_predictions_are_named_when_they_are_needed(scarce, records, results):
    scarce("run", *TINY, "method=leekasso", "split_seed=0")
    (key,) = records()
    edit_arrays(Store(results), key, lambda arrays: arrays[:40])
    outcome = scarce("publish")
    assert outcome.code == 2
    assert f"{key}.json: not readable" in outcome.err


def test_a_cell_that_fails_is_told_kept_apart_and_run_again_on_request(scarce, records):
    diverging = (*TINY, "method=mlp", "split_seed=0", "method.optimizer.lr=1e30")
    outcome = scarce("run", *diverging)
    (record,) = records().values()
    assert outcome.code == 1
    assert record["status"] == "failed"
    assert record["error"]["type"] == "Diverged"
    assert record["metrics"] == {}
    assert "failed: mlp on digits01, 1 of its cells: Diverged" in outcome.out
    again = scarce("run", *diverging)
    assert again.code == 1
    assert "0 to run" in again.out
    assert "1 to run" in scarce("run", *diverging, "retry=failed").out


def test_one_command_with_all_methods_gives_all_the_files(scarce, results):
    assert (
        scarce(
            "run", *TINY, "split_seed=range(2)", "method.epochs=2", "method=mlp,cnn", "figures=all"
        ).code
        == 0
    )
    written = {file.name for file in (results / "quickstart").iterdir()}
    drawn = {file.name for file in (results / "quickstart" / "figures").iterdir()}
    assert {"learning.pdf", "learning.png", "training.png", "confusion.png"} <= drawn
    assert "mistakes-digits01.png" in drawn
    assert written >= {
        "table.csv",
        "table.md",
        "table.tex",
        "figures",
        "claims.md",
        "claims.json",
        "report.html",
    }


def test_requested_choices_restrict_the_grid_and_new_ones_are_added(scarce):
    plan = scarce("plan", "--json", "benchmark=beam2017", "dataset=digits01", "method=mlp,cnn")
    assert plan.json["total"] == 2 * 5 * 20
    assert plan.json["methods"].keys() == {"mlp", "cnn"}


def test_seed_is_short_for_split_seed(scarce):
    short = scarce("plan", "--json", *TINY, "method=mlp", "seed=range(4)").json
    assert short == scarce("plan", "--json", *TINY, "method=mlp", "split_seed=range(4)").json
    assert short["total"] == 4


def test_a_plan_counts_and_writes_nothing(scarce, results):
    counts = scarce("plan", "--json", *TINY).json
    assert counts["total"] == counts["pending"] == 90
    assert counts["done"] == counts["failed"] == counts["unavailable"] == 0
    assert not results.exists()
    scarce("run", *ONE_CELL)
    assert scarce("plan", "--json", *ONE_CELL).json["done"] == 1


def test_hydras_multirun_writes_the_same_records(scarce, records, results):
    words = (*TINY, "method=logistic,leekasso", "split_seed=range(2)")
    assert scarce("run", "-m", *words).code == 0
    swept = records()
    assert len(swept) == 4
    assert len(list((results / "multirun").glob("*/[0-9]"))) == 4, "one job per combination"
    assert "Nothing to train" in scarce("run", *words).out


def test_figures_are_left_out_on_request(scarce, results):
    assert scarce("run", *TINY, "method=logistic", "figures=none").code == 0
    assert (results / "quickstart" / "report.html").is_file()
    assert list((results / "quickstart" / "figures").iterdir()) == []
    wrong = scarce("run", *TINY, "method=logistic", "figures=some")
    assert (wrong.code, wrong.err) == (2, "scarce: figures=some: expected all or none\n")


def test_values_of_a_swept_field_are_rows_of_their_own(scarce, results):
    done = scarce("run", *ONE_CELL, "method.optimizer.lr=0.1,0.01")
    assert done.code == 0
    assert "mlp (lr=0.1)" in done.out
    assert "mlp (lr=0.01)" in done.out
    with (results / "quickstart" / "table.csv").open() as file:
        variants = {row["variant"] for row in csv.DictReader(file) if row["runs"] != "0"}
    assert variants == {"lr=0.01", "lr=0.1"}
