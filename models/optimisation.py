"""Learning-rate schedules, as factories `schedule(optimizer)` stepped after every batch."""

from __future__ import annotations

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def inverse_time_decay(optimizer: Optimizer, decay: float) -> LambdaLR:
    """lr_t = lr / (1 + decay * t), t = steps taken: the `decay` of Keras 1 optimisers.

    Raises ValueError for a negative decay.
    """
    if decay < 0:
        raise ValueError(f"decay={decay}: zero or a positive number")
    return LambdaLR(optimizer, lambda step: 1 / (1 + decay * step))
