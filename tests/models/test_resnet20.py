from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.neural import NeuralClassifier
from models.optimisation import cosine_decay
from models.resnet20 import ResNet20

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


def learner(epochs=6):
    return NeuralClassifier(
        network=ResNet20,
        optimizer=partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=1e-4),
        schedule=cosine_decay,
        loss=nn.CrossEntropyLoss,
        trainer=CPU,
        epochs=epochs,
        batch_size=50,
        inputs="unit",
        initialisation="network",
    )


def test_it_has_the_weights_of_the_paper_and_none_in_its_shortcuts():
    network = ResNet20((3, 32, 32), classes=10)
    assert sum(parameter.numel() for parameter in network.parameters()) == 269_722
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(layers) == 20


@pytest.mark.parametrize(
    ("shape", "classes"),
    [((3, 32, 32), 100), ((1, 28, 28), 10), ((1, 8, 8), 10), ((3, 9, 15), 2)],
)
def test_images_from_8_pixels_up_become_logits(shape, classes):
    network = ResNet20(shape, classes)
    assert network(torch.rand(2, *shape)).shape == (2, classes)
    learner().check(shape, classes)


def test_smaller_images_are_refused():
    with pytest.raises(ValueError, match="shape=7x9: images of 8 pixels a side or more"):
        ResNet20((1, 7, 9), classes=2)


def test_a_shortcut_takes_every_second_place_and_adds_channels_of_zeros():
    block = ResNet20((3, 32, 32), classes=10).stages[1][0]
    for parameter in block.residual.parameters():
        nn.init.zeros_(parameter)  # what is left is the shortcut
    maps = torch.rand(2, 16, 6, 7)
    outcome = block(maps)
    assert outcome.shape == (2, 32, 3, 4)
    assert torch.equal(outcome[:, :16], maps[:, :, ::2, ::2])
    assert not outcome[:, 16:].any()


def test_it_learns_digits_and_a_seed_gives_the_same_bytes(make_data):
    from sklearn.datasets import load_digits

    images, labels = load_digits(n_class=4, return_X_y=True)
    images = images.reshape(-1, 1, 8, 8)
    data = make_data(images[:200], labels[:200], classes=4, batch_size=50, peak=16.0)
    scores = []
    for _ in range(2):
        one = learner()
        one.fit(data, seed=0)
        scores.append(one.scores(torch.as_tensor(images[-200:], dtype=torch.float32)))
    assert np.array_equal(scores[0], scores[1])
    assert (scores[0].argmax(1) == labels[-200:]).mean() > 0.9
