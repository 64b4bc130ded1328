"""Clipping, repeats and micro batches: parts of a training, seen through the learners."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.networks import MLP
from models.neural import NeuralClassifier
from models.optimisation import cosine_decay
from models.transfer import TransferClassifier
from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import factory_of
from tests.models.photos import photo_data

CPU = {"accelerator": "cpu", "devices": 1, "precision": "64-true", "deterministic": True}
PLAIN = partial(MLP, hidden=[8], activation="tanh")


def learner_of(trainer=CPU, **changes):
    fields = {
        "network": PLAIN,
        "optimizer": partial(torch.optim.SGD, lr=0.1),
        "loss": nn.CrossEntropyLoss,
        "trainer": trainer,
        "epochs": 3,
        "batch_size": 4,
        "inputs": "unit",
    }
    return NeuralClassifier(**fields | changes)


def trained(data, seed=3, **changes):
    learner = learner_of(**changes)
    learner.check(data.shape, data.classes, data.class_names)
    learner.fit(data, seed)
    return learner


def squeezenet(**changes):
    fields = {
        "backbone": {
            "library": "torchvision",
            "architecture": "squeezenet1_1",
            "image_size": 32,
            "weights": "none",
        },
        "optimizer": partial(torch.optim.SGD, lr=0.1),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU | {"precision": "32-true"},
        "epochs": 2,
        "batch_size": 4,
        "trained": "head",
        "features": "kept",
        "views": 5,
        "feature_precision": "float32",
    }
    return TransferClassifier(**fields | changes)


def step_length(data, **changes):
    """How far one step of SGD at rate 1 moves all weights, and those of the loss."""
    still, moved = (
        trained(data, optimizer=partial(torch.optim.SGD, lr=rate), epochs=1, **changes).state()
        for rate in (0.0, 1.0)
    )
    names = [name for name in moved if "running" not in name and "num_batches" not in name]
    return np.sqrt(sum(((moved[name] - still[name]) ** 2).sum() for name in names))


@pytest.fixture
def data():
    return data_of(*bright_halves(10), batch_size=4)


@pytest.fixture
def one_batch():
    return data_of(*bright_halves(8), batch_size=8)


@pytest.mark.parametrize("name", ["cross_entropy", "cosine_cross_entropy"])
def test_gradients_are_clipped_over_network_and_loss_together(name, one_batch):
    fields = {"loss": factory_of(name), "batch_size": 8}
    free = step_length(one_batch, **fields)
    assert step_length(one_batch, **fields, clip_norm=free / 3) == pytest.approx(free / 3, rel=1e-4)
    assert step_length(one_batch, **fields, clip_norm=3 * free) == pytest.approx(free, rel=1e-9)


def test_clipping_keeps_the_direction(one_batch):
    first = step_length(one_batch, batch_size=8, clip_norm=1e-3)
    second = step_length(one_batch, batch_size=8, clip_norm=2e-3)
    assert second == pytest.approx(2 * first, rel=1e-6)


@pytest.mark.parametrize("name", ["cross_entropy", "cosine", "t_vmf"])
@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_micro_batches_make_the_step_of_the_whole_batch(name, size, data):
    whole = trained(data, loss=factory_of(name))
    parts = trained(data, loss=factory_of(name), trainer=CPU | {"micro_batch_size": size})
    images = data.train_inputs
    np.testing.assert_allclose(parts.scores(images), whole.scores(images), rtol=0, atol=1e-6)
    losses = whole.history["train_loss"]
    assert parts.history["train_loss"] == pytest.approx(losses, rel=1e-9)


def test_a_regulariser_counts_once_for_all_micro_batches(data):
    """Of a loss whose batch normalisation does not decide: its weights are all that is decayed."""
    heavy = factory_of("cosine_cross_entropy", weight_decay=1.0, cross_entropy_weight=1e-9)
    still = partial(torch.optim.SGD, lr=0.0)
    whole = trained(data, loss=heavy, optimizer=still)
    parts = trained(data, loss=heavy, optimizer=still, trainer=CPU | {"micro_batch_size": 2})
    losses = whole.history["train_loss"]
    assert parts.history["train_loss"] == pytest.approx(losses, rel=1e-7)


def test_clipping_is_of_the_whole_batch_not_of_its_parts(one_batch):
    fields = {"batch_size": 8, "clip_norm": 1e-3}
    micro = step_length(one_batch, **fields, trainer=CPU | {"micro_batch_size": 3})
    assert micro == pytest.approx(1e-3, rel=1e-3)


class Recorded:
    """The batches of a data object, and what was taken of them."""

    def __init__(self, batches):
        self.batches, self.taken = batches, []

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for images, labels in self.batches:
            self.taken += images.flatten(1).sum(dim=1).tolist()
            yield images, labels


def test_a_repeated_epoch_takes_every_sample_so_often_in_orders_of_their_own(data):
    """Of 10 samples of 2 classes, 5 in each: 17 // 5 passes."""
    batches = Recorded(data.train_dataloader())
    data.train_dataloader = lambda: batches
    learner = trained(data, repeat_to=17, epochs=2)
    assert len(learner.history["train_loss"]) == 2
    passes = [batches.taken[start : start + 10] for start in range(0, len(batches.taken), 10)]
    assert len(passes) == 2 * 3
    assert all(sorted(one) == sorted(passes[0]) for one in passes)
    assert len({tuple(one) for one in passes}) == 6


@pytest.mark.parametrize(("repeat_to", "passes"), [(None, 1), (4, 1), (9, 1), (10, 2), (30, 6)])
def test_an_epoch_is_repeated_by_the_samples_of_a_class(repeat_to, passes, data):
    repeated = trained(data, repeat_to=repeat_to, epochs=2)
    longer = trained(data, epochs=2 * passes)
    images = data.train_inputs
    assert repeated.scores(images).tobytes() == longer.scores(images).tobytes()
    means = np.reshape(longer.history["train_loss"], (2, passes)).mean(axis=1)
    assert repeated.history["train_loss"] == pytest.approx(means, rel=1e-9)


def test_schedules_count_a_repeated_epoch_as_one(data):
    rates = []

    def schedule(optimizer, steps_per_epoch, epochs):
        rates.append((steps_per_epoch, epochs))
        return cosine_decay(optimizer, steps_per_epoch, epochs)

    trained(data, schedule=schedule, repeat_to=15, epochs=4)
    assert rates[-1] == (9, 4)


def test_fewer_samples_than_classes_are_repeated_as_one_of_each():
    data = data_of(*bright_halves(3, classes=4), classes=4)
    repeated, longer = trained(data, repeat_to=2, epochs=1), trained(data, epochs=2)
    images = data.train_inputs
    assert repeated.scores(images).tobytes() == longer.scores(images).tobytes()


def test_every_pass_over_kept_features_is_of_the_next_view():
    data = photo_data(samples=8, augmented=True)
    repeated, longer = squeezenet(repeat_to=8), squeezenet(epochs=4)
    for learner in (repeated, longer):
        learner.fit(data, seed=0)
    images = data.train_inputs
    assert repeated.scores(images).tobytes() == longer.scores(images).tobytes()
    assert repeated.history["view"] == [0, 2]
    assert longer.history["view"] == [0, 1, 2, 3]


@pytest.mark.parametrize("make", [learner_of, squeezenet])
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"clip_norm": 0}, "clip_norm=0: a positive number"),
        ({"clip_norm": "10"}, "clip_norm=10: a positive number"),
        ({"clip_norm": float("inf")}, "clip_norm=inf: a positive number"),
        ({"repeat_to": 0}, "repeat_to=0: a whole number from 1 up"),
        ({"trainer": CPU | {"micro_batch_size": 0}}, "trainer.micro_batch_size=0: a whole number"),
        ({"trainer": CPU | {"micro": 2}}, "trainer.micro: not an option; .*micro_batch_size"),
    ],
)
def test_a_wrong_option_is_refused_by_name(make, changes, told):
    with pytest.raises(ValueError, match=told):
        make(**changes)


def test_no_micro_batches_are_none_asked_for(data):
    plain = trained(data).scores(data.train_inputs)
    null = trained(data, trainer=CPU | {"micro_batch_size": None}).scores(data.train_inputs)
    assert null.tobytes() == plain.tobytes()
    learner_of(trainer=CPU | {"devices": 1, "micro_batch_size": 2}).check_devices()
