import pytest
import torch

from models.optimisation import inverse_time_decay


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
