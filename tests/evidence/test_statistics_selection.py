"""The accuracy to expect of the method that did best."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics import wilson_interval
from benchmarks.evidence.statistics.selection import selected_accuracy


def test_with_one_method_it_is_its_accuracy():
    correct = (np.arange(100) < 70).astype(float)[:, None]
    found = selected_accuracy(correct)
    assert found.mean == pytest.approx(0.7, abs=0.01)
    assert found.low < 0.7 < found.high
    assert found.shares == (1.0,)


def test_the_luck_of_the_best_of_many_equal_methods_is_taken_away():
    """Twenty coin-tossing methods on 60 images: the best looks good, and is not."""
    generator = np.random.default_rng(0)
    naive, corrected = [], []
    for seed in range(20):
        correct = generator.integers(0, 2, size=(60, 20)).astype(float)
        naive.append(correct.mean(axis=0).max())
        corrected.append(selected_accuracy(correct, seed=seed, resamples=200).mean)
    assert np.mean(naive) > 0.58
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.02)


def test_its_interval_covers_the_truth_of_the_selected_method():
    """Methods of 70, 60 and 60 % on 80 images."""
    generator = np.random.default_rng(1)
    truths = np.array([0.7, 0.6, 0.6])
    covered = []
    for seed in range(60):
        correct = (generator.random((80, 3)) < truths).astype(float)
        truth = truths[correct.mean(axis=0).argmax()]
        found = selected_accuracy(correct, seed=seed, resamples=200)
        covered.append(found.low <= truth <= found.high)
    assert np.mean(covered) >= 0.9


def test_where_everything_was_right_the_interval_still_has_a_width():
    found = selected_accuracy(np.ones((30, 1)))
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(30 / (30 + 1.96**2), abs=1e-3)  # Wilson's


def test_near_the_ceiling_it_covers_the_truth():
    generator = np.random.default_rng(3)
    covered = []
    for seed in range(100):
        correct = (generator.random((60, 1)) < 0.98).astype(float)
        found = selected_accuracy(correct, seed=seed, resamples=200)
        covered.append(found.low <= 0.98 <= found.high)
    assert np.mean(covered) >= 0.93


def test_mean_and_ends_are_those_of_images_drawn_and_scored_on_those_not_drawn():
    generator = np.random.default_rng(4)
    correct = 0.95 * generator.integers(0, 2, (40, 3)) + 0.05 * generator.random((40, 3))
    drawn = np.random.default_rng(5).multinomial(40, np.full(40, 1 / 40), 20_000)
    best = (drawn @ correct).argmax(axis=1)
    left_out = drawn == 0
    scores = (left_out * correct.T[best]).sum(axis=1) / left_out.sum(axis=1)
    found = selected_accuracy(correct, confidence=0.9, resamples=20_000)
    assert found.mean == pytest.approx(scores.mean(), abs=0.003)
    assert (found.low, found.high) == pytest.approx(np.quantile(scores, [0.05, 0.95]), abs=0.005)
    assert found.shares == pytest.approx(np.bincount(best) / 20_000, abs=0.02)


def test_the_interval_has_the_level_asked_for_and_two_images_suffice():
    for images in (2, 30):
        found = selected_accuracy(np.ones((images, 1)), confidence=0.8)
        assert (found.low, found.high) == (wilson_interval(images, images, 0.8).low, 1.0)


def test_equal_methods_share_having_done_best():
    """Of two without any mistake the first once did best in 100 % of resamples, the other in 0."""
    assert selected_accuracy(np.ones((30, 2))).shares == (0.5, 0.5)
    worse = np.arange(30) < 15
    assert selected_accuracy(np.stack([np.ones(30), worse, np.ones(30)], 1)).shares[1] < 0.01


def test_methods_that_differ_by_rounding_alone_are_equal():
    share = np.full(30, 0.1 + 0.2)
    assert selected_accuracy(np.stack([np.full(30, 0.3), share], 1)).shares == (0.5, 0.5)


def test_shares_of_ties_sum_to_one():
    correct = np.random.default_rng(6).integers(0, 2, (8, 5)).astype(float)
    assert sum(selected_accuracy(correct).shares) == pytest.approx(1)


def test_it_is_the_same_for_the_same_seed():
    correct = np.random.default_rng(2).integers(0, 2, size=(40, 3)).astype(float)
    assert selected_accuracy(correct) == selected_accuracy(correct)


@pytest.mark.parametrize(
    ("correct", "told"),
    [
        (np.ones((1, 2)), "from \\(2, 1\\) up"),
        (np.ones((3, 0)), "from"),
        (np.full((3, 1), 1.5), "^correct: shares between 0 and 1 needed$"),
        (np.full((3, 1), -0.5), "^correct: shares between 0 and 1 needed$"),
    ],
)
def test_what_is_no_table_of_shares_is_refused(correct, told):
    with pytest.raises(EvidenceError, match=told):
        selected_accuracy(correct)
