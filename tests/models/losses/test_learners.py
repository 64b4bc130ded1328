"""Both learners with every loss: what they learn, predict and watch."""

from functools import partial

import numpy as np
import pytest
import torch

from models.networks import CNN, MLP
from models.small_cnn import SmallCNN
from models.transfer import TransferClassifier
from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import CPU, NAMES, factory_of, neural
from tests.models.photos import photo_data

WAYS = {
    "kept": {
        "trained": "head",
        "features": "kept",
        "views": 1,
        "feature_precision": "float32",
        "optimizer": partial(torch.optim.Adam, lr=2e-2),
    },
    "all": {"trained": "all"},
}


def transfer(loss, **changes):
    fields = {
        "backbone": {
            "library": "torchvision",
            "architecture": "squeezenet1_1",
            "image_size": 32,
            "weights": "none",
        },
        "optimizer": partial(torch.optim.Adam, lr=1e-3),
        "loss": factory_of(loss),
        "trainer": CPU,
        "batch_size": 5,
    }
    return TransferClassifier(**fields | changes)


@pytest.fixture
def data():
    """Of 13 samples, in batches of 4, the last one has a single sample."""
    return data_of(*bright_halves(13, classes=4), classes=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_learns_with_every_loss(name, data):
    learner = neural(name)
    learner.check(data.shape, data.classes, data.class_names)
    learner.fit(data, seed=0)
    scores = learner.scores(data.train_inputs)
    assert scores.dtype == np.float32
    assert (scores.argmax(axis=1) == data.train_labels.numpy()).mean() > 0.7
    if learner.score_kind == "probability":
        np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "way", "epochs"),
    [
        ("cosine", "all", 12),
        ("t_vmf", "kept", 12),
        ("t_vmf", "all", 12),
        ("cosine_cross_entropy", "kept", 100),  # running statistics of momentum .99 take long
    ],
)
def test_a_backbone_learns_with_losses_of_their_own(name, way, epochs):
    data, way = photo_data(samples=10, batch_size=5), WAYS[way] | {"epochs": epochs}
    learner = transfer(name, **way)
    learner.check(data.shape, data.classes, data.class_names)
    learner.fit(data, seed=0)
    scores = learner.scores(data.train_inputs)
    assert (scores.argmax(axis=1) == data.train_labels.numpy()).mean() > 0.7
    restored = transfer(name, **way)
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    assert restored.scores(data.train_inputs).tobytes() == scores.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_kind_of_scores_is_known_from_the_check_on(name, data):
    learner = neural(name)
    learner.check(data.shape, data.classes, data.class_names)
    expected = "decision" if name in ("cosine", "hierarchy_cosine", "mse") else "probability"
    assert learner.score_kind == expected


@pytest.mark.parametrize("name", ["cosine_cross_entropy", "hierarchy_cosine", "t_vmf"])
def test_watched_images_are_scored_as_at_the_end(name, data):
    watched = bright_halves(9, classes=4, seed=3)
    plain, watching = neural(name, epochs=3), neural(name, epochs=3)
    plain.fit(data, seed=1)
    watching.fit(data, seed=1, watched=watched)
    last = watching.scores(watched[0])
    assert last.tobytes() == plain.scores(watched[0]).tobytes()
    accuracy = (last.argmax(axis=1) == watched[1].numpy()).mean()
    assert watching.history["watched_accuracy"][-1] == pytest.approx(accuracy)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (partial(MLP, hidden=[]), (1, 8, 8)),
        (partial(MLP, hidden=[3]), (1, 8, 8)),
        (partial(CNN, channels=[4], dense=3), (1, 8, 8)),
        (partial(SmallCNN, channels=[4, 4]), (3, 8, 8)),
        (lambda shape, classes: torch.nn.Linear(shape[-1], classes), (5,)),
    ],
)
def test_t_vmf_takes_the_place_of_the_last_layer_only(network, shape):
    from models.losses.contract import with_last_layer
    from models.losses.t_vmf import Cosines

    made = with_last_layer(network(shape=shape, classes=3), factory_of("t_vmf")(), 3)
    cosines = [module for module in made.modules() if isinstance(module, Cosines)]
    assert cosines == [list(made.modules())[-1]]
    outputs = made.eval()(torch.rand(4, *shape))
    assert outputs.shape == (4, 3)
    assert outputs.abs().max() <= 1 + 1e-6
