"""How sharp a minimum is, against losses whose Hessian and whose largest rise are known."""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from models.networks import MLP
from models.neural import NeuralClassifier
from models.sharpness import Sharpness, box_sharpness, hessian_eigenvalue
from models.transfer import TransferClassifier
from tests.models.photos import photo_data

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


def linear(weights):
    """A model w·x of these weights."""
    layer = nn.Linear(len(weights), 1, bias=False)
    layer.weight.data = torch.tensor([weights])
    return layer


def mean(outputs, labels):
    return outputs.mean()


def half_square(outputs, labels):
    return ((outputs[:, 0] - labels) ** 2).mean() / 2


def some(shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_the_rise_of_a_linear_loss_is_that_in_the_corner_of_the_box():
    inputs, weights, epsilon = some((5, 3)), [1.0, -2.0, 0.5], 1e-2
    slopes = inputs.double().mean(0)
    sides = epsilon * (torch.tensor(weights).abs().double() + 1)
    before = float(slopes @ torch.tensor(weights).double())
    expected = 100 * float(slopes.abs() @ sides) / (1 + before)
    found = box_sharpness(linear(weights), mean, inputs, torch.zeros(5), epsilon=epsilon, steps=1)
    assert found == pytest.approx(expected, rel=1e-9)


def test_the_rise_of_a_quadratic_loss_is_that_of_its_best_corner():
    """All corners tried: convex, so that the maximum is in one of them."""
    inputs, weights, epsilon = some((20, 4), seed=3), [0.5, -1.0, 2.0, 0.0], 0.1
    labels = some((20,), seed=4)
    sides = epsilon * (torch.tensor(weights).abs().double() + 1)

    def loss_at(at):
        return float(((inputs.double() @ at - labels) ** 2).mean() / 2)

    middle = torch.tensor(weights).double()
    corners = [middle + sides * torch.tensor(signs) for signs in product([-1.0, 1.0], repeat=4)]
    rise = max(map(loss_at, corners)) - loss_at(middle)
    found = box_sharpness(linear(weights), half_square, inputs, labels, epsilon=epsilon)
    assert found == pytest.approx(100 * rise / (1 + loss_at(middle)), rel=1e-6)


def test_at_a_minimum_the_rise_goes_with_the_square_of_the_box():
    inputs, weights = some((30, 4)), [1.0, 2.0, -1.0, 0.5]
    network = linear(weights)
    nudge = torch.full((30,), 1e-4)  # off the very minimum, where the slope is zero
    labels = network(inputs)[:, 0].detach() + nudge
    small, large = (
        box_sharpness(network, half_square, inputs, labels, epsilon=epsilon)
        for epsilon in (0.01, 0.02)
    )
    assert large / small == pytest.approx(4, rel=0.01)


def test_nothing_rises_where_the_loss_is_flat():
    flat = (linear([0.0, 0.0]), lambda outputs, labels: 0 * outputs.sum(), some((3, 2)))
    assert box_sharpness(*flat, torch.zeros(3)) == 0
    assert hessian_eigenvalue(*flat, torch.zeros(3)) == 0


@pytest.mark.parametrize("width", [2, 40])
def test_the_eigenvalue_is_that_of_the_known_hessian(width):
    inputs = some((60, width))
    known = np.linalg.eigvalsh(inputs.double().T @ inputs.double() / 60)[-1]
    arguments = (linear([1.0] * width), half_square, inputs, torch.zeros(60))
    assert hessian_eigenvalue(*arguments) == pytest.approx(known, rel=1e-3)


def test_the_largest_eigenvalue_counts_though_a_negative_one_is_larger_in_size():
    curved = torch.tensor([1.0, -5.0, 0.5])
    found = hessian_eigenvalue(
        linear([1.0, 1.0, 1.0]),
        lambda outputs, labels: (curved * outputs.sum(0) ** 2).sum() / 2,
        torch.eye(3)[:1],
        torch.zeros(1),
    )
    assert found == pytest.approx(0, abs=1e-9)  # -3.5 and twice 0


def test_the_eigenvalue_of_a_network_is_that_of_its_whole_hessian():
    inputs, labels = some((12, 1, 2, 3)), torch.arange(12) % 3
    torch.manual_seed(0)
    network, loss = MLP((1, 2, 3), 3, hidden=[4], activation="tanh"), nn.CrossEntropyLoss()
    names = list(dict(network.named_parameters()))

    def loss_of(*weights):
        replaced = dict(zip(names, weights, strict=True))
        return loss(torch.func.functional_call(network, replaced, (inputs,)), labels)

    weights = tuple(weight.detach() for weight in network.parameters())
    blocks = torch.autograd.functional.hessian(loss_of, weights)
    sizes = [weight.numel() for weight in weights]
    rows = [
        torch.cat([block.reshape(size, -1) for block in row], dim=1)
        for size, row in zip(sizes, blocks, strict=True)
    ]
    whole = np.linalg.eigvalsh(torch.cat(rows).double())[-1]
    assert hessian_eigenvalue(network, loss, inputs, labels) == pytest.approx(whole, rel=1e-3)


def test_the_same_network_gives_the_same_numbers_and_is_left_as_it_was():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 2))
    inputs, labels = some((8, 6)), torch.arange(8) % 2
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    measure = Sharpness(epsilon=1e-2)
    first, again = (measure(network, nn.CrossEntropyLoss(), inputs, labels) for _ in range(2))
    assert first == again
    assert set(first) == {"sharpness", "hessian_eigenvalue"}
    assert network.training
    after = network.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert all(weight.grad is None for weight in network.parameters())


def test_frozen_weights_do_not_count():
    network = nn.Sequential(linear([3.0, 4.0]), linear([1.0]))
    network[0].requires_grad_(False)
    inputs = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    found = hessian_eigenvalue(nn.Sequential(network, Doubled()), half_square, inputs, some(2))
    assert found == pytest.approx((9 + 16) / 2, rel=1e-3)


class Doubled(nn.Module):
    """A second weight that changes nothing: one alone has no spectrum to search."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, outputs):
        return outputs + 0 * self.weight


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("epsilon", 0, "epsilon=0: a positive number"),
        ("steps", 0, "steps=0: a whole number from 1 up"),
        ("tolerance", -1, "tolerance=-1: a positive number"),
    ],
)
def test_a_wrong_value_is_refused_by_name(field, value, told):
    with pytest.raises(ValueError, match=told):
        Sharpness(**{field: value})


def learner_of(**changes):
    fields = {
        "network": partial(MLP, hidden=[8]),
        "optimizer": partial(torch.optim.SGD, lr=0.1),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 3,
        "batch_size": 4,
        "inputs": "unit",
    }
    return NeuralClassifier(**fields | changes)


def test_a_network_is_measured_after_its_training_and_learns_the_same(make_data, make_halves):
    data = make_data(*make_halves(10), batch_size=4)
    plain, measured = learner_of(), learner_of(sharpness=partial(Sharpness, epsilon=1e-2))
    for learner in (plain, measured):
        learner.fit(data, seed=0)
    assert plain.measures == {}
    assert measured.measures["sharpness"] > 0
    assert measured.measures["hessian_eigenvalue"] > 0
    assert plain.scores(data.train_inputs).tobytes() == (
        measured.scores(data.train_inputs).tobytes()
    )


@pytest.mark.parametrize(
    ("sharpness", "told"),
    [
        (3, "sharpness=3: a block with _target_"),
        (partial(Sharpness, epsilon=-1), "sharpness: epsilon=-1: a positive number"),
        (partial(Sharpness, epsilom=1e-3), "sharpness: .*epsilom"),
    ],
)
def test_a_measure_that_cannot_be_made_is_refused_before_any_training(sharpness, told):
    with pytest.raises(ValueError, match=told):
        learner_of(sharpness=sharpness)


KEPT = {"trained": "head", "features": "kept", "views": 3, "feature_precision": "float32"}


def transfer_of(**changes):
    backbone = {"library": "torchvision", "architecture": "squeezenet1_1", "image_size": 32}
    fields = {
        "backbone": {"weights": "none", **backbone},
        "optimizer": partial(torch.optim.SGD, lr=0.05),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 2,
        "batch_size": 4,
    }
    return TransferClassifier(**fields | KEPT | changes)


def test_a_head_with_a_hidden_layer_is_trained_measured_and_restored():
    data = photo_data(samples=6)
    learner, restored = (transfer_of(hidden=7, sharpness=Sharpness) for _ in range(2))
    learner.check(data.shape, data.classes)
    learner.fit(data, seed=0)
    assert learner.parameters["trainable"] == (512 + 1) * 7 + (7 + 1) * 2
    assert set(learner.measures) == {"sharpness", "hessian_eigenvalue"}
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    assert restored.scores(data.train_inputs).tobytes() == (
        learner.scores(data.train_inputs).tobytes()
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hidden": 0}, "hidden=0: a whole number from 1 up"),
        (
            {"features": "recomputed", "views": None, "feature_precision": None}
            | {"sharpness": Sharpness},
            "sharpness: measured only with features=kept",
        ),
    ],
)
def test_what_a_head_cannot_be_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        transfer_of(**changes)
