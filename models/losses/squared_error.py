"""Squared error between the outputs and the one-hot vector of the class."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.losses.precision import at_least_single


class SquaredErrorLoss(nn.Module):
    """sum_k (z_k - e_yk)^2, z the outputs, e_y the one-hot vector of the class y.

    The sum, not the mean, over classes, as in the code of Barz & Denzler (WACV 2020; function
    squared_distance in utils.py of cvjena/semantic-embeddings). Scores are the outputs: the largest
    one is that of the nearest one-hot vector.
    """

    score_kind = "decision"

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        outputs = at_least_single(outputs)
        wanted = functional.one_hot(labels, outputs.shape[1]).to(outputs.dtype)
        return (outputs - wanted).square().sum(dim=1).mean()

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        return outputs
