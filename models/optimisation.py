"""Learning-rate schedules, as factories stepped after every batch; what is optimised, and how.

A factory of a schedule takes the optimiser and, where its signature names them, `steps_per_epoch`
(steps of the optimiser) and `epochs` of the training. Every schedule multiplies the rates that the
parameter groups begin with, so that a backbone's stays its share of the head's.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from models.options import require_not_negative, require_whole_number


def inverse_time_decay(optimizer: Optimizer, decay: float) -> LambdaLR:
    """lr_t = lr / (1 + decay * t), t = steps taken: the `decay` of Keras 1 optimisers.

    Raises ValueError for a negative decay.
    """
    if decay < 0:
        raise ValueError(f"decay={decay}: zero or a positive number")
    return LambdaLR(optimizer, lambda step: 1 / (1 + decay * step))


def cosine_decay(
    optimizer: Optimizer, steps_per_epoch: int, epochs: int, warm_up: int = 0
) -> LambdaLR:
    """lr_t = lr (1 + cos(pi t / T)) / 2, T the steps of the training: to zero, without restarts.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
    equation 5. With `warm_up` the first epochs, W steps, rise in a line, lr (t + 1) / W, and the
    decay takes the others. Raises ValueError for a warm-up of no whole number of epochs, or of all.
    """
    _require_warm_up(warm_up)
    if warm_up >= epochs:
        raise ValueError(f"warm_up={warm_up}: fewer epochs than the training's {epochs}")
    rising, steps = warm_up * steps_per_epoch, epochs * steps_per_epoch

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return _half_cosine((step - rising) / (steps - rising))

    return LambdaLR(optimizer, factor)


def warm_restarts(
    optimizer: Optimizer,
    steps_per_epoch: int,
    first_cycle: int = 12,
    factor: int = 2,
    lowest: float = 1e-6,
    warm_up: int = 0,
) -> LambdaLR:
    """lr_t = lowest + (lr - lowest) (1 + cos(pi t / T_i)) / 2, t the steps of the i-th cycle.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
    equation 5; cycles of `first_cycle` * `factor`^i epochs, T_i steps. Each begins with the rate lr
    of a parameter group; `lowest` is the same for all. With `warm_up` the first epochs, W steps,
    rise in a line, lr (t + 1) / W, before the first cycle. Raises ValueError for cycles and factors
    below 1, and where `lowest` is not below every rate.
    """
    require_whole_number("first_cycle", first_cycle)
    require_whole_number("factor", factor)
    require_not_negative("lowest", lowest)
    _require_warm_up(warm_up)
    rates = [group["lr"] for group in optimizer.param_groups]
    if lowest >= min(rates):
        raise ValueError(f"lowest={lowest}: below the learning rate, {min(rates)}")
    rising, first = warm_up * steps_per_epoch, first_cycle * steps_per_epoch

    def factor_for(rate: float) -> Callable[[int], float]:
        floor = lowest / rate

        def share(step: int) -> float:
            if step < rising:
                return (step + 1) / rising
            return floor + (1 - floor) * _half_cosine(_place_in_cycle(step - rising, first, factor))

        return share

    return LambdaLR(optimizer, [factor_for(rate) for rate in rates])


def _place_in_cycle(step: int, first: int, factor: int) -> float:
    """Which share of its cycle is over, of cycles of first * factor^i steps."""
    length = first
    while step >= length:
        step, length = step - length, length * factor
    return step / length


def _half_cosine(share: float) -> float:
    return (1 + math.cos(math.pi * min(share, 1.0))) / 2


def _require_warm_up(warm_up: object) -> None:
    if isinstance(warm_up, bool) or not isinstance(warm_up, int) or warm_up < 0:
        raise ValueError(f"warm_up={warm_up}: a whole number of epochs, or 0")


def make_schedule(
    factory: Callable[..., LRScheduler], optimizer: Optimizer, steps_per_epoch: int, epochs: int
) -> LRScheduler:
    """The schedule, given of the training what its factory asks for."""
    known = {"steps_per_epoch": steps_per_epoch, "epochs": epochs}
    wanted = inspect.signature(factory).parameters
    stated = getattr(factory, "keywords", {})
    for name in known:
        if name in stated:
            raise ValueError(f"{name}={stated[name]}: the training's; leave it out")
    return factory(optimizer, **{name: known[name] for name in known if name in wanted})


def make_optimizer(
    factory: Callable[[nn.Module], Optimizer], network: nn.Module, criterion: nn.Module
) -> Optimizer:
    """The optimiser of a network; the loss's own parameters are a group of their own, the last.

    Raises ValueError for a learning rate or a weight decay without bound, which PyTorch takes.
    """
    optimizer = factory(network)
    for name in ("lr", "weight_decay"):
        for group in optimizer.param_groups:
            if group.get(name) is not None:
                require_not_negative(name, float(group[name]))
    of_loss = [parameter for parameter in criterion.parameters() if parameter.requires_grad]
    if of_loss:
        optimizer.add_param_group({"params": of_loss})
    return optimizer
