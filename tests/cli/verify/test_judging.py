"""`scarce verify`: finished cells run again are identical, within the interval, or changed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from benchmarks.records.store import Store
from tests.cli.verify.tiny import (
    cell,
    content,
    statuses,
)
from tests.records.samples import edit_arrays

pytestmark = pytest.mark.slow  # every test runs cells again


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
