"""What learners know of a loss: how it is made, what it predicts, what it asks of a network."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from models.options import blamed_on

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
SCORE_KINDS = ("probability", "decision")


class Criterion(nn.Module):
    """A loss with all that the contract allows (see `models.losses`); what it leaves open is that
    of a loss of logits.

    Its parameters are trained with the network. Raises ValueError for a loss that says how to
    predict but not what the scores are, and for label smoothing outside 0..1.
    """

    def __init__(self, loss: Loss) -> None:
        super().__init__()
        self.loss = loss
        score_kind = getattr(loss, "score_kind", None if self._has_scores else "probability")
        if score_kind not in SCORE_KINDS:
            raise ValueError(f"score_kind={score_kind}: one of {', '.join(SCORE_KINDS)}")
        self.score_kind = str(score_kind)
        smoothing = getattr(loss, "label_smoothing", 0.0)
        if not 0 <= smoothing < 1:  # PyTorch takes a negative one
            raise ValueError(f"label_smoothing={smoothing}: a share from 0 up, below 1")

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return self.loss(outputs, labels)

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        """float32 (m, K) of a network's outputs (m, K)."""
        if hasattr(self.loss, "scores"):
            scores: torch.Tensor = self.loss.scores(outputs).float()
            return scores
        return outputs.float().softmax(dim=1)

    @property
    def _has_scores(self) -> bool:
        return hasattr(self.loss, "scores")


def make_criterion(
    factory: Callable[..., Loss],
    classes: int,
    class_names: Sequence[str] | None,
    class_weights: np.ndarray | None = None,
) -> Criterion:
    """The loss of these classes; `class_names` is None where a saved model will fill it.

    `class_weights` (K,) go to a loss that takes `weight`, as PyTorch's cross-entropy does. Where
    PyTorch would divide by the sum of the weights in a batch, which lets the rare class count for
    less in batches that have little of it, this divides by the number of samples.

    Raises ValueError, beginning with "loss: ", where it cannot be made.
    """
    known: dict[str, Any] = {"classes": classes, "class_names": class_names and tuple(class_names)}
    if class_weights is not None:
        known["weight"] = torch.as_tensor(class_weights, dtype=torch.float32)
    with blamed_on("loss"):
        for name in set(known) & set(getattr(factory, "keywords", {})):
            raise ValueError(f"{name}: the data set's; leave it out")
        if class_names is not None and "class_names" in _arguments(factory):
            _require_names(class_names, classes)
        if class_weights is not None and "weight" not in _arguments(factory):
            raise ValueError("takes no class weights; use cross_entropy, or resampling=none")
        taken = {name: known[name] for name in known if name in _arguments(factory)}
        criterion = Criterion(factory(**taken))
    if class_weights is not None:
        _average_over_samples(criterion.loss)
        hooks: Any = criterion  # whose method PyTorch has without types
        # Weights are of the training alone: a saved model scores without them.
        hooks.register_state_dict_post_hook(_without_weights)
    return criterion


def _average_over_samples(loss: Loss) -> None:
    """Lets a module with PyTorch's `reduction`, if that is "mean", divide by the samples."""
    if isinstance(loss, nn.Module) and getattr(loss, "reduction", None) == "mean":
        module: Any = loss  # whose attributes PyTorch types as tensors and modules
        module.reduction = "none"
        module.register_forward_hook(_mean)


def _mean(loss: nn.Module, given: object, values: torch.Tensor) -> torch.Tensor:
    return values.mean()


def _without_weights(
    criterion: Criterion, state: dict[str, torch.Tensor], prefix: str, metadata: object
) -> None:
    state.pop(f"{prefix}loss.weight", None)


def _arguments(factory: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(factory).parameters)
    except ValueError:  # some functions written in C tell nothing
        return ()


def _require_names(class_names: Sequence[str], classes: int) -> None:
    if len(class_names) != classes:
        raise ValueError(f"class_names: {classes} are needed, the data set has {len(class_names)}")


def with_last_layer(network: nn.Module, loss: Loss, classes: int) -> nn.Module:
    """The network with the layer that the loss asks for in place of its last linear one.

    Raises ValueError for a network without an `nn.Linear` of `classes` outputs.
    """
    if not hasattr(loss, "last_layer"):
        return network
    linear = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and module.out_features == classes
    ]
    if not linear:
        raise ValueError(
            f"loss={type(loss).__name__}: takes the place of a last linear layer with {classes} "
            "outputs, and the network has none; use another loss"
        )
    name, last = linear[-1]
    layer: nn.Module = loss.last_layer(last.in_features, classes)
    if not name:
        return layer
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, layer)
    return network
