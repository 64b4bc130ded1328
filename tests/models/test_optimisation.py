import math

import pytest
import torch

from models.optimisation import (
    cosine_decay,
    inverse_time_decay,
    make_optimizer,
    make_schedule,
    warm_restarts,
)


def optimizer_of(*rates):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates]
    return torch.optim.SGD(groups)


def rates_of(optimizer, schedule, steps):
    """One list for each group: the rates of so many steps."""
    rates = []
    for _ in range(steps):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    return [list(of_group) for of_group in zip(*rates, strict=True)]


def test_inverse_time_decay_follows_keras():
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.005)
    schedule = inverse_time_decay(optimizer, decay=0.99)
    rates = []
    for _ in range(4):
        parameter.grad = torch.ones(1)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    expected = [0.005, 0.005 / 1.99, 0.005 / 2.98, 0.005 / 3.97]
    assert rates == pytest.approx(expected, rel=1e-12)
    assert parameter.item() == pytest.approx(-sum(expected), rel=1e-6)


def test_a_negative_decay_is_refused():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    with pytest.raises(ValueError, match="decay=-1"):
        inverse_time_decay(optimizer, decay=-1)


def test_the_published_adadelta_is_zeilers_update():
    """Zeiler (2012), algorithm 1, with H2O's rho 0.99 and epsilon 1e-8, on f(x) = x^4 / 4."""
    parameter = torch.nn.Parameter(torch.tensor([1.5], dtype=torch.float64))
    optimizer = torch.optim.Adadelta([parameter], lr=1.0, rho=0.99, eps=1e-8)
    x, squared_gradients, squared_updates = 1.5, 0.0, 0.0
    for _ in range(6):
        optimizer.zero_grad()
        (parameter**4 / 4).sum().backward()
        optimizer.step()

        gradient = x**3
        squared_gradients = 0.99 * squared_gradients + 0.01 * gradient**2
        update = -((squared_updates + 1e-8) ** 0.5 / (squared_gradients + 1e-8) ** 0.5) * gradient
        squared_updates = 0.99 * squared_updates + 0.01 * update**2
        x += update
        assert parameter.item() == pytest.approx(x, rel=1e-10)


def test_cosine_decay_goes_to_zero_in_the_steps_of_the_training():
    optimizer = optimizer_of(0.5)
    schedule = cosine_decay(optimizer, steps_per_epoch=3, epochs=4)
    (rates,) = rates_of(optimizer, schedule, 13)
    expected = [0.25 * (1 + math.cos(math.pi * step / 12)) for step in range(13)]
    assert rates == pytest.approx(expected, rel=1e-12)
    assert rates[0] == 0.5
    assert rates[12] == 0


def test_a_warm_up_rises_in_a_line_and_the_decay_takes_the_other_epochs():
    optimizer = optimizer_of(1.0, 0.1)
    schedule = cosine_decay(optimizer, steps_per_epoch=2, epochs=5, warm_up=2)
    rates, smaller = rates_of(optimizer, schedule, 10)
    decay = [0.5 * (1 + math.cos(math.pi * step / 6)) for step in range(6)]
    assert rates == pytest.approx([0.25, 0.5, 0.75, 1.0, *decay], rel=1e-12)
    assert smaller == pytest.approx([rate / 10 for rate in rates], rel=1e-12)


def test_warm_restarts_begin_anew_after_cycles_that_double():
    optimizer = optimizer_of(0.5, 0.05)
    schedule = warm_restarts(optimizer, steps_per_epoch=2, first_cycle=3, factor=2, lowest=1e-3)
    groups = rates_of(optimizer, schedule, 19)
    places = [step / 6 for step in range(6)] + [step / 12 for step in range(12)] + [0]
    for base, rates in zip((0.5, 0.05), groups, strict=True):
        expected = [1e-3 + (base - 1e-3) * (1 + math.cos(math.pi * place)) / 2 for place in places]
        assert rates == pytest.approx(expected, rel=1e-12)


def test_five_cycles_of_barz_end_with_the_last_epoch():
    optimizer = optimizer_of(0.5)
    schedule = warm_restarts(optimizer, steps_per_epoch=1)
    (rates,) = rates_of(optimizer, schedule, 373)
    restarts = [epoch for epoch, rate in enumerate(rates) if rate == 0.5]
    assert restarts == [0, 12, 36, 84, 180, 372]
    assert min(rates) > 1e-6


def test_warm_restarts_may_warm_up_once():
    optimizer = optimizer_of(1.0)
    schedule = warm_restarts(
        optimizer, steps_per_epoch=2, first_cycle=1, factor=1, lowest=0, warm_up=1
    )
    (rates,) = rates_of(optimizer, schedule, 6)
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.5, 1.0, 0.5], rel=1e-12)


@pytest.mark.parametrize(
    ("make", "changes", "told"),
    [
        (cosine_decay, {"warm_up": -1}, "warm_up=-1: a whole number of epochs, or 0"),
        (cosine_decay, {"warm_up": 0.5}, "warm_up=0.5: a whole number of epochs, or 0"),
        (cosine_decay, {"warm_up": 9}, "warm_up=9: fewer epochs than the training's 9"),
        (cosine_decay, {"epochs": 9}, "epochs=9: the training's; leave it out"),
        (warm_restarts, {"first_cycle": 0}, "first_cycle=0: a whole number from 1 up"),
        (warm_restarts, {"factor": 1.5}, "factor=1.5: a whole number from 1 up"),
        (warm_restarts, {"lowest": -1}, "lowest=-1: zero or a positive number"),
        (warm_restarts, {"lowest": 0.1}, "lowest=0.1: below the learning rate, 0.1"),
    ],
)
def test_a_wrong_option_of_a_schedule_is_refused_by_name(make, changes, told):
    from functools import partial

    with pytest.raises(ValueError, match=told):
        make_schedule(partial(make, **changes), optimizer_of(0.1, 0.5), 2, epochs=9)


def test_a_schedule_is_given_of_the_training_what_it_asks_for():
    asked = {}

    def schedule(optimizer, epochs):
        asked["epochs"] = epochs
        return inverse_time_decay(optimizer, 0.1)

    make_schedule(schedule, optimizer_of(0.1), steps_per_epoch=5, epochs=7)
    assert asked == {"epochs": 7}


def test_parameters_of_the_loss_are_a_group_of_their_own():
    network, loss = torch.nn.Linear(2, 3), torch.nn.Linear(3, 3, bias=False)
    loss.register_parameter("fixed", torch.nn.Parameter(torch.ones(1), requires_grad=False))
    adam = make_optimizer(lambda net: torch.optim.Adam(net.parameters(), lr=0.3), network, loss)
    of_network, of_loss = adam.param_groups
    assert [id(weight) for weight in of_network["params"]] == list(map(id, network.parameters()))
    assert [id(weight) for weight in of_loss["params"]] == [id(loss.weight)]
    assert of_loss["lr"] == 0.3
    plain = make_optimizer(lambda net: torch.optim.SGD(net.parameters()), network, torch.nn.ReLU())
    assert len(plain.param_groups) == 1
