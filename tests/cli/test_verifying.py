"""`scarce verify`: finished cells run again are identical, within the interval, or changed."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from benchmarks.execution.verification import wilson
from benchmarks.grid import data
from benchmarks.grid.key import cell_key
from benchmarks.records.store import Store
from datasets.mnist import MNIST
from tests.records.samples import edit_arrays

BENCHMARK = """
name: tiny
says: one linear model and one net on ten digits
grid:
  - {dataset: digits01, dataset.train_size: 10, method: [moody, small_net], split_seed: range(2)}
"""
NET = """
name: small_net
says: one hidden layer of 8 units
version: 1
_target_: models.neural.NeuralClassifier
inputs: unit
network: {_target_: models.networks.MLP, hidden: [8], activation: relu, dropout: 0.0}
optimizer: {_target_: torch.optim.Adam, lr: 0.01}
batch_size: 10
epochs: 2
"""
MOODY = """
name: moody
says: logistic regression that can be told to behave otherwise
version: 1
_target_: models.linear.LinearClassifier
inputs: unit
estimator: {_target_: moody_estimator.Moody}
"""
MODULE = """
import os
from sklearn.linear_model import LogisticRegression

class Moody(LogisticRegression):
    def fit(self, X, y):
        mood = os.environ.get("MOOD")
        if mood == "broken":
            raise ValueError("not in the mood")
        return super().fit(X, 1 - y if mood == "contrary" else y)
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The user's own folder: a benchmark, its two methods, and the module of one of them."""
    folder = tmp_path / "mine"
    files = {"benchmark/tiny": BENCHMARK, "method/small_net": NET, "method/moody": MOODY}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(text)
    (folder / "moody_estimator.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def tiny(mine):
    return (f"hydra.searchpath=[file://{mine}]", "benchmark=tiny", "executor=serial")


@pytest.fixture
def finished(scarce, tiny, records):
    """The keys of the benchmark's four finished cells."""
    assert scarce("run", *tiny).code == 0
    return sorted(records())


@pytest.fixture
def verify(scarce, tiny):
    def call(*words: str):
        return scarce("verify", *tiny, *words)

    return call


@pytest.fixture
def edit(results):
    """Change a stored record."""

    def change(key: str, **blocks: dict) -> None:
        file = results / "records" / f"{key}.json"
        record = json.loads(file.read_text())
        for name, values in blocks.items():
            record[name].update(values)
        file.write_text(json.dumps(record))

    return change


@pytest.fixture
def rewrite(results):
    """Change one of the stored arrays; gives the new one."""

    def change(key: str, **changes) -> np.ndarray:
        store = Store(results)
        record, arrays = store.read_whole(key)
        ((name, changed),) = changes.items()
        arrays[name] = changed(arrays[name])
        store.write(record, arrays)
        return arrays[name]

    return change


def statuses(outcome) -> dict[str, str]:
    return {cell["key"]: cell["status"] for cell in outcome.json["cells"]}


def cell(outcome, key: str) -> dict:
    (found,) = (cell for cell in outcome.json["cells"] if cell["key"] == key)
    return found


def key_of(record: dict) -> str:
    return cell_key(record["config"], record["fingerprints"])


def keep(results, record: dict, predictions: dict) -> None:
    """Put a record into the store as one of the benchmark's whole grid."""
    Store(results).write(record, predictions)
    manifest = results / "tiny" / "whole.json"
    listed = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**listed, "cells": [*listed["cells"], record["key"]]}))


def content(folder) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files}


def test_what_was_run_here_comes_out_identical(verify, finished):
    outcome = verify("cells=all", "--json")
    assert outcome.code == 0
    assert statuses(outcome) == dict.fromkeys(finished, "identical")
    assert (outcome.json["identical"], outcome.json["changed"]) == (4, 0)
    assert outcome.json["source"] == "own"
    told = cell(outcome, finished[0])
    assert told["recorded"] == told["rerun"]
    assert told["reason"] is None
    assert told["provenance"] == {}


def test_the_stored_results_are_not_touched(verify, finished, results):
    before = content(results)
    verify("cells=2")
    assert content(results) == before


def test_people_read_a_line_per_cell_and_the_counts(verify, finished):
    outcome = verify("cells=all")
    assert outcome.code == 0
    rows = [line.split() for line in outcome.out.splitlines()]
    assert {row[0] for row in rows if row and row[-1] == "identical"} == {k[:8] for k in finished}
    assert "own records" in outcome.out
    assert "4 identical, 0 within the interval, 0 changed" in outcome.out
    assert "Same commit, versions and machine as then" in outcome.out


def test_published_records_are_identical_to_the_bit_although_their_scores_are_rounded(
    verify, scarce, tiny, finished, tmp_path
):
    assert scarce("publish", *tiny).code == 0
    outcome = verify("cells=all", "--json", f"results_dir={tmp_path / 'none'}")
    assert outcome.json["source"] == "published"
    assert statuses(outcome) == dict.fromkeys(finished, "identical")
    assert not (tmp_path / "none").exists()


def test_another_accuracy_outside_the_interval_is_changed(verify, finished, edit):
    edit(finished[0], metrics={"accuracy": 0.25})
    outcome = verify("cells=all", "--json")
    assert outcome.code == 1
    assert statuses(outcome) == {
        **dict.fromkeys(finished, "identical"),
        finished[0]: "changed",
    }
    told = cell(outcome, finished[0])
    assert told["recorded"]["accuracy"] == 0.25
    assert not told["interval"][0] <= told["rerun"]["accuracy"] <= told["interval"][1]
    assert "outside" in told["reason"]


def test_another_accuracy_inside_the_interval_is_within(verify, finished, edit, records):
    metrics = records()[finished[0]]["metrics"]
    near = metrics["accuracy"] - 1 / metrics["test_samples"]
    edit(finished[0], metrics={"accuracy": near})
    outcome = verify(f"key={finished[0]}", "--json")
    assert outcome.code == 0
    assert statuses(outcome) == {finished[0]: "within"}
    low, high = cell(outcome, finished[0])["interval"]
    assert low < near < metrics["accuracy"] < high


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"history": {"train_loss": [1.0]}}, "other history"),
        ({"metrics": {"train_accuracy": 0.25}}, "other metrics"),
    ],
    ids=["history", "metrics"],
)
def test_the_same_accuracy_from_other_bits_is_within(block, reason, verify, finished, edit):
    edit(finished[0], **block)
    outcome = verify(f"key={finished[0]}", "--json")
    assert outcome.code == 0
    assert (outcome.json["within"], outcome.json["identical"]) == (1, 0)
    assert cell(outcome, finished[0])["reason"] == f"same accuracy, {reason}"


def test_the_same_accuracy_from_other_scores_is_within(verify, finished, edit, rewrite):
    scores = rewrite(finished[0], scores=lambda scores: scores * np.float32(2))
    edit(finished[0], predictions={"sha256": hashlib.sha256(scores.tobytes()).hexdigest()})
    outcome = verify(f"key={finished[0]}", "--json")
    assert outcome.code == 0
    assert cell(outcome, finished[0])["reason"] == "same accuracy, other scores"


WRONG = {
    "scores": (lambda scores: scores * np.float32(2), "scores are not those of its record"),
    "predicted": (lambda predicted: 1 - predicted, "classes are not those of its record"),
    "labels": (lambda labels: 1 - labels, "labels are not those of its test samples"),
    "test_index": (lambda index: index[:-1], "test_index are not whole"),
}


def test_scores_that_contradict_their_record_are_not_published(scarce, tiny, finished, rewrite):
    rewrite(finished[0], scores=WRONG["scores"][0])
    outcome = scarce("publish", *tiny)
    assert outcome.code == 2
    assert "are not those of the record" in outcome.err


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (name, source)
        for name in WRONG
        for source in ("own", "published", "merged")
        if (name, source) != ("scores", "published")  # which is refused
    ],
)
def test_stored_predictions_that_contradict_their_record_are_not_identical(
    name, source, verify, scarce, tiny, finished, rewrite, results, tmp_path
):
    change, reason = WRONG[name]
    elsewhere = f"results_dir={tmp_path / 'none'}"
    words = [elsewhere] if source == "published" else []
    if source == "published":
        rewrite(finished[0], **{name: change})
        scarce("publish", *tiny)
        if name == "test_index":
            reason = "predictions cannot be read"
    if source == "merged":
        scarce("publish", *tiny)
        for file in (results / "records").iterdir():
            file.unlink()
        scarce("merge", "published")
    if source != "published":
        rewrite(finished[0], **{name: change})
    outcome = verify("cells=all", "--json", *words)
    assert outcome.code == 1
    assert statuses(outcome) == {**dict.fromkeys(finished, "identical"), finished[0]: "changed"}
    assert reason in cell(outcome, finished[0])["reason"]


def test_stored_predictions_that_cannot_be_read_are_not_identical(verify, finished, results):
    edit_arrays(Store(results), finished[0], lambda arrays: b"PK")
    outcome = verify(f"key={finished[0]}", "--json")
    assert outcome.code == 1
    assert cell(outcome, finished[0])["reason"] == "its stored predictions cannot be read"


@pytest.mark.parametrize(
    ("mood", "reason"),
    [("broken", "it fails now: ValueError: not in the mood"), ("contrary", "outside the interval")],
)
def test_code_that_changed_its_answers_is_found_out(
    mood, reason, verify, finished, records, monkeypatch
):
    monkeypatch.setenv("MOOD", mood)
    outcome = verify("cells=all", "--json")
    assert outcome.code == 1
    for key, record in records().items():
        moody = record["config"]["method"]["name"] == "moody"
        assert statuses(outcome)[key] == ("changed" if moody else "identical")
        if moody:
            assert reason in cell(outcome, key)["reason"]
            assert reason in verify(f"key={key}").out


def test_the_provenance_that_differs_is_told_with_both_values(verify, finished, edit, records):
    torch = records()[finished[0]]["provenance"]["packages"]["torch"]
    packages = {**records()[finished[0]]["provenance"]["packages"], "torch": "1.0.0"}
    edit(finished[0], provenance={"packages": packages, "finished": "2020-01-01"})
    told = cell(verify("cells=all", "--json"), finished[0])
    assert told["provenance"] == {"packages.torch": ["1.0.0", torch]}
    (line,) = (w for w in verify(f"key={finished[0]}").out.splitlines() if "torch" in w)
    assert line.split() == ["packages.torch", "1.0.0", torch]


def test_for_cells_that_differ_only_their_own_provenance_is_told(verify, finished, edit):
    edit(finished[0], provenance={"python": "2.7"}, metrics={"accuracy": 0.25})
    edit(finished[1], provenance={"python": "2.6"})
    told = verify("cells=all").out
    assert "2.7" in told
    assert "2.6" not in told
    assert f"Provenance that differs: {finished[0][:8]}\n" in told


class TestACellThatIsNotPlannedAnyMore:
    def test_is_told_with_the_fields_that_differ_and_not_rerun(
        self, verify, finished, mine, records
    ):
        file = mine / "method" / "small_net.yaml"
        file.write_text(NET.replace("epochs: 2", "epochs: 3"))
        outcome = verify("cells=all", "--json")
        assert outcome.code == 0
        assert (outcome.json["identical"], outcome.json["stale"]) == (2, 2)
        for key, record in records().items():
            told = cell(outcome, key)
            stale = record["config"]["method"]["name"] == "small_net"
            assert told["status"] == ("stale" if stale else "identical")
            assert told["differences"] == ({"method.epochs": [2, 3]} if stale else {})
        shown = verify("cells=all").out
        assert "stale: small_net on digits01, 2 of its cells" in shown
        (line,) = (w for w in shown.splitlines() if w.startswith("method.epochs"))
        assert line.split() == ["method.epochs", "2", "3"]

    def test_is_told_where_the_grid_has_nothing_in_its_place(self, verify, finished, mine):
        (mine / "benchmark" / "tiny.yaml").write_text(BENCHMARK.replace("range(2)", "range(1)"))
        outcome = verify("cells=all", "--json")
        gone = [c for c in outcome.json["cells"] if c["status"] == "stale"]
        assert {c["split_seed"] for c in gone} == {1}
        assert {c["reason"] for c in gone} == {"not in today's grid"}
        assert outcome.json["identical"] == 2

    def test_alone_verifies_nothing(self, verify, finished, mine, records):
        file = mine / "method" / "small_net.yaml"
        file.write_text(NET.replace("version: 1", "version: 2"))
        names = {key: r["config"]["method"]["name"] for key, r in records().items()}
        (key, *_) = (key for key, name in names.items() if name == "small_net")
        outcome = verify(f"key={key}", "--json")
        assert outcome.code == 1
        assert statuses(outcome) == {key: "stale"}

    def test_is_unavailable_where_only_its_data_are_missing(
        self, scarce, mine, tiny, finished, monkeypatch, tmp_path
    ):
        """A record of data that this machine does not have: its configuration is today's."""
        (mine / "benchmark" / "tiny.yaml").write_text(BENCHMARK.replace("digits01", "mnist01"))
        record, predictions = Store(tmp_path / "results").read_whole(finished[0])
        planned = self.cells_without_mnist(tiny, monkeypatch, tmp_path)
        record["config"] = next(
            config
            for config in planned
            if config["method"]["name"] == record["config"]["method"]["name"]
            and config["split_seed"] == record["config"]["split_seed"]
        )
        record["key"] = key_of(record)
        keep(tmp_path / "results", record, predictions)
        outcome = scarce("verify", *tiny, f"key={record['key']}", "--json")
        assert outcome.code == 1
        told = cell(outcome, record["key"])
        assert told["status"] == "unavailable"
        assert "SCARCE_DATA" in told["reason"]

    def cells_without_mnist(self, tiny, monkeypatch, tmp_path):
        from benchmarks.grid.configs import opened
        from benchmarks.grid.plan import make_plan
        from benchmarks.grid.request import parse_request

        data.forget()
        monkeypatch.delenv("SCARCE_DATA", raising=False)
        monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(MNIST, "mirrors", ("http://127.0.0.1:9/",))
        request = parse_request([*tiny])
        with opened(list(request.folders)) as configs:
            return [cell.config for cell in make_plan(request, configs).unavailable]


class TestHowManyAndWhich:
    def test_the_number_asked_for(self, verify, finished):
        told = verify("cells=2", "--json").json
        assert len(told["cells"]) == told["identical"] == 2

    def test_all_where_there_are_no_more_and_that_is_said(self, verify, finished):
        outcome = verify("cells=9")
        assert "fewer than 9 can be rerun: these are all" in outcome.out
        assert "4 identical" in outcome.out

    def test_one_by_the_beginning_of_its_key(self, verify, finished):
        assert statuses(verify(f"key={finished[2][:10]}", "--json")) == {finished[2]: "identical"}

    @pytest.mark.parametrize("count", ["0", "-1", "1.5", "some", "", "²"])
    def test_a_number_that_is_none_is_refused(self, count, verify):
        outcome = verify(f"cells={count}")
        assert outcome.code == 2
        assert outcome.err == f"scarce: cells={count}: give a whole number from 1 up, or all\n"

    @pytest.mark.parametrize(
        ("word", "remedy"),
        [("key=ffffffff", "no such key"), ("key=abc", "4 digits"), ("key=", "neither")],
    )
    def test_a_key_that_is_none_is_refused(self, word, remedy, verify, finished):
        outcome = verify(word)
        assert outcome.code == 2
        assert remedy in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1

    def test_a_number_beside_a_key_is_refused(self, verify):
        assert "key= names one cell" in verify("cells=2", "key=abcdef").err


def test_without_finished_cells_the_command_that_makes_them_is_named(verify, results):
    outcome = verify()
    assert outcome.code == 2
    assert "scarce run benchmark=tiny" in outcome.err
    assert not results.exists()


def test_failed_cells_are_not_rerun(verify, scarce, tiny, mine, records):
    diverging = NET.replace("lr: 0.01", "lr: 1.0e+30").replace("epochs: 2", "epochs: 50")
    (mine / "method" / "small_net.yaml").write_text(diverging)
    assert scarce("run", *tiny).code == 1
    told = statuses(verify("cells=all", "--json"))
    done = [key for key, record in records().items() if record["status"] == "done"]
    assert told.keys() == set(done)
    assert len(done) == 2


@pytest.mark.parametrize("word", ["split_seed=0", "method=moody", "method.epochs=3", "threads=2"])
def test_a_changed_grid_is_refused(word, verify):
    outcome = verify(word)
    assert outcome.code == 2
    assert word in outcome.err


def test_the_interval_is_wilsons():
    low, high = wilson({"accuracy": 1.0, "test_samples": 72})
    assert low == pytest.approx(72 / (72 + 1.959964**2))
    assert high == 1.0


def test_an_accuracy_that_is_no_share_of_the_samples_is_taken_to_the_nearest_one():
    assert wilson({"accuracy": 0.5001, "test_samples": 72}) == wilson(
        {"accuracy": 0.5, "test_samples": 72}
    )


@pytest.mark.parametrize(
    "word", ["executor=slurm", "time_limit=1", "memory_limit=1", "retry=failed"]
)
def test_settings_of_runs_are_refused_not_ignored(word, scarce):
    outcome = scarce("verify", "benchmark=quickstart", word)
    assert outcome.code == 2
    assert f"{word}: verify reruns in this process; leave this out" in outcome.err
