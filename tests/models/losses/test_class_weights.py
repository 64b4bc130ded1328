"""Class weights in the loss of networks: over an epoch that of all samples, in any batches."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.losses.contract import make_criterion
from models.networks import MLP
from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import factory_of, neural

SAMPLES, RARE, BATCH = 100, 4, 8
WEIGHTS = np.array([SAMPLES / 2 / (SAMPLES - RARE), SAMPLES / 2 / RARE])


class Focal(nn.CrossEntropyLoss):
    """Of somebody else: made of PyTorch's, it hands on the weights alone."""

    def __init__(self, weight=None):
        super().__init__(weight)

    def forward(self, outputs, labels):
        return 2 * super().forward(outputs, labels)


class OverSamples(nn.Module):
    """Of somebody else: it divides by the samples by itself, as the contract asks."""

    def __init__(self, classes, weight=None):
        super().__init__()
        self.register_buffer("weight", torch.ones(classes) if weight is None else weight)

    def forward(self, outputs, labels):
        return functional.cross_entropy(outputs, labels, self.weight, reduction="sum") / len(labels)


FACTORIES = {
    "cross_entropy": factory_of("cross_entropy"),
    "stated": partial(nn.CrossEntropyLoss, reduction="mean"),
    "label_smoothing": factory_of("label_smoothing"),
    "margin": nn.MultiMarginLoss,
    "own": Focal,
    "over_samples": OverSamples,
}


@pytest.fixture
def batch():
    """Logits and labels; most batches have none of the rare class."""
    labels = torch.zeros(SAMPLES, dtype=torch.int64)
    labels[: 12 * RARE : 12] = 1
    outputs = torch.randn(SAMPLES, 2, generator=torch.Generator().manual_seed(0))
    return outputs.requires_grad_(), labels


def gradient(loss, outputs):
    (found,) = torch.autograd.grad(loss, outputs)
    return found


def over_an_epoch(criterion, outputs, labels):
    """The losses of batches, by their share of the samples."""
    parts = zip(outputs.split(BATCH), labels.split(BATCH), strict=True)
    return sum(criterion(some, of_class) * len(of_class) for some, of_class in parts) / len(labels)


@pytest.mark.parametrize("name", FACTORIES)
def test_batches_with_and_without_the_rare_class_add_up_to_the_loss_of_all_samples(name, batch):
    outputs, labels = batch
    criterion = make_criterion(FACTORIES[name], 2, None, WEIGHTS)
    whole, parts = criterion(outputs, labels), over_an_epoch(criterion, outputs, labels)
    torch.testing.assert_close(parts, whole)
    torch.testing.assert_close(gradient(parts, outputs), gradient(whole, outputs))


@pytest.mark.parametrize("name", ["cross_entropy", "label_smoothing"])
def test_the_loss_of_all_samples_is_pytorchs(name, batch):
    weight = torch.as_tensor(WEIGHTS, dtype=torch.float32)
    criterion = make_criterion(FACTORIES[name], 2, None, WEIGHTS)
    torch.testing.assert_close(criterion(*batch), FACTORIES[name](weight=weight)(*batch))


def test_both_classes_have_half_of_the_loss_where_nothing_is_learned_yet(batch):
    _, labels = batch
    even = torch.zeros(SAMPLES, 2, requires_grad=True)
    criterion = make_criterion(FACTORIES["cross_entropy"], 2, None, WEIGHTS)
    found = gradient(over_an_epoch(criterion, even, labels), even)
    assert found[labels == 1].abs().sum().item() == pytest.approx(found.abs().sum().item() / 2)


@pytest.mark.parametrize("name", FACTORIES)
def test_without_class_weights_a_loss_is_left_to_itself(name, batch):
    made = FACTORIES[name](**({"classes": 2} if name == "over_samples" else {}))
    criterion = make_criterion(FACTORIES[name], 2, None)
    assert criterion(*batch).equal(made(*batch))
    assert getattr(criterion.loss, "reduction", None) == getattr(made, "reduction", None)


def test_a_weighted_loss_travels_to_other_processes_and_is_saved_without_weights(batch):
    criterion = make_criterion(FACTORIES["cross_entropy"], 2, None, WEIGHTS)
    for other in (copy.deepcopy(criterion), pickle.loads(pickle.dumps(criterion))):
        assert other(*batch).equal(criterion(*batch))
    assert criterion.state_dict() == {}


def test_a_training_minimises_the_same_loss_in_batches_of_any_size():
    images, labels = bright_halves(24)
    labels[2:] = 0  # one of the rare class
    means = []
    for batch_size in (4, len(labels)):
        data = data_of(images, labels, batch_size=batch_size)
        data.class_weights = np.array([24 / 46, 12.0])
        still, plain = partial(torch.optim.SGD, lr=0.0), partial(MLP, hidden=[8])
        fields = {"batch_size": batch_size, "optimizer": still, "network": plain}
        learner = neural("cross_entropy", epochs=1, **fields)
        learner.fit(data, seed=0)
        means += learner.history["train_loss"]
    assert means[0] == pytest.approx(means[1], rel=1e-5)
