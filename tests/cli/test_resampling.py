"""Tables and resamplings through the command line: what is run, kept apart, and refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tests.cli.marking import MARK, Marking, Remembering
from tests.tiny import last_of_each

SAMPLING = ("dataset.train_size=40", "dataset.test_share=0.4", "dataset.validation=0.25")
SAMPLING += ("split_seed=0", "executor=serial")


def rows(count=120, rare=30, colour=False):
    """A CSV: a number of its own for each row, a feature that tells the class, perhaps a colour."""
    generator = np.random.default_rng(0)
    lines = ["row,size,colour,kind" if colour else "row,size,kind"]
    for row in range(count):
        kind = "rare" if row < rare else "common"
        cells = [row, round(generator.normal(3 * (row < rare)), 3)]
        cells += [("red", "blue")[row % 2]] if colour else []
        lines.append(",".join(map(str, [*cells, kind])))
    return "\n".join(lines) + "\n"


@pytest.fixture
def table(tmp_path):
    """Words for a data set that is written from a text of CSV."""

    def write(text, *words):
        (tmp_path / "rows.csv").write_text(text)
        file = f"dataset.file={tmp_path}/rows.csv"
        own = ("dataset=table", file, "dataset.target=kind", "dataset.positive=rare")
        return last_of_each(*own, *SAMPLING, *words)

    return write


def refused(outcome):
    assert outcome.code == 2, outcome.out
    (line,) = outcome.err.strip().splitlines()
    return line


def test_every_resampling_runs_and_records_the_threshold_of_its_own_model(table, scarce, records):
    every = "none,class_weights,random_oversampling,cluster_oversampling,smote,adasyn"
    outcome = scarce("run", *table(rows(), "method=logistic_table", f"resampling={every}"))
    assert outcome.code == 0, outcome.err
    found = records().values()
    assert [record["status"] for record in found] == ["done"] * 6
    assert all(isinstance(record["metrics"]["threshold"], float) for record in found)
    assert {record["metrics"]["train_samples"] for record in found} == {30}  # as they were drawn
    shown = scarce("table", "metric=f1_at_threshold")
    assert shown.code == 0, shown.err
    assert "threshold chosen on validation samples" in shown.out


def test_networks_and_trees_learn_from_tables_with_categories(table, scarce, records):
    words = table(rows(colour=True), "dataset.categorical=[colour]", "resampling=smote_nc")
    outcome = scarce("run", *words, "method=mlp_table,gradient_boosting", "+method.epochs=1")
    assert outcome.code == 2  # gradient boosting has no epochs
    outcome = scarce("run", *words, "method=mlp_table", "method.epochs=2")
    assert outcome.code == 0, outcome.err
    outcome = scarce("run", *words, "method=gradient_boosting,decision_tree")
    assert outcome.code == 0, outcome.err
    assert [record["status"] for record in records().values()] == ["done"] * 3


def test_no_made_up_row_reaches_validation_or_test(table, scarce, tmp_path):
    for group, target in (("resampling", "Marking"), ("method", "Remembering")):
        (tmp_path / "mine" / group).mkdir(parents=True)
        text = f"name: mine\nsays: remembers\n_target_: tests.cli.marking.{target}\n"
        text += "version: 1\n" if group == "method" else ""
        (tmp_path / "mine" / group / "mine.yaml").write_text(text)
    own = ("method=mine", "resampling=mine", f"hydra.searchpath=[file://{tmp_path}/mine]")
    outcome = scarce("run", *table(rows(), *own))
    assert outcome.code == 0, outcome.err
    given = set(Marking.given.pop()[:, 0])
    fitted, scored = Remembering.fitted.pop(), Remembering.scored
    assert len(given) == 30
    assert set(fitted) == {*given, MARK}
    assert sorted(map(len, scored)) == [10, 30, 48]  # validation, training as drawn, test
    for part in scored:
        assert MARK not in part
        assert set(part) == given or not given & set(part)
    assert len({row for part in scored for row in part}) == 88


def test_equal_rows_are_told_in_the_record_and_kept_once_under_another_key(table, scarce, records):
    repeated = rows() + "".join(line + "\n" for line in rows().splitlines()[-20:])
    both = "dataset.distinct=false,true"
    outcome = scarce("run", *table(repeated, "method=logistic_table", both))
    assert outcome.code == 0, outcome.err
    found = {record["config"]["dataset"]["distinct"]: record for record in records().values()}
    assert found[False]["fingerprints"]["data"] != found[True]["fingerprints"]["data"]
    told = "40 of 140 rows have the features of another"
    assert any(caveat.startswith(told) for caveat in found[False]["caveats"])
    assert not any("features of another" in told for told in found[True]["caveats"])
    tested = [found[distinct]["metrics"]["test_samples"] for distinct in (False, True)]
    assert tested == [56, 48]


SWEEP = """
name: sweep
says: one block for each resampling, one for the ratios of a single one
grid:
  - {method: decision_tree, resampling: [none, class_weights, smote]}
  - {method: decision_tree, resampling: smote, resampling.ratio: [0.5, 1, 2]}
"""


def test_the_ratio_of_a_sweep_names_its_rows_and_others_have_no_variant(
    table, scarce, tmp_path, results
):
    (tmp_path / "mine" / "benchmark").mkdir(parents=True)
    (tmp_path / "mine" / "benchmark" / "sweep.yaml").write_text(SWEEP)
    own = ("benchmark=sweep", f"hydra.searchpath=[file://{tmp_path}/mine]")
    outcome = scarce("run", *table(rows(), *own))
    assert outcome.code == 0, outcome.err
    with open(results / "sweep" / "table.csv") as file:
        rows_of = [row for row in csv.DictReader(file) if row["runs"] != "0"]
    found = {(row["resampling"], row["variant"]) for row in rows_of}
    ratios = {("smote", f"ratio={ratio}") for ratio in ("0.5", "1", "2")}
    assert found == {("none", ""), ("class_weights", ""), *ratios}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["dataset.target=sort"], "dataset.target=sort: no such column"),
        (["dataset.positive=few"], "dataset.positive=few: no such class"),
        (["dataset.file=nowhere.csv"], "dataset.file=nowhere.csv: there is no such file in"),
        (["dataset.target=null"], "the file has row, size, kind"),
        (["resampling=smote", "resampling.neighbours=8"], "class rare has 8 training samples"),
        (["resampling=smote", "resampling.ratio=-1"], "resampling.ratio=-1: a number above 0"),
        (["resampling=smote_nc"], "resampling=smote"),
        (["resampling=smot"], "did you mean smote?"),
        (["resampling=smote", "resampling.neighbors=3"], "did you mean resampling.neighbours?"),
        (
            ["method=cnn"],
            "inputs of shape (2,): takes images",
        ),
        (["method=small_cnn"], "inputs of shape (2,): takes images"),
        (["method=frozen"], "learns from images; dataset=table is of kind table"),
        (["augmentation=flip", "method=mlp_table"], "augmentation"),
        (
            ["resampling=class_weights", "method=mlp_table", "loss=cosine"],
            "takes no class weights; use cross_entropy, or resampling=none",
        ),
    ],
)
def test_wrong_requests_are_told_in_one_line_before_anything_is_run(
    words, expected, table, scarce, results
):
    outcome = scarce("run", *table(rows(), "method=logistic_table", *words))
    assert expected in refused(outcome)
    assert not results.exists()


def test_smote_is_refused_for_categories_and_for_images(table, scarce):
    words = table(rows(colour=True), "dataset.categorical=[colour]", "method=logistic_table")
    assert "use resampling=smote_nc" in refused(scarce("run", *words, "resampling=smote"))
    words = ("dataset=digits01", "dataset.train_size=20", "method=logistic", "split_seed=0")
    found = refused(scarce("run", *words, "resampling=smote"))
    assert "use resampling=random_oversampling" in found


def test_values_that_are_missing_and_a_constant_target_are_told_by_column(table, scarce):
    holey = rows().replace("\n5,", "\n,", 1)
    found = refused(scarce("run", *table(holey, "method=logistic_table")))
    assert "/rows.csv: no value in row (1 of 120 rows, first row 6)" in found
    found = refused(scarce("run", *table(rows(20, 20), "method=logistic_table")))
    assert "dataset.target=kind: kind is constant (rare in all 20 rows)" in found
