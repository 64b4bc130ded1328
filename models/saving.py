"""Fitted networks, and losses with numbers of their own, as plain arrays by name, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from torch import nn

    from models.interface import Network

LOSS = "loss."  # begins the names of what is a loss's; no learner's network has such a part


def to_arrays(network: nn.Module, criterion: nn.Module) -> dict[str, np.ndarray]:
    """Every parameter and buffer of a network and of the loss that it was trained with.

    Raises ValueError for a network in bfloat16, which arrays cannot hold.
    """
    import torch

    tensors = network.state_dict() | criterion.state_dict()
    if any(tensor.dtype == torch.bfloat16 for tensor in tensors.values()):
        raise ValueError("trainer.precision=bf16-true: not to be saved; use 32-true")
    return {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in tensors.items()}


def from_arrays(network: Network, criterion: nn.Module, state: Mapping[str, np.ndarray]) -> Network:
    """The network with these parameters and buffers, on the processor and in their precision; those
    of the loss are filled in place.

    Raises ValueError where names or shapes are not those of the network and the loss.
    """
    of_loss = {name: array for name, array in state.items() if name.startswith(LOSS)}
    of_network = {name: array for name, array in state.items() if name not in of_loss}
    _filled(criterion, of_loss)
    return _filled(network, of_network)


def _filled(network: Network, state: Mapping[str, np.ndarray]) -> Network:
    import torch

    tensors = {name: torch.tensor(array) for name, array in state.items()}
    precision = next((value.dtype for value in tensors.values() if value.is_floating_point()), None)
    network = network.to(precision)
    try:
        network.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        reason = " ".join(line.strip() for line in str(error).splitlines()[1:2]) or str(error)
        raise ValueError(f"state: {reason}; it is of another method or data set") from error
    return network
