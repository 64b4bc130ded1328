"""The threshold is the one of the best F1 on validation samples, and they alone decide it."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from benchmarks.execution import threshold
from benchmarks.execution.selection import Selection
from benchmarks.execution.threshold import best_threshold


def test_no_other_threshold_has_a_better_f1():
    generator = np.random.default_rng(0)
    positive = generator.random(60) < 0.2
    margins = np.round(positive + generator.normal(0, 0.7, 60), 1)
    chosen = best_threshold(margins, positive)
    best = f1_score(positive, margins >= chosen)
    assert best == max(f1_score(positive, margins >= value) for value in margins)


def test_of_equally_good_thresholds_the_smallest_is_taken_in_the_middle_of_its_gap():
    margins, positive = np.arange(4.0), np.array([True, False, False, True])
    f1 = {value: f1_score(positive, margins >= value) for value in (-1.0, 0.5, 1.5, 2.5)}
    assert f1[-1.0] == f1[2.5] == max(f1.values())
    assert best_threshold(margins, positive) < 0
    assert best_threshold(np.array([0.0, 2.0]), np.array([False, True])) == 1.0


def test_where_calling_all_is_best_the_threshold_lies_below_all():
    margins, positive = np.array([0.3, 0.7]), np.array([True, True])
    assert best_threshold(margins, positive) < 0.3
    assert best_threshold(np.full(4, 0.5), np.array([True, False, False, False])) < 0.5


def validated(classes=2, labels=(0, 1, 1)):
    scores = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8]], np.float32)
    learner = SimpleNamespace(scores=lambda inputs: scores[: len(inputs)])
    data = SimpleNamespace(
        validation_inputs=torch.zeros(len(labels), 1) if len(labels) else None,
        validation_labels=torch.tensor(labels, dtype=torch.int64),
        classes=classes,
    )
    return learner, data


def test_margins_are_scores_of_class_1_less_those_of_class_0():
    found = threshold.metrics(*validated(), Selection())
    assert found["threshold"] == pytest.approx((-0.8 - 0.4) / 2, abs=1e-3)


@pytest.mark.parametrize(
    "case", [validated(labels=()), validated(classes=3), validated(labels=(0, 0, 0))]
)
def test_there_is_none_where_nothing_can_decide_it(case):
    assert threshold.metrics(*case, Selection()) == {}


def test_there_is_none_for_an_epoch_that_was_selected_on_test_data():
    selected = Selection(np.zeros((1, 2)), 3, np.zeros(1, int))
    assert threshold.metrics(*validated(), selected) == {}
