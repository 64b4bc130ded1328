"""`logger=NAME`: what a run finishes is in a tracker, and no tracker can harm the run."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

import pytest
import yaml

from benchmarks import answers
from benchmarks.grid.configs import CONF
from tests.cli import wandb_files
from tests.tiny import ONE_CELL, TINY

TWO_CELLS = (*TINY, "method=mlp", "method.epochs=2", "split_seed=0,1")


def summary(results: Path) -> list[dict[str, str]]:
    with (results / "tracking" / "csv" / "quickstart" / "summary.csv").open() as file:
        return list(csv.DictReader(file))


def offline_runs(results: Path) -> dict[str, dict]:
    """What wandb wrote, by the identity of the run; on a busy machine it is still writing."""
    files = list((results / "tracking" / "wandb").glob("offline-run-*/*.wandb"))
    until = time.monotonic() + 60
    while not all("exit_code" in wandb_files.told(file) for file in files):
        assert time.monotonic() < until, "wandb's files do not end with the exit of their run"
        time.sleep(0.2)
    return {found["run"].run_id: found for found in map(wandb_files.told, files)}


def events(folder: Path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder)).Reload()


def settings_of(found) -> dict:
    """The hyper-parameters that TensorBoard's page of them shows."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    content = found.PluginTagToContent("hparams")["_hparams_/session_start_info"]
    return HParamsPluginData.FromString(content).session_start_info.hparams


def test_csv_has_a_row_for_each_cell_and_its_history_by_epoch(scarce, records, results):
    assert scarce("run", *TWO_CELLS, "logger=csv").code == 0
    rows = {row["key"]: row for row in summary(results)}
    assert rows.keys() == records().keys()
    for key, record in records().items():
        assert float(rows[key]["accuracy"]) == record["metrics"]["accuracy"]
        assert int(rows[key]["split_seed"]) == record["config"]["split_seed"]
        history = results / "tracking" / "csv" / "quickstart" / "history" / f"{key}.csv"
        with history.open() as file:
            epochs = list(csv.DictReader(file))
        assert [row["epoch"] for row in epochs] == ["1", "2"]
        assert [float(row["train_loss"]) for row in epochs] == record["history"]["train_loss"]


def test_the_same_command_logs_nothing_twice(scarce, results):
    scarce("run", *TWO_CELLS, "logger=csv")
    before = summary(results)
    assert "Logged 2 cells" not in scarce("run", *TWO_CELLS, "logger=csv").out
    assert summary(results) == before


def test_further_cells_are_added_and_those_that_run_again_replaced(scarce, results):
    failing = [*TINY, "method=mlp", "split_seed=0", "method.optimizer.lr=1e30", "logger=csv"]
    scarce("run", *ONE_CELL, "logger=csv")
    assert scarce("run", *failing).code == 1
    assert scarce("run", *failing, "retry=failed").code == 1
    done, failed = summary(results)
    assert (done["status"], failed["status"]) == ("done", "failed")
    assert failed["error"].startswith("Diverged: ")
    assert failed["accuracy"] == ""


def test_a_tracker_changes_no_key_and_what_was_run_before_is_not_logged(scarce, records, results):
    scarce("run", *ONE_CELL)
    before = records()
    assert "Nothing to train" in scarce("run", *ONE_CELL, "logger=csv").out
    assert records() == before
    assert not (results / "tracking" / "csv" / "quickstart" / "summary.csv").exists()


def test_rows_are_named_as_the_tables_name_them(scarce, results):
    words = (*ONE_CELL, "loss=cross_entropy,cosine", "method.optimizer.lr=0.1,0.01")
    assert scarce("run", *words, "logger=csv").code == 0
    named = {row["method"] for row in summary(results)}
    losses, rates = ("cross_entropy", "cosine"), ("lr=0.1", "lr=0.01")
    assert named == {f"mlp ({loss}, {rate})" for loss in losses for rate in rates}


def test_trials_of_a_search_are_rows_of_their_own(scarce, results):
    words = (*ONE_CELL, "protocol=tuned", "protocol.trials=2", "protocol.rungs=[1]")
    assert scarce("run", *words, "logger=csv").code == 0
    named = [row["method"] for row in summary(results)]
    assert set(named) == {"mlp, trials", "mlp"}
    assert named.count("mlp") == 1


def test_an_interrupt_tells_what_is_not_logged(scarce, records, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "answer_plan", interrupt)
    outcome = scarce("run", *ONE_CELL, "logger=csv")
    assert outcome.code == 130
    assert "logger=csv: stopped; finished cells not logged: 1" in outcome.err
    assert len(records()) == 1


WRONG = {
    "logger=wandbb": "logger=wandbb: did you mean wandb?",
    "logger=wandb logger.mode=on": "logger.mode=on: expected offline or online",
    "logger=wandb logger.project=7": "logger.project=7: give a name",
    "logger=wandb logger.proyect=x": "did you mean logger.project?",
    "logger=csv logger.folder=7": "logger.folder=7: give a name, or null",
    "logger=none +logger.folder=x": "logger.folder=x: logger=none has no options",
    "logger=csv,wandb": "logger=csv,wandb: give one name",
    "logger=csv benchmark.name=tracking": "benchmark.name=tracking: taken",
    "logger=wandb executor.workers=0": "executor.workers=0",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_request_is_told_in_a_line_before_anything_runs(words, scarce, results):
    given = [word for word in ONE_CELL if "executor.workers" not in words or word != TINY[-1]]
    outcome = scarce("run", *given, *words.split())
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert WRONG[words] in outcome.err
    assert not results.exists()


@pytest.mark.parametrize(
    ("logger", "package"),
    {"wandb": "wandb", "tensorboard": "tensorboard", "mlflow": "mlflow"}.items(),
)
def test_a_tracker_without_its_package_says_what_to_install(
    logger, package, scarce, results, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    outcome = scarce("run", *ONE_CELL, f"logger={logger}")
    assert outcome.code == 2
    assert f"logger={logger}: needs {package}: pip install {package}" in outcome.err
    assert not results.exists()


def test_every_file_says_what_it_is(scarce):
    for file in (CONF / "logger").glob("*.yaml"):
        content = yaml.safe_load(file.read_text())
        assert content["name"] == file.stem
        assert len(content["says"]) > 10
    assert {row["name"] for row in scarce("list", "loggers", "--json").json["loggers"]} == {
        file.stem for file in (CONF / "logger").glob("*.yaml")
    }


def test_tensorboard_reads_the_curves_the_settings_and_the_table(scarce, records, results):
    assert scarce("run", *ONE_CELL, "logger=tensorboard").code == 0
    (record,) = records().values()
    folder = results / "tracking" / "tensorboard" / "quickstart"
    (cell,) = (folder / "mlp").iterdir()
    found = events(cell)
    curve = [(event.step, event.value) for event in found.Scalars("train_loss")]
    assert curve == [
        (n + 1, pytest.approx(v)) for n, v in enumerate(record["history"]["train_loss"])
    ]
    accuracy = found.Scalars("metrics/accuracy")[0].value
    assert accuracy == pytest.approx(record["metrics"]["accuracy"])
    assert settings_of(found)["method.optimizer.lr"].number_value == 0.001
    assert "table.md/text_summary" in events(folder / "benchmark").Tags()["tensors"]


def test_wandb_offline_has_configuration_summary_curves_groups_and_tables(
    scarce, records, results, monkeypatch
):
    monkeypatch.setenv("WANDB_DATA_DIR", str(results / "tracking" / "wandb"))
    outcome = scarce("run", *TWO_CELLS, "logger=wandb")
    assert (outcome.code, outcome.err) == (0, "")
    assert "wandb sync" in outcome.out
    runs = offline_runs(results)
    assert len(runs) == 3
    for key, record in records().items():
        cell = runs[key[:16]]
        seed = record["config"]["split_seed"]
        assert cell["run"].run_group == "mlp"
        assert cell["run"].job_type == "digits01"
        assert cell["run"].display_name == f"mlp, n=10, split_seed={seed}, init_seed=0"
        assert cell["run"].host == ""
        assert {name: cell["config"][name] for name in record["config"]} == record["config"]
        assert cell["summary"]["accuracy"] == record["metrics"]["accuracy"]
        losses = [row["train_loss"] for row in cell["history"]]
        assert losses == record["history"]["train_loss"]
        assert cell["exit_code"] == 0
    (whole,) = (run for run in runs.values() if run["run"].job_type == "benchmark")
    assert whole["config"]["benchmark"] == "quickstart"
    (logged,) = whole["history"]
    assert logged["table/_type"] == logged["verdicts/_type"] == "table-file"
    (table,) = (results / "tracking" / "wandb").glob(f"off*/files/{logged['table/path']}")
    assert ["digits01", "default", "mlp"] in [
        row[:3] for row in json.loads(table.read_text())["data"]
    ]
    claims = json.loads((results / "quickstart" / "claims.json").read_text())["claims"]
    assert {v["id"]: whole["summary"][f"verdict/{v['id']}"] for v in claims} == {
        v["id"]: v["verdict"] for v in claims
    }


@pytest.mark.slow
def test_wandb_has_the_figures_and_failed_cells_as_failed_runs(scarce, results, monkeypatch):
    monkeypatch.setenv("WANDB_DATA_DIR", str(results / "tracking" / "wandb"))
    words = ("method=mlp", "split_seed=0", "method.optimizer.lr=1e30,1e-3", "method.epochs=2")
    outcome = scarce("run", *TINY[:2], *words, "figures=all", "logger=wandb")
    assert outcome.code == 1
    runs = offline_runs(results).values()
    cells = {run["run"].run_group: run for run in runs if run["run"].job_type == "digits01"}
    failed = cells["mlp (lr=1e+30)"]
    assert failed["exit_code"] == 1
    assert failed["summary"]["error"].startswith("Diverged: ")
    assert cells["mlp (lr=0.001)"]["exit_code"] == 0
    (whole,) = (run for run in runs if run["run"].job_type == "benchmark")
    (logged,) = whole["history"]
    figures = {name: path for name, path in logged.items() if name.endswith("/path")}
    assert "figures/learning/path" in figures
    (folder,) = (results / "tracking" / "wandb").glob("offline-run-*-quickstart-*")
    assert all((folder / "files" / figure).is_file() for figure in figures.values())


@pytest.mark.slow
def test_jobs_of_hydras_multirun_log_their_own_cells(scarce, records, results):
    words = (*TINY, "method=logistic,leekasso", "split_seed=range(2)", "logger=csv")
    assert scarce("run", "-m", *words).code == 0
    assert {row["key"] for row in summary(results)} == records().keys()


@pytest.mark.slow
def test_mlflow_has_a_run_for_each_cell_and_one_for_the_benchmark(scarce, records, results):
    tracking = pytest.importorskip("mlflow.tracking")
    assert scarce("run", *TWO_CELLS, "logger=mlflow").code == 0
    file = results / "tracking" / "mlflow" / "mlflow.db"
    client = tracking.MlflowClient(tracking_uri=f"sqlite:///{file}")
    experiment = client.get_experiment_by_name("quickstart").experiment_id
    runs = {run.data.tags["scarce.id"]: run for run in client.search_runs([experiment])}
    assert len(runs) == 3
    for key, record in records().items():
        run = runs[key[:16]]
        assert run.data.metrics["accuracy"] == record["metrics"]["accuracy"]
        assert run.data.params["method.optimizer.lr"] == "0.001"
        curve = client.get_metric_history(run.info.run_id, "train_loss")
        assert [point.value for point in curve] == record["history"]["train_loss"]
