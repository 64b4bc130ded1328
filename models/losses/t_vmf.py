"""Cross-entropy of t-vMF similarities.

Kobayashi, "t-vMF similarity for regularizing intra-class feature distribution", CVPR 2021; the
author's code is tk1980/tvMF, models/Loss.py.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.losses.precision import at_least_single, unit, without_autocast
from models.options import require_not_negative, require_positive


class TVMFLoss(nn.Module):
    """Cross-entropy of the logits s phi, phi = (1 + c) / (1 + kappa (1 - c)) - 1,

    c the cosine of the features and the vector of a class, which the network's last layer gives
    instead of logits. With `kappa` 0 phi is c; the larger, the closer together the features of a
    class must lie. `scale` is s; None trains it, as the author's code does: s = 1 + ln(1 + exp(t)),
    t from 0 on. Raises ValueError for kappa < 0 and scale <= 0.
    """

    score_kind = "probability"

    def __init__(self, kappa: float, scale: float | None) -> None:
        super().__init__()
        require_not_negative("kappa", kappa)
        if scale is not None:
            require_positive("scale", scale)
        self.kappa = kappa
        self.scale = scale
        self.free_scale = nn.Parameter(torch.zeros(1)) if scale is None else None

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(self._logits(outputs), labels)

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        return self._logits(outputs).softmax(dim=1)

    def last_layer(self, width: int, classes: int) -> nn.Module:
        return Cosines(width, classes)

    def _logits(self, outputs: torch.Tensor) -> torch.Tensor:
        cosines = at_least_single(outputs)
        similarity = (1 + cosines) / (1 + self.kappa * (1 - cosines)) - 1
        return self._scale(similarity.dtype) * similarity

    def _scale(self, precision: torch.dtype) -> torch.Tensor | float:
        if self.free_scale is None:
            assert self.scale is not None  # one or the other
            return self.scale
        return 1 + functional.softplus(self.free_scale.to(precision))


class Cosines(nn.Linear):
    """Cosines (m, K) of features (m, width) and one vector for each class, a row of `weight`."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__(width, classes, bias=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        with without_autocast(features):
            return unit(features) @ unit(self.weight).T
