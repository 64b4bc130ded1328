"""What the records of trials tell of a search."""

from __future__ import annotations

import pytest

from benchmarks.evidence.figures import tuning_progress
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.trials import best_so_far, importances, mean_over_splits, trials_frame

RATES = [10.0**-place for place in range(8)]


def trial(record, number, rung, epochs, accuracy, seed=0, rate=0.1):
    cell = record("net", 40, seed, accuracy, protocol="tuned")
    config = cell["config"]
    method = config["method"] | {"epochs": epochs, "optimizer": {"lr": rate}, "batch_size": 8}
    protocol = config["protocol"] | {"stage": "trial", "trial": number, "rung": rung, "fold": 0}
    told = {"method": method, "protocol": protocol}
    search = {"optimizer.lr": {"low": 1e-8, "high": 1.0, "log": True}, "batch_size": [8, 16]}
    return cell | {"config": config | told | {"search": search}, "key": f"{number} {rung} {seed}"}


@pytest.fixture
def searched(record):
    """Two splits, eight trials of ten epochs, two of them of forty; the rate decides."""
    records = []
    for seed in (0, 1):
        for number, rate in enumerate(RATES):
            accuracy = 0.9 - abs(number - 3) / 20 + seed / 10
            records.append(trial(record, number, 0, 10, accuracy, seed, rate))
        records += [trial(record, number, 1, 40, 0.95, seed, RATES[number]) for number in (3, 2)]
    return records


def test_trials_are_no_results(record, searched):
    tested = record("net", 40, 0, 0.5, protocol="tuned")
    frame = results_frame([*searched, tested])
    assert frame["accuracy"].tolist() == [0.5]


def test_the_best_so_far_begins_anew_with_more_epochs(searched):
    progress = best_so_far(trials_frame(searched))
    own = progress[progress["split_seed"] == 0]
    assert own["best"].tolist() == pytest.approx([0.75, 0.8, 0.85, *[0.9] * 5, 0.95, 0.95])
    assert own["spent"].tolist() == pytest.approx([*[0.25 * n for n in range(1, 9)], 3, 4])


def test_splits_that_send_other_trials_on_are_averaged_step_by_step(record):
    """They once were by trial, so that the best so far went up and down."""
    records = [trial(record, number, 0, 10, 0.5, seed) for seed in (0, 1) for number in range(4)]
    records += [trial(record, 0, 1, 40, 0.8, 0), trial(record, 2, 1, 40, 0.9, 0)]
    records += [trial(record, 1, 1, 40, 0.4, 1), trial(record, 3, 1, 40, 0.6, 1)]
    steps = mean_over_splits(best_so_far(trials_frame(records)))
    last = steps[steps["rung"] == 1]
    assert last["best"].tolist() == pytest.approx([0.6, 0.75])
    assert last["spent"].tolist() == pytest.approx([2.0, 3.0])


def test_folds_of_a_trial_are_averaged(record):
    folds = [trial(record, 0, 0, 10, accuracy) for accuracy in (0.4, 0.8)]
    assert trials_frame(folds)["score"].tolist() == pytest.approx([0.6])


def test_the_field_that_decides_is_the_important_one(searched):
    found = importances(trials_frame(searched))
    assert found == {"net": {"optimizer.lr": 1.0}}


def test_the_figure_tells_the_end_of_each_search(searched, tmp_path):
    drawing = tuning_progress(trials_frame(searched), tmp_path / "tuning")
    assert "net 95.0 % (2 splits)" in drawing.alt
    assert "Importance for net: optimizer.lr 100 %" in drawing.alt
    assert all(path.stat().st_size for path in drawing)


def test_importances_of_thousands_of_trials_take_seconds(record):
    """They once took ten minutes; a choice of them tells the same."""
    records = [
        trial(record, number, 0, 10, 0.9 - abs(number - 3) / 20, seed, rate)
        for seed in range(100)
        for number, rate in enumerate(RATES)
    ]
    found = importances(trials_frame(records))
    assert found["net"]["optimizer.lr"] == pytest.approx(1.0)
    assert found == importances(trials_frame(records[::-1]))
