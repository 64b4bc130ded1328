"""The loss $name."""

import torch
from torch import nn
from torch.nn import functional


class Loss(nn.Module):
    """Focal loss, Lin et al. 2017, equation 4: the mean of -(1 - p)^gamma log p, p being the
    softmax of the logits at the right class.

    The softmax of the outputs is what is predicted. A loss with another prediction says so by
    `scores` and `score_kind`; see `models.losses`.
    """

    def __init__(self, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """`outputs` (m, K), `labels` (m,) in 0..K-1; a scalar."""
        log_p = -functional.cross_entropy(outputs, labels, reduction="none")
        return (-((1 - log_p.exp()) ** self.gamma) * log_p).mean()
