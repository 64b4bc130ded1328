"""What a trial is judged by, where that is not its accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.evidence import metrics as measures
from benchmarks.execution import judging

CONFIG = {"protocol": {"stage": "trial", "metric": "auroc"}}


def config(metric):
    return {"protocol": {"stage": "trial", "metric": metric}}


def scored(classes, samples=60):
    source = np.random.default_rng(classes)
    labels = np.arange(samples) % classes
    scores = source.random((samples, classes)).astype(np.float32)
    scores[np.arange(samples), labels] += 0.3
    return scores.round(1), labels  # with ties


@pytest.mark.parametrize("classes", [2, 3])
def test_auroc_is_that_of_the_tables(classes):
    scores, labels = scored(classes)
    expected = measures.auroc(labels, scores).value
    assert judging.metrics(config("auroc"), scores, labels)["auroc"] == pytest.approx(expected)


def test_average_precision_and_balanced_accuracy_are_those_of_the_tables():
    scores, labels = scored(2)
    found = judging.metrics(config("average_precision"), scores, labels)["average_precision"]
    assert found == pytest.approx(measures.average_precision(labels, scores).value)
    found = judging.metrics(config("balanced_accuracy"), scores, labels)["balanced_accuracy"]
    expected = measures.balanced_accuracy(labels, scores.argmax(axis=1))
    assert found == pytest.approx(expected)


def test_scores_that_tell_nothing_apart_are_worth_a_guess():
    scores, labels = np.full((10, 2), 0.5), np.arange(10) % 2
    assert judging.metrics(config("auroc"), scores, labels) == {"auroc": 0.5}


def test_cells_that_are_no_trials_are_not_judged():
    scores, labels = scored(2)
    assert judging.metrics({"protocol": {"metric": "auroc"}}, scores, labels) == {}
    assert judging.metrics({"protocol": {"stage": "trial"}}, scores, labels) == {}


def test_a_class_without_validation_samples_is_told():
    scores, _ = scored(2)
    with pytest.raises(judging.NothingToJudge, match="a class has no validation sample"):
        judging.metrics(CONFIG, scores, np.zeros(len(scores), int))


def test_average_precision_is_for_two_classes():
    scores, labels = scored(3)
    with pytest.raises(judging.NothingToJudge, match="two classes"):
        judging.metrics(config("average_precision"), scores, labels)
