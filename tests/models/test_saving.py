"""Fitted learners without a backbone, elsewhere; and images watched while they learn."""

from functools import partial

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from torch import nn

from models.linear import LinearClassifier
from models.networks import CNN, MLP
from models.neural import NeuralClassifier

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
MADE = {"mlp": partial(MLP, hidden=[8], dropout=0.5), "cnn": partial(CNN, channels=[4], dense=8)}


def neural(network=MADE["mlp"], **changes):
    fields = {
        "network": network,
        "optimizer": partial(torch.optim.Adam, lr=1e-2),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 4,
        "batch_size": 4,
        "inputs": "unit",
    }
    return NeuralClassifier(**fields | changes)


def logistic(**changes):
    return LinearClassifier(**{"estimator": LogisticRegression, "inputs": "unit"} | changes)


LEARNERS = {
    "mlp": neural,
    "standardised": partial(neural, inputs="standardise"),
    "cnn": partial(neural, network=MADE["cnn"]),
    "double": partial(neural, trainer=CPU | {"precision": "64-true"}),
    "logistic": logistic,
    "logistic_standardised": partial(logistic, inputs="standardise"),
}


@pytest.fixture
def data(make_data, make_halves):
    return make_data(*make_halves(12, classes=4), classes=4)


@pytest.mark.parametrize("make", LEARNERS.values(), ids=LEARNERS)
def test_a_restored_learner_scores_the_same_bytes(make, data):
    learner, restored = make(), make()
    learner.fit(data, seed=1)
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    images = data.train_inputs.to(torch.uint8)
    assert restored.scores(images).tobytes() == learner.scores(images).tobytes()
    assert restored.parameters == learner.parameters
    assert restored.score_kind == learner.score_kind


@pytest.mark.parametrize("make", [neural, logistic])
def test_a_state_of_another_data_set_is_not_restored(make, data):
    learner = make()
    learner.fit(data, seed=1)
    with pytest.raises(ValueError, match=r"state: .*of another"):
        make().restore(learner.state(), (1, 9, 9), data.classes, data.peak)


def test_an_estimator_that_is_more_than_coefficients_is_not_saved(data):
    learner = logistic(estimator=SVC)
    learner.fit(data, seed=0)
    with pytest.raises(ValueError, match="estimator=SVC: not to be saved; use LogisticRegression"):
        learner.state()


def test_bytes_and_floating_pixels_are_learnt_alike(data):
    learner, other = neural(), neural()
    learner.fit(data, seed=2)
    data.train_inputs = data.train_inputs.to(torch.uint8)
    other.fit(data, seed=2)
    images = data.train_inputs
    assert learner.scores(images).tobytes() == other.scores(images).tobytes()


def test_watched_images_are_scored_after_every_epoch_and_change_nothing(data, make_halves):
    watched = make_halves(9, classes=4, seed=3)
    plain, watching = neural(), neural()
    plain.fit(data, seed=1)
    watching.fit(data, seed=1, watched=watched)
    assert watching.scores(watched[0]).tobytes() == plain.scores(watched[0]).tobytes()
    accuracies = watching.history["watched_accuracy"]
    assert len(accuracies) == 4
    assert watching.best_epoch == 1 + int(np.argmax(accuracies))
    best = (watching.best_scores.argmax(axis=1) == watched[1].numpy()).mean()
    assert best == pytest.approx(max(accuracies))
    assert plain.best_scores is None
    assert "watched_accuracy" not in plain.history


def test_images_are_watched_on_one_device_only(data):
    learner = neural(trainer=CPU | {"devices": 2})
    with pytest.raises(ValueError, match=r"trainer\.devices=2: images are watched on one device"):
        learner.fit(data, seed=0, watched=(data.train_inputs, data.train_labels))
