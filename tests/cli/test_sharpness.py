"""The sharpness of minima through the command line: in records, tables and claims."""

from __future__ import annotations

import pytest

from tests.tiny import ONE_CELL, TINY

BENCHMARK = """
name: batches
says: two batch sizes on two splits of ten digits
grid:
  - dataset: digits01
    dataset.train_size: 10
    method: minima_mlp
    method.epochs: 2
    method.batch_size: [4, 10]
    split_seed: range(2)
"""
CLAIM = """
id: sharper
sentence: The minimum of the large batch is the sharper one.
source: {author: A. Reader, title: Notes, where: own notes, date: "2026", confirmed: memory}
benchmarks: [batches]
datasets: [digits01]
parts:
  - id: box
    says: By the box.
    deciding: true
    contrast: [{variant: batch_size=10}, {variant: batch_size=4}]
    metric: sharpness
    expect: {greater_than: 0}
rule: Reproduced if the interval lies above 0.
"""


@pytest.fixture
def measured(scarce, tmp_path):
    """The benchmark run and the claim at hand: words that name both."""
    for group, name, text in (("benchmark", "batches", BENCHMARK), ("claim", "sharper", CLAIM)):
        (tmp_path / "mine" / group).mkdir(parents=True)
        (tmp_path / "mine" / group / f"{name}.yaml").write_text(text)
    words = ("benchmark=batches", f"hydra.searchpath=[file://{tmp_path / 'mine'}]")
    outcome = scarce("run", *words, "executor=serial")
    assert outcome.code == 0, outcome.err
    return words


def test_records_tables_and_claims_have_the_sharpness(measured, scarce, records):
    found = {name: [] for name in ("sharpness", "hessian_eigenvalue")}
    for record in records().values():
        for name, values in found.items():
            values.append(record["metrics"][name])
    assert all(value > 0 for values in found.values() for value in values)

    table = scarce("table", *measured, "rows=variant", "metric=sharpness", "--json").json
    (panel,) = table["panels"]
    assert {row["value"] for row in panel["rows"]} == {"batch_size=10", "batch_size=4"}
    mean = sum(row["cells"][0]["mean"] for row in panel["rows"]) / 2
    assert mean == pytest.approx(sum(found["sharpness"]) / 4)
    told = scarce("table", *measured, "rows=variant", "metric=hessian_eigenvalue").out
    assert "Largest eigenvalue of the Hessian" in told
    assert "**" not in told  # neither direction is the better one

    claims = scarce("claims", "--json", *measured).json["claims"]
    (verdict,) = (claim for claim in claims if claim["id"] == "sharper")
    assert verdict["pairs"] == 2


def test_a_method_that_measures_none_leaves_the_column_empty(scarce, records):
    assert scarce("run", *ONE_CELL).code == 0
    (record,) = records().values()
    assert "sharpness" not in record["metrics"]
    outcome = scarce("table", "metric=sharpness")
    assert outcome.code == 0, outcome.err
    assert "1 of 1 runs have no sharpness" in outcome.out


def test_a_wrong_value_is_refused_before_any_training(scarce):
    outcome = scarce("run", *TINY, "method=minima_mlp", "method.sharpness.epsilon=-1")
    assert outcome.code == 2
    assert "method.sharpness.epsilon=-1: a positive number" in outcome.err
