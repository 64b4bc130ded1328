"""One training on several devices (processes here): the same batches, the gradients averaged."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.classifier import Diverged
from models.losses import CosineCrossEntropyLoss, TVMFLoss
from models.networks import MLP
from models.neural import NeuralClassifier

pytestmark = pytest.mark.slow

PLAIN = partial(MLP, hidden=[8], activation="tanh", dropout=0.0)
BATCH = 3  # of 10 samples: the last batch has one, which only one of two devices gets


def trained(data, devices, lr=1e-1, network=PLAIN, loss=nn.CrossEntropyLoss, micro=None, **changes):
    trainer = {"accelerator": "cpu", "devices": devices, "precision": "64-true"}
    trainer["micro_batch_size"] = micro
    learner = NeuralClassifier(
        network=network,
        optimizer=partial(torch.optim.SGD, lr=lr),
        loss=loss,
        trainer=trainer,
        epochs=4,
        batch_size=BATCH,
        inputs="unit",
        **changes,
    )
    learner.check(data.shape, data.classes, data.class_names)
    learner.fit(data, seed=3)
    return learner


@pytest.fixture
def data(make_data, make_halves):
    return make_data(*make_halves(10), batch_size=BATCH)


def test_two_devices_train_as_one_does(data):
    alone, together = trained(data, 1), trained(data, 2)
    images = data.train_inputs
    np.testing.assert_allclose(together.scores(images), alone.scores(images), rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        together.history["train_loss"], alone.history["train_loss"], rtol=0, atol=1e-9
    )


def test_a_loss_with_parameters_trains_on_two_devices_as_on_one(data):
    """With t-vMF's scale, whose gradients are averaged as the network's, clipped and in parts."""
    t_vmf = partial(TVMFLoss, kappa=4.0, scale=None)
    fields = {"loss": t_vmf, "clip_norm": 0.05}
    alone, together = trained(data, 1, **fields), trained(data, 2, **fields)
    in_parts = trained(data, 2, micro=1, **fields)
    expected = alone.state()
    for learner in (together, in_parts):
        state = learner.state()
        assert state.keys() == expected.keys()
        for name, value in state.items():
            np.testing.assert_allclose(value, expected[name], rtol=0, atol=1e-7, err_msg=name)
    assert expected["loss.free_scale"] != 0  # where it begins


def test_batch_statistics_of_a_loss_come_back_from_two_devices(data):
    combined = partial(CosineCrossEntropyLoss, cross_entropy_weight=0.1, weight_decay=5e-4)
    learner = trained(data, 2, loss=combined)
    state = learner.state()
    assert state["loss.head.normalisation.running_mean"].any()
    scores = learner.scores(data.train_inputs)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-6)
    assert len(learner.history["train_loss"]) == 4


def test_dropout_on_two_devices_is_the_same_every_time(data):
    dropping = partial(MLP, hidden=[8], activation="tanh", dropout=0.5)
    first, second = (trained(data, 2, network=dropping) for _ in range(2))
    np.testing.assert_array_equal(first.scores(data.train_inputs), second.scores(data.train_inputs))
    assert first.history == second.history


def test_divergence_on_two_devices_is_told_as_on_one(data):
    with pytest.raises(Diverged, match=r"training loss is .* in epoch 1 of 4"):
        trained(data, 2, lr=1e300, network=partial(MLP, hidden=[8]))
