"""Losses of one's own, and what is refused before any training."""

from functools import partial

import numpy as np
import pytest
import torch
from hydra.utils import instantiate
from torch import nn

from models.losses.contract import make_criterion
from models.networks import MLP
from models.neural import NeuralClassifier
from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import factory_of

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


class Prototypes(nn.Module):
    """Of somebody else: squared distances to trained points, one for each class."""

    score_kind = "decision"

    def __init__(self, classes, class_names, size):
        super().__init__()
        self.class_names = class_names
        self.points = nn.Parameter(size * torch.eye(classes))

    def forward(self, outputs, labels):
        return nn.functional.cross_entropy(self.scores(outputs), labels)

    def scores(self, outputs):
        return -(torch.cdist(outputs, self.points) ** 2)


def plain():
    """A function that makes a function."""
    return lambda outputs, labels: nn.functional.multi_margin_loss(outputs, labels)


class NoKind(nn.Module):
    def forward(self, outputs, labels):
        return outputs.mean()

    def scores(self, outputs):
        return outputs


class TooFewScores(NoKind):
    score_kind = "decision"

    def scores(self, outputs):
        return outputs[:, :1]


def own(name, **fields):
    target = f"tests.models.losses.test_contract.{name}"
    return instantiate({"_target_": target, "_partial_": True, **fields}, _convert_="all")


def learner_of(loss, **changes):
    fields = {
        "network": partial(MLP, hidden=[8]),
        "optimizer": partial(torch.optim.Adam, lr=1e-2),
        "loss": loss,
        "trainer": CPU,
        "epochs": 30,
        "batch_size": 4,
        "inputs": "unit",
    }
    return NeuralClassifier(**fields | changes)


@pytest.fixture
def data():
    return data_of(*bright_halves(12, classes=4), classes=4)


def test_a_loss_of_ones_own_is_trained_scored_and_saved(data):
    learner = learner_of(own("Prototypes", size=0.5))
    learner.check(data.shape, data.classes, data.class_names)
    learner.fit(data, seed=0)
    scores, points = learner.scores(data.train_inputs), learner.state()["loss.points"]
    assert learner.score_kind == "decision"
    assert (scores <= 0).all()
    assert (scores.argmax(axis=1) == data.train_labels.numpy()).mean() > 0.7
    assert learner.parameters["total"] == 65 * 8 + 9 * 4 + 16
    assert not np.array_equal(points, 0.5 * np.eye(4))
    restored = learner_of(own("Prototypes", size=0.5))
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    assert restored.scores(data.train_inputs).tobytes() == scores.tobytes()


def test_a_loss_is_made_with_the_classes_and_their_names():
    names = ("a", "b", "c")
    made = make_criterion(own("Prototypes", size=2.0), 3, names).loss
    assert made.class_names == names
    assert made.points.shape == (3, 3)


def test_a_plain_function_is_a_loss_of_logits(data):
    learner = learner_of(own("plain"))
    learner.fit(data, seed=0)
    assert learner.score_kind == "probability"
    np.testing.assert_allclose(learner.scores(data.train_inputs).sum(axis=1), 1, atol=1e-5)


def test_a_loss_that_asks_for_a_last_layer_refuses_a_network_without_one(data):
    def convolutional(shape, classes):
        return nn.Sequential(nn.Conv2d(shape[0], classes, shape[-1]), nn.Flatten())

    learner = learner_of(factory_of("t_vmf"), network=convolutional)
    with pytest.raises(ValueError, match=r"loss=TVMFLoss: .* last linear layer with 4 outputs"):
        learner.check(data.shape, data.classes, data.class_names)


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (factory_of("label_smoothing", label_smoothing=-0.1), "label_smoothing=-0.1: a share"),
        (factory_of("label_smoothing", label_smoothing=1.0), "label_smoothing=1.0: a share"),
        (factory_of("label_smoothing", label_smoothing=2), "label_smoothing=2: a share"),
        (factory_of("t_vmf", kappa=-1), "kappa=-1: zero or a positive number"),
        (factory_of("t_vmf", scale=0), "scale=0: a positive number"),
        (factory_of("cosine_cross_entropy", cross_entropy_weight=0), "cross_entropy_weight=0: a"),
        (factory_of("cosine_cross_entropy", weight_decay=-1), "weight_decay=-1: zero or a posi"),
        (factory_of("cosine_cross_entropy", weight_decay="x"), "weight_decay=x: zero or a posi"),
        (factory_of("cosine_cross_entropy", classes=3), "classes: the data set's; leave it out"),
        (factory_of("hierarchy_cosine", hierarchy=None), "hierarchy=None: last_word, or the path"),
        (factory_of("cosine", weight=3), "got an unexpected keyword argument"),
        (own("NoKind"), "score_kind=None: one of probability, decision"),
        (own("TooFewScores"), r"scores of shape \(5, 1\), not \(5, 4\)"),
        (partial(nn.CrossEntropyLoss, reduction="none"), r"loss of shape \(5,\), not \(\)"),
    ],
)
def test_a_wrong_loss_is_refused_in_one_line_when_it_is_planned(loss, told, data):
    with pytest.raises(ValueError, match=f"^loss: .*{told}") as refused:
        learner_of(loss).check(data.shape, data.classes, data.class_names)
    assert "\n" not in str(refused.value)
