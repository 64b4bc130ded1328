"""Measures of predictions: those of scikit-learn, and a reason where there is none."""

import math
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.metrics import (
    Measure,
    accuracy,
    auroc,
    average_precision,
    balanced_accuracy,
    brier,
    calibration_error,
    f1_at_threshold,
    log_loss,
    macro_f1,
    prediction_metrics,
)
from benchmarks.records import archive

PUBLISHED = Path(__file__).parents[2] / "results" / "published" / "quickstart" / archive.FILE


def predictions(classes, samples=300, sharpness=2.0, seed=0):
    """Labels, predicted classes and probabilities of a model that is right more often than not."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, samples)
    logits = generator.normal(size=(samples, classes))
    logits[np.arange(samples), labels] += sharpness
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, scores.argmax(axis=1), scores


@pytest.fixture(params=[2, 3, 10])
def many(request):
    return predictions(request.param)


def test_measures_of_classes_equal_those_of_scikit_learn(many):
    labels, predicted, _ = many
    assert accuracy(labels, predicted) == sklearn_metrics.accuracy_score(labels, predicted)
    expected = sklearn_metrics.balanced_accuracy_score(labels, predicted)
    assert balanced_accuracy(labels, predicted) == pytest.approx(expected)
    expected = sklearn_metrics.f1_score(labels, predicted, average="macro")
    assert macro_f1(labels, predicted) == pytest.approx(expected)


def test_measures_of_probabilities_equal_those_of_scikit_learn(many):
    labels, _, scores = many
    expected = sklearn_metrics.log_loss(labels, scores)
    assert log_loss(labels, scores).value == pytest.approx(expected)
    expected = ((scores - np.eye(scores.shape[1])[labels]) ** 2).sum(axis=1).mean()
    assert brier(labels, scores).value == pytest.approx(expected)
    of_one_class = scores.shape[1] == 2
    expected = sklearn_metrics.roc_auc_score(
        labels, scores[:, 1] if of_one_class else scores, multi_class="ovr"
    )
    assert auroc(labels, scores).value == pytest.approx(expected)


def test_the_brier_score_of_two_classes_is_twice_that_of_scikit_learn():
    labels, _, scores = predictions(2)
    expected = 2 * sklearn_metrics.brier_score_loss(labels, scores[:, 1])
    assert brier(labels, scores).value == pytest.approx(expected)


def test_ties_count_half_in_the_area_as_in_scikit_learn():
    labels, _, scores = predictions(2)
    rounded = np.round(scores, 1)
    expected = sklearn_metrics.roc_auc_score(labels, rounded[:, 1] - rounded[:, 0])
    assert auroc(labels, rounded).value == pytest.approx(expected)


def test_the_area_takes_scores_of_any_kind():
    labels, _, scores = predictions(2)
    decision = np.stack([-np.log(scores[:, 0]), -np.log(scores[:, 1])], axis=1) * -40
    assert auroc(labels, decision).value == pytest.approx(auroc(labels, scores).value)


def test_a_better_model_is_better_by_every_measure():
    good, poor = predictions(3, sharpness=4), predictions(3, sharpness=1)
    names = ("labels", "predicted", "scores")
    found = [prediction_metrics(dict(zip(names, arrays, strict=True))) for arrays in (good, poor)]
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "auroc"):
        assert found[0][name].value > found[1][name].value
    for name in ("log_loss", "brier"):
        assert found[0][name].value < found[1][name].value


def test_a_perfect_and_a_hopeless_model():
    labels, sure = np.array([0, 1, 1]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    perfect = prediction_metrics({"labels": labels, "predicted": labels, "scores": sure})
    assert [measure.value for measure in perfect.values()] == [1, 1, 1, 0, 0, 0, 1, 1, None]
    wrong = {"labels": labels, "predicted": 1 - labels, "scores": sure[:, ::-1]}
    hopeless = prediction_metrics(wrong)
    assert hopeless["brier"].value == 2
    assert hopeless["calibration_error"].value == 1
    assert hopeless["auroc"].value == 0


def test_a_sure_and_wrong_sample_costs_what_half_precision_can_tell():
    assert log_loss([1], [[1.0, 0.0]]).value == pytest.approx(24 * math.log(2))


def test_calibration_error_of_three_bins_by_hand():
    scores = np.array([[0.6, 0.4], [0.6, 0.4], [0.1, 0.9], [0.2, 0.8]])
    labels, predicted = np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1])
    # Bins of a third: 0.6 twice, half right; 0.9 and 0.8, both right.
    expected = (2 * abs(0.5 - 0.6) + 2 * abs(1.0 - 0.85)) / 4
    assert calibration_error(labels, predicted, scores, bins=3).value == pytest.approx(expected)


def test_a_confidence_at_a_border_belongs_to_the_bin_below():
    scores = np.array([[0.5, 0.5], [0.4, 0.6]])
    found = calibration_error([0, 1], [0, 1], scores, bins=2)
    assert found.value == pytest.approx((0.5 + 0.4) / 2)


def test_rounding_to_half_precision_leaves_probabilities_probabilities():
    labels, predicted, scores = predictions(10, sharpness=6)
    rounded = scores.astype(np.float16).astype(np.float32)
    assert log_loss(labels, rounded).value == pytest.approx(
        log_loss(labels, scores).value, rel=1e-3
    )
    assert brier(labels, rounded).value == pytest.approx(brier(labels, scores).value, rel=1e-3)
    assert calibration_error(labels, predicted, rounded).reason is None


@pytest.mark.parametrize(
    "scores", [[[-0.1, 1.1], [0.5, 0.5]], [[0.4, 0.4], [0.5, 0.5]], [[3.0, -2.0], [0.0, 1.0]]]
)
def test_scores_that_are_no_probabilities_have_no_measure_of_probabilities(scores):
    arrays = {"labels": np.array([0, 1]), "predicted": np.array([0, 1]), "scores": scores}
    found = prediction_metrics(arrays)
    for name in ("log_loss", "brier", "calibration_error"):
        assert (found[name].value, found[name].reason) == (None, "the scores are no probabilities")
    assert found["accuracy"].value == 1
    assert found["auroc"].value is not None


def test_scores_that_the_record_calls_decisions_are_not_taken_for_probabilities():
    labels, predicted, scores = predictions(2)
    arrays = {"labels": labels, "predicted": predicted, "scores": scores}
    assert prediction_metrics(arrays, "probability")["brier"].value is not None
    assert prediction_metrics(arrays, "decision")["brier"].value is None
    with pytest.raises(EvidenceError, match="score_kind='logits'"):
        prediction_metrics(arrays, "logits")


@pytest.mark.parametrize(
    ("labels", "scores", "reason"),
    [
        ([1, 1], [[0.1, 0.9], [0.6, 0.4]], "only one class among the test samples"),
        ([0, 1], [[0.3, 0.7], [0.3, 0.7]], "the scores are the same for every test sample"),
        ([0, 2], [[0.5, 0.2, 0.3], [0.1, 0.1, 0.8]], "no test sample of class 1"),
    ],
)
def test_an_area_that_says_nothing_is_none_with_its_reason(labels, scores, reason):
    found = auroc(labels, scores)
    assert (found.value, found.reason) == (None, reason)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([], np.empty((0, 2)), "labels of shape"),
        ([0.5, 1.0], [[0.5, 0.5]] * 2, "whole number"),
        ([0, 1], [0.5, 0.5], "scores of shape"),
        ([0, 1], [[0.5, 0.5]], "scores of shape"),
        ([0, 2], [[0.5, 0.5]] * 2, "labels from 0 to 2"),
        ([-1, 1], [[0.5, 0.5]] * 2, "labels from -1 to 1"),
        ([0, 1], [[0.5, math.nan], [0.5, 0.5]], "not all finite"),
    ],
)
@pytest.mark.parametrize("measure", [log_loss, brier, auroc])
def test_scores_that_do_not_fit_are_refused(measure, labels, scores, message):
    with pytest.raises(EvidenceError, match=message):
        measure(labels, scores)


@pytest.mark.parametrize("measure", [accuracy, balanced_accuracy, macro_f1])
def test_classes_that_do_not_fit_are_refused(measure):
    with pytest.raises(EvidenceError, match="2 labels and 1 predicted"):
        measure([0, 1], [0])
    with pytest.raises(EvidenceError, match="labels of shape"):
        measure([], [])
    with pytest.raises(EvidenceError, match="predicted of shape"):
        measure([0, 1], [0.0, math.nan])


def test_predictions_without_scores_are_refused():
    with pytest.raises(EvidenceError, match="predictions without scores"):
        prediction_metrics({"labels": [0], "predicted": [0]})


def test_the_measures_of_published_cells_agree_with_their_records():
    kinds = set()
    for (record, arrays), _ in zip(archive.read_archive(PUBLISHED), range(60), strict=False):
        kind = record["predictions"]["score_kind"]
        found = prediction_metrics(arrays, kind)
        assert found["accuracy"].value == pytest.approx(record["metrics"]["accuracy"])
        assert 0.5 < found["auroc"].value <= 1
        assert (found["log_loss"].value is None) == (kind == "decision")
        kinds.add(kind)
    assert kinds == {"probability", "decision"}


def test_average_precision_and_f1_at_a_threshold_equal_those_of_scikit_learn():
    labels, _, scores = predictions(2, sharpness=1.0)
    margins = scores[:, 1] - scores[:, 0]
    expected = sklearn_metrics.average_precision_score(labels, margins)
    assert average_precision(labels, scores).value == pytest.approx(expected)
    for threshold in (-0.5, 0.0, 0.7, 2.0):
        expected = sklearn_metrics.f1_score(labels, margins >= threshold)
        assert f1_at_threshold(labels, scores, threshold).value == pytest.approx(expected)


def test_tied_scores_share_their_precision_as_in_scikit_learn():
    labels, _, scores = predictions(2, sharpness=1.0)
    rounded = np.round(scores, 1)
    expected = sklearn_metrics.average_precision_score(labels, rounded[:, 1] - rounded[:, 0])
    assert average_precision(labels, rounded).value == pytest.approx(expected)
    constant = np.full((4, 2), 0.5)
    assert average_precision([0, 0, 0, 1], constant).value == 0.25


def test_what_is_about_one_of_two_classes_is_none_for_more_and_without_a_sample_of_it():
    labels, _, scores = predictions(3)
    assert average_precision(labels, scores) == Measure(None, "it is for two classes")
    assert f1_at_threshold(labels, scores, 0.0).value is None
    none_positive = average_precision([0, 0], [[0.5, 0.5]] * 2)
    assert none_positive == Measure(None, "no test sample of class 1")


def test_without_a_threshold_of_the_record_there_is_no_f1_at_it():
    labels, predicted, scores = predictions(2)
    arrays = {"labels": labels, "predicted": predicted, "scores": scores}
    without = prediction_metrics(arrays)["f1_at_threshold"]
    assert (without.value, "dataset.validation" in without.reason) == (None, True)
    found = prediction_metrics(arrays, threshold=0.0)["f1_at_threshold"]
    assert found.value == pytest.approx(sklearn_metrics.f1_score(labels, predicted))
