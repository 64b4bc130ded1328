"""Losses in mixed and other precisions, and clipping of scaled gradients."""

from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins import MixedPrecision

from models.classifier import Classifier
from models.losses.contract import make_criterion
from models.networks import MLP
from models.neural import NeuralClassifier, over_all_parameters
from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import factory_of

NAMES = ["mse", "cosine", "cosine_cross_entropy", "hierarchy_cosine", "t_vmf"]


@pytest.fixture
def data():
    return data_of(*bright_halves(12, classes=4), classes=4)


@pytest.mark.parametrize("precision", ["bf16-mixed", "bf16-true", "64-true"])
@pytest.mark.parametrize("name", NAMES)
def test_a_network_learns_in_other_precisions(name, precision, data):
    learner = NeuralClassifier(
        network=partial(MLP, hidden=[8]),
        optimizer=partial(torch.optim.Adam, lr=2e-2),
        loss=factory_of(name),
        trainer={"accelerator": "cpu", "devices": 1, "precision": precision},
        epochs=8,
        batch_size=4,
        inputs="unit",
        clip_norm=10.0,
    )
    learner.fit(data, seed=0)
    losses = learner.history["train_loss"]
    assert losses[-1] < 0.9 * losses[0]
    scores = learner.scores(data.train_inputs)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Lightning's, of its Trainer as it is here
def test_scaled_gradients_of_16_bits_are_clipped_at_their_own_size(data):
    """The step of SGD at rate 1 is as long as the gradients are clipped to."""
    torch.manual_seed(0)
    network = MLP((1, 8, 8), 4, hidden=[8])
    before = [weight.detach().clone() for weight in network.parameters()]
    criterion = make_criterion(factory_of("cosine"), 4, None)
    optimizer = partial(over_all_parameters, partial(torch.optim.SGD, lr=1.0))
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=1,
        limit_train_batches=1,
        barebones=True,
        plugins=[MixedPrecision("16-mixed", "cpu", scaler)],
    )
    images, labels = bright_halves(12, classes=4)
    batches = data_of(images / 255, labels, classes=4).train_dataloader()
    trainer.fit(Classifier(network, criterion, optimizer, clip_norm=0.01), batches)
    steps = [new - old for new, old in zip(network.parameters(), before, strict=True)]
    length = torch.cat([step.flatten() for step in steps]).norm().item()
    assert length == pytest.approx(0.01, rel=1e-3)
