"""A benchmark that states a metric shows it wherever accuracy would stand."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image

GRID = """grid:
  - dataset: table
    dataset.file: {file}
    dataset.target: kind
    dataset.positive: rare
    dataset.test_share: 0.5
    dataset.train_size: [40, 60]
    method: [logistic_table, decision_tree]
    split_seed: range(3)
"""
CLAIM = """id: {id}
sentence: one is better
source: {{author: A Test, title: T, where: here, date: "2026-01-01", confirmed: read}}
benchmarks: [rarely]
datasets: [table]
parts:
  - {{id: ahead, says: ahead, deciding: true, metric: {metric}, contrast: [{contrast}],
     expect: {{greater_than: 0}}}}
rule: the interval lies above 0
"""
AREA = "rea under the ROC curve"
SHOWN = ("table.csv", "table.md", "table.tex", "report.html")


def uneven_rows(count=240, rare=24):
    """A CSV of two classes, one of ten rows in a hundred, told apart in part by one number."""
    generator = np.random.default_rng(0)
    kinds = ["rare"] * rare + ["common"] * (count - rare)
    sizes = generator.normal([1.5 * (kind == "rare") for kind in kinds])
    return "\n".join(["size,kind", *(f"{s:.3f},{k}" for s, k in zip(sizes, kinds, strict=True))])


@pytest.fixture
def mine(tmp_path):
    """`mine("metric: auroc")`: the words for a benchmark of one's own folder with this line."""
    file = tmp_path / "rows.csv"
    file.write_text(uneven_rows() + "\n")

    def write(line=""):
        folder = tmp_path / "mine" / "benchmark"
        folder.mkdir(parents=True, exist_ok=True)
        text = f"name: rarely\nsays: two methods on a rare class\n{line}\n{GRID.format(file=file)}"
        (folder / "rarely.yaml").write_text(text)
        return (f"hydra.searchpath=[file://{tmp_path}/mine]", "benchmark=rarely")

    return write


@pytest.fixture
def ran(scarce, mine, tmp_path):
    """Words and outcome of a run by the area under the ROC curve, with its figures; one claim on it
    is about that metric, one about accuracy.
    """
    words = mine("metric: auroc")
    methods = ["logistic_table", "decision_tree"]
    for name, metric, contrast in (("a", "auroc", methods), ("b", "accuracy", methods[::-1])):
        file = tmp_path / "mine" / "claim" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(CLAIM.format(id=name, metric=metric, contrast=", ".join(contrast)))
    outcome = scarce("run", *words, "executor=serial", "figures=all")
    assert outcome.code == 0, outcome.err
    return words, outcome


def lines(folder, name="table.csv"):
    return list(csv.DictReader((folder / name).open()))


def test_tables_figures_report_and_terminal_show_the_metric(ran, scarce, results):
    words, outcome = ran
    folder = results / "rarely"
    assert "table (auroc in %)" in outcome.out
    assert "accuracy in %" not in outcome.out
    assert f"A{AREA} in % on table, protocol default" in (folder / "table.md").read_text()
    assert f"A{AREA} in" in (folder / "table.tex").read_text()
    assert all(
        "est accuracy" not in (folder / f"table.{kind}").read_text() for kind in ("md", "tex")
    )
    page = (folder / "report.html").read_text()
    assert f"A{AREA} in % on table, protocol default, by number of training samples" in page
    assert f'aria-label="A{AREA} on table' in page
    assert f"in %: the mean a{AREA} over draws" in page
    assert "Accuracies on" not in page
    figures = json.loads((folder / "figures" / "figures.json").read_text())["figures"]
    alts = {figure["name"]: figure["alt"] for figure in figures}
    assert alts["learning"].startswith(f"Mean a{AREA} against the number of training samples")
    (difference,) = (name for name in alts if name.startswith("difference-"))
    assert alts[difference].startswith(f"A{AREA} of logistic_table minus that of decision_tree")
    with Image.open(folder / "figures" / "learning.png") as drawn:
        assert drawn.width > 100
    assert scarce("table", *words, "format=csv").out.splitlines()[0].count("metric") == 1


def test_its_numbers_are_those_of_the_metric(ran, scarce, results):
    words, _ = ran
    rows = lines(results / "rarely")
    assert {row["metric"] for row in rows if row["mean"]} == {"auroc"}
    by_default = scarce("table", *words, "--json").json
    asked = scarce("table", *words, "--json", "metric=auroc").json
    assert by_default == asked
    assert by_default["metric"] == "auroc"
    means = {
        (row["value"], size): cell["mean"]
        for panel in asked["panels"]
        for row in panel["rows"]
        for size, cell in zip(panel["columns"], row["cells"], strict=True)
    }
    assert {(r["method"], int(r["train_size"])): float(r["mean"]) for r in rows if r["mean"]} == {
        place: pytest.approx(mean, abs=1e-6) for place, mean in means.items()
    }
    accuracy = scarce("table", *words, "--json", "metric=accuracy").json
    assert accuracy["metric"] == "accuracy"
    assert accuracy["panels"] != asked["panels"]


def test_what_is_published_of_it_shows_the_same(ran, scarce, results, published):
    words, _ = ran
    assert scarce("publish", *words).code == 0
    assert (
        json.loads((published / "rarely" / "manifest.json").read_text())["benchmark"]["metric"]
        == "auroc"
    )
    rows, own = (
        [(row["method"], row["mean"][:5]) for row in lines(folder)]
        for folder in (published / "rarely", results / "rarely")
    )
    assert rows == own


def test_without_the_field_or_with_accuracy_nothing_changes(scarce, mine, results):
    found = []
    for line in ("", "metric: accuracy"):
        outcome = scarce("run", *mine(line), "executor=serial")
        assert outcome.code == 0, outcome.err
        assert "table (accuracy in %)" in outcome.out
        folder = results / "rarely"
        assert "metric" not in json.loads((folder / "manifest.json").read_text())["benchmark"]
        found.append([(folder / name).read_bytes() for name in SHOWN])
    assert found[0] == found[1]
    assert b"metric" not in found[0][0].splitlines()[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("metric: aurocc", "benchmark.metric=aurocc: did you mean auroc?"),
        ("metric: log_loss", "benchmark.metric=log_loss: known: accuracy, "),
        ("metric: train_accuracy", "benchmark.metric=train_accuracy: "),
        ("metric:", "benchmark.metric=None: "),
        ("metric: [auroc]", "benchmark.metric=['auroc']: "),
        ("metrik: auroc", "benchmark.metrik=auroc: rarely has no such field; did you mean metric?"),
    ],
)
def test_another_metric_is_refused_in_one_line_before_anything_runs(
    scarce, mine, results, line, told
):
    for command in ("plan", "run"):
        outcome = scarce(command, *mine(line))
        assert outcome.code == 2
        assert told in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert not (results / "records").exists()


def test_a_manifest_with_an_unknown_metric_is_refused_by_its_file(ran, scarce, results):
    words, _ = ran
    for name in ("manifest.json", "whole.json"):
        file = results / "rarely" / name
        file.write_text(file.read_text().replace('"metric": "auroc"', '"metric": "__class__"'))
    outcome = scarce("table", *words)
    assert outcome.code == 2
    assert "not readable" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_runs_that_cannot_tell_the_metric_are_left_out_and_counted(scarce, mine, results):
    outcome = scarce("run", *mine("metric: f1_at_threshold"), "executor=serial", "figures=all")
    assert outcome.code == 0, outcome.err
    folder = results / "rarely"
    text = (folder / "table.md").read_text()
    assert "table, decision_tree: 6 of 6 runs have no f1_at_threshold; left out." in text
    page = (folder / "report.html").read_text()
    assert "no f1_at_threshold" in page
    (learning,) = (
        figure
        for figure in json.loads((folder / "figures" / "figures.json").read_text())["figures"]
        if figure["name"] == "learning"
    )
    assert learning["alt"].startswith("Empty figure: no finished cell with F1 score")
