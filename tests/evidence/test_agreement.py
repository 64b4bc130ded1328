"""Own against published results: cells, rows and verdicts."""

import json

import pytest

from benchmarks.evidence.agreement import agreement, agreement_text
from tests.tiny import TINY

VALUES = [0.90, 0.91, 0.92, 0.93]


def renamed(records):
    """Other cells of the same row and the same split seeds."""
    return [record | {"key": record["key"] + "-elsewhere"} for record in records]


def elsewhere(records):
    """Other cells of the same row, on split seeds of their own."""
    return [
        record | {"config": record["config"] | {"split_seed": 100 + place}}
        for place, record in enumerate(renamed(records))
    ]


def printed(records, **prints):
    """The same cells with other fingerprints; `...` takes one away."""
    return [
        record
        | {
            "fingerprints": {
                name: value
                for name, value in (record["fingerprints"] | prints).items()
                if value is not ...
            }
        }
        for record in renamed(records)
    ]


def redrawn(records):
    """The same seeds, under which other samples were drawn."""
    return [
        changed
        for place, record in enumerate(records)
        for changed in printed([record], split=f"another draw {place}")
    ]


def test_without_published_results_it_says_so(rows):
    found = agreement(rows("mlp", 10, VALUES), [])
    assert found["published"] is False
    assert agreement_text(found) == "No published results to compare with."


def test_identical_cells_are_counted(rows):
    own = rows("mlp", 10, VALUES)
    found = agreement(own, rows("mlp", 10, [0.90, 0.91, 0.92, 0.95]))
    assert found["cells"] == {
        "common": 4,
        "identical": 3,
        "largest_difference": pytest.approx(0.02),
    }


def test_rows_of_different_cells_are_compared_by_welchs_interval(rows):
    own = rows("mlp", 10, VALUES) + rows("cnn", 10, VALUES)
    near, far = [value + 0.005 for value in VALUES], [value - 0.1 for value in VALUES]
    found = agreement(own, elsewhere(rows("mlp", 10, near)) + elsewhere(rows("cnn", 10, far)))
    assert found["cells"]["common"] == 0
    assert (found["rows"]["common"], found["rows"]["agree"]) == (2, 1)
    (row,) = found["rows"]["disagree"]
    assert (row["method"], row["train_size"]) == ("cnn", 10)
    assert row["difference"] == pytest.approx(0.1)
    assert row["interval"][0] > 0
    assert "mnist01, cnn, n = 10: own 91.5 %, published 81.5 %" in agreement_text(found)


def test_a_published_mean_above_the_own_has_a_negative_difference(rows):
    high = [value + 0.05 for value in VALUES]
    found = agreement(rows("mlp", 10, VALUES), elsewhere(rows("mlp", 10, high)))
    assert found["rows"]["disagree"][0]["interval"][1] < 0


def test_rows_of_the_same_seeds_are_paired(rows):
    """A shift that Welch's interval does not notice beside the spread over seeds."""
    wide = [0.80, 0.85, 0.90, 0.95]
    shifted = [0.79, 0.841, 0.89, 0.941]
    found = agreement(rows("mlp", 10, wide), renamed(rows("mlp", 10, shifted)))
    assert len(found["rows"]["disagree"]) == 1
    assert agreement(rows("mlp", 10, wide), elsewhere(rows("mlp", 10, shifted)))["rows"]["agree"]


def test_some_of_the_published_draws_agree_with_themselves(rows):
    published = rows("mlp", 10, [0.80, 0.95, 0.81, 0.82])
    found = agreement(published[1:2], published)
    assert (found["rows"]["agree"], found["rows"]["undecided"]) == (1, 0)


def test_the_same_shift_on_every_shared_seed_is_a_difference(rows):
    shifted = [value - 0.03 for value in VALUES]
    found = agreement(rows("mlp", 10, VALUES), renamed(rows("mlp", 10, shifted)))
    assert len(found["rows"]["disagree"]) == 1


def test_equal_rows_agree_even_without_spread(rows):
    found = agreement(rows("mlp", 10, [1.0, 1.0]), renamed(rows("mlp", 10, [1.0, 1.0])))
    assert found["rows"]["agree"] == 1


def test_seeds_that_drew_other_samples_are_not_paired(rows):
    """The shift would be a difference between equal draws; here it is one between draws."""
    wide = [0.80, 0.85, 0.90, 0.95]
    shifted = [0.79, 0.841, 0.89, 0.941]
    found = agreement(rows("mlp", 10, wide), redrawn(rows("mlp", 10, shifted)))
    assert (found["rows"]["common"], found["rows"]["agree"]) == (1, 1)
    assert found["rows"]["disagree"] == []


def test_only_the_splits_that_both_drew_are_paired(rows):
    """The same shift on three of them; the fourth seed drew something else."""
    published = rows("mlp", 10, [*(value - 0.03 for value in VALUES[:3]), 0.1])
    published = renamed(published[:3]) + redrawn(published)[3:]
    (row,) = agreement(rows("mlp", 10, VALUES), published)["rows"]["disagree"]
    assert (row["own"], row["published"]) == (pytest.approx(0.91), pytest.approx(0.88))


@pytest.mark.parametrize("data", ["another download", ...], ids=["other", "not known"])
def test_other_data_under_one_name_are_no_disagreement(data, rows):
    low = [value - 0.3 for value in VALUES]
    own = rows("mlp", 10, VALUES) + rows("mlp", 10, VALUES, dataset="digits01")
    published = printed(rows("mlp", 10, low), data=data)
    published += renamed(rows("mlp", 10, VALUES, dataset="digits01"))
    found = agreement(own, published)
    assert (found["rows"]["common"], found["rows"]["agree"]) == (2, 1)
    assert (found["rows"]["undecided"], found["rows"]["disagree"]) == (0, [])
    (row,) = found["rows"]["other_data"]
    assert (row["dataset"], row["interval"], row["outcome"]) == ("mnist01", None, "other data")
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    text = agreement_text(found)
    assert "Rows also published: 2; no difference found: 1; other data: 1" in text
    assert "  mnist01: other data than published under this name, rows: 1" in text


def test_rounding_of_a_mean_is_no_disagreement(rows):
    noisy = [value + 1e-16 * (-1) ** place for place, value in enumerate(VALUES)]
    above = [value + 2e-16 for value in VALUES]
    own = rows("mlp", 10, VALUES)
    assert [record["metrics"]["accuracy"] for record in rows("mlp", 10, above)] != VALUES
    for published in (noisy, above):
        found = agreement(own, rows("mlp", 10, published))
        assert (found["rows"]["agree"], found["rows"]["disagree"]) == (1, [])
        assert found["cells"]["identical"] == 4


def test_a_row_with_one_run_is_undecided_not_in_agreement(rows):
    found = agreement(rows("mlp", 10, [0.9]), renamed(rows("mlp", 10, [0.5])))
    assert (found["rows"]["agree"], found["rows"]["undecided"]) == (0, 1)
    assert "undecided: 1" in agreement_text(found)


def test_only_rows_in_both_are_compared(rows):
    own = rows("mlp", 10, VALUES) + rows("mlp", 20, VALUES)
    found = agreement(own, rows("mlp", 20, VALUES) + rows("cnn", 20, VALUES))
    assert found["rows"]["common"] == 1


def test_verdicts_are_compared_by_claim(rows):
    own = [{"id": "one", "verdict": "reproduced"}, {"id": "two", "verdict": "inconclusive"}]
    published = [{"id": "one", "verdict": "reproduced"}, {"id": "two", "verdict": "contradicted"}]
    found = agreement(rows("mlp", 10, VALUES), rows("mlp", 10, VALUES), own, published)
    assert found["verdicts"] == {
        "equal": ["one"],
        "different": [{"id": "two", "own": "inconclusive", "published": "contradicted"}],
        "not_compared": [],
    }
    assert "two: own inconclusive, published contradicted" in agreement_text(found)


def test_of_a_changed_grid_it_says_why_no_verdict_is_compared(rows):
    """It once said that no verdict was published, below a published verdict."""
    records, published = rows("mlp", 10, VALUES), [{"id": "one", "verdict": "reproduced"}]
    found = agreement(records, renamed(records), None, published)
    assert found["verdicts"] == {"equal": [], "different": [], "not_compared": ["one"]}
    told = "Verdicts also published: 1; not compared, as this run changed the grid"
    assert agreement_text(found).splitlines()[-1] == told


def test_a_difference_of_three_draws_is_told_within_100_points(rows):
    own, published = rows("mlp", 10, [1.0, 1.0, 0.9]), rows("mlp", 10, [0.3, 0.1, 0.0])
    for theirs in (renamed(published), elsewhere(published)):
        (row,) = agreement(own, theirs)["rows"]["disagree"]
        assert row["interval"][1] <= 1


def test_the_agreement_is_plain_json(rows):
    found = agreement(rows("mlp", 10, VALUES), renamed(rows("mlp", 10, [0.1, 0.2, 0.3])))
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_another_experiment_is_no_failed_replication(scarce, tmp_path):
    """Under the same names of dataset and method; whichever of the settings was changed."""
    grid = (*TINY, "method=logistic", "split_seed=range(2)")
    scarce("run", *grid)
    scarce("publish", "benchmark=quickstart")
    for folder, change, rows in (("same", [], 1), ("other", ["dataset.stratified=true"], 0)):
        outcome = scarce("run", *grid, *change, f"results_dir={tmp_path / folder}")
        assert f"Rows also published: {rows}; no difference found: {rows}\n" in outcome.out
        assert "not compared, as this run changed the grid" in outcome.out
