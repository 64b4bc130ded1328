"""`scarce table`: any two axes of what was run, or of what is published."""

from __future__ import annotations

import pytest

from benchmarks.grid.configs import PROJECT

PUBLISHED = f"published_dir={PROJECT / 'results' / 'published'}"
QUICKSTART = ("table", "benchmark=quickstart", PUBLISHED)


def test_the_default_is_methods_by_training_size(scarce):
    outcome = scarce(*QUICKSTART)
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("# quickstart (published results)\n")
    head = next(line for line in outcome.out.splitlines() if line.startswith("| method"))
    assert [cell.strip() for cell in head.strip("|").split("|")][3:] == [
        "n = 10",
        "n = 20",
        "n = 40",
        "n = 80",
    ]


def test_any_two_axes_with_filters_in_another_format(scarce):
    words = ("rows=dataset", "columns=method", "train_size=80", "method=mlp,cnn", "format=csv")
    outcome = scarce(*QUICKSTART, *words)
    assert outcome.code == 0, outcome.err
    assert "mnist01" in outcome.out
    assert "leekasso" not in outcome.out


def test_a_metric_of_the_predictions_is_computed_from_them(scarce):
    outcome = scarce(*QUICKSTART, "metric=balanced_accuracy", "dataset=digits01", "method=mlp")
    assert outcome.code == 0, outcome.err
    assert "Balanced test accuracy" in outcome.out


def test_a_metric_that_scores_cannot_give_says_so(scarce):
    outcome = scarce(*QUICKSTART, "metric=log_loss", "method=leekasso", "dataset=digits01")
    assert "the scores are no probabilities" in outcome.out


def test_a_reference_gives_paired_differences_to_it(scarce):
    outcome = scarce(*QUICKSTART, "reference=leekasso", "dataset=mnist01")
    assert "Difference in test accuracy to leekasso in points" in outcome.out


def test_the_table_as_one_json_document(scarce):
    outcome = scarce(*QUICKSTART, "--json", "dataset=mnist01", "method=mlp,cnn")
    document = outcome.json
    assert (document["benchmark"], document["results"]) == ("quickstart", "published")
    (panel,) = document["panels"]
    assert panel["columns"] == [10, 20, 40, 80]
    assert [row["value"] for row in panel["rows"]] == ["mlp", "cnn"]
    cell = panel["rows"][0]["cells"][0]
    assert cell["low"] <= cell["mean"] <= cell["high"]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("rows=methd", "rows=methd: did you mean method?"),
        ("columns=method", "columns=method: already the rows"),
        ("metric=acuracy", "did you mean accuracy?"),
        ("format=tx", "format=tx: "),
        ("method=leekaso", "method=leekaso: did you mean leekasso?"),
        ("reference=leekaso", "reference=leekaso: did you mean leekasso?"),
        ("rows=", "rows=: give a value"),
        ("level=95", "level=95: expected a share between 0.5 and 1"),
        ("benchmark=quickstart", "benchmark=quickstart: given twice"),
        ("method.epochs=3", "method.epochs=3: a table shows what was run; leave this out"),
        ("benchmark=nothing", "benchmark=nothing"),
    ],
)
def test_a_wrong_request_is_told_in_one_line(scarce, word, told):
    words = ("table", word) if word == "benchmark=nothing" else (*QUICKSTART, word)
    outcome = scarce(*words)
    assert outcome.code == 2
    assert told in outcome.err
    assert len(outcome.err.splitlines()) == 1
