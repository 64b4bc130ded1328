from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.neural import NeuralClassifier
from models.small_cnn import SmallCNN
from tests.models.photos import photo_data

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (3, 96, 128)])
def test_photos_of_any_size_become_logits_with_the_same_weights(shape):
    network = SmallCNN(shape, classes=5)
    assert network(torch.rand(2, *shape)).shape == (2, 5)
    counted = sum(parameter.numel() for parameter in network.parameters())
    assert 100_000 < counted < 300_000


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shape": (3, 8, 8)}, "4 poolings need 16 pixels a side, not 8x8"),
        ({"channels": [0]}, r"channels=\[0\]: a list of whole numbers"),
        ({"dropout": 1.0}, "dropout=1.0: a share"),
    ],
)
def test_what_cannot_be_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        SmallCNN(**{"shape": (3, 32, 32), "classes": 2, **changes})


def test_it_learns_coloured_photos_from_lazy_images():
    data = photo_data(samples=16, batch_size=8)
    learner = NeuralClassifier(
        network=partial(SmallCNN, channels=[8, 16]),
        optimizer=partial(torch.optim.Adam, lr=1e-2),
        loss=nn.CrossEntropyLoss,
        trainer=CPU,
        epochs=15,
        batch_size=8,
        inputs="unit",
        initialisation="network",
    )
    learner.check(data.shape, data.classes)
    learner.fit(data, seed=0)
    predicted = learner.scores(data.train_inputs).argmax(1)
    assert np.array_equal(predicted, data.train_labels.numpy())
