"""The cosine loss, alone and with cross-entropy.

Barz & Denzler, "Deep learning on small datasets without pre-training using cosine loss", WACV 2020,
section 3; their code is cvjena/semantic-embeddings.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.losses.precision import at_least_single, unit, without_autocast
from models.options import require_not_negative, require_positive

# PyTorch's momentum is the weight of the new batch, Keras' .99 that of the past.
KERAS_MOMENTUM = 0.01


class CosineLoss(nn.Module):
    """1 - <e_y, z / ||z||>, z the outputs, e_y the one-hot vector of the class y.

    Scores are z / ||z||. Outputs that are all zero point nowhere: their loss is 1, their scores are
    0, and their gradient is finite (10^6 towards the class; gradient clipping tames it).
    """

    score_kind = "decision"

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        # nll_loss is minus the mean of each row's entry at its label.
        return 1 + functional.nll_loss(self.scores(outputs), labels)

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        return unit(outputs)


class CosineCrossEntropyLoss(nn.Module):
    """The cosine loss and cross-entropy of a classifier on the unit vector u = z / ||z||:

    1 - <e_y, u> + w H(y, softmax(W BN(ReLU(u)) + b)) + d ||W||^2

    with w `cross_entropy_weight` and d `weight_decay`, of W alone (Keras' l2 regulariser: the sum
    of squares, not half of it). The authors' code has w 0.1 and d 5e-4, and counts what the
    softmax predicts; so do the scores here.

    BN scores by running averages, in which every new batch has the weight `momentum`, 0.01 in the
    authors' code. They start from mean 0 and variance 1: after 60 updates more than half of them is
    still that start, so that trainings of less than some 300 updates need a larger one, such as
    PyTorch's 0.1. Raises ValueError for w <= 0, d < 0 and a momentum outside 0 to 1.
    """

    score_kind = "probability"

    def __init__(
        self,
        classes: int,
        cross_entropy_weight: float,
        weight_decay: float,
        momentum: float = KERAS_MOMENTUM,
    ) -> None:
        super().__init__()
        require_positive("cross_entropy_weight", cross_entropy_weight)
        require_positive("momentum", momentum)
        if momentum > 1:
            raise ValueError(f"momentum={momentum}: at most 1, the weight of one batch")
        require_not_negative("weight_decay", weight_decay)
        self.cross_entropy_weight = cross_entropy_weight
        self.weight_decay = weight_decay
        self.cosine: nn.Module = CosineLoss()
        self.head = SoftmaxHead(classes, momentum)

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        cross_entropy = functional.cross_entropy(self.head(unit(outputs)), labels)
        decay = at_least_single(self.head.linear.weight).square().sum()
        loss: torch.Tensor = (
            self.cosine(outputs, labels)
            + self.cross_entropy_weight * cross_entropy
            + self.weight_decay * decay
        )
        return loss

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(unit(outputs)).softmax(dim=1)
        return scores


class SoftmaxHead(nn.Module):
    """W BN(ReLU(u)) + b: from unit vectors (m, K) to logits (m, K).

    Keras' defaults of that time: W is drawn as Glorot & Bengio (2010), b is zero, BN has epsilon
    1e-3 and momentum .99. A batch of one sample has no variance: it is normalised by the running
    statistics, and leaves them as they are.
    """

    def __init__(self, classes: int, momentum: float = KERAS_MOMENTUM) -> None:
        super().__init__()
        self.normalisation = nn.BatchNorm1d(classes, eps=1e-3, momentum=momentum)
        self.linear = nn.Linear(classes, classes)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        with without_autocast(vectors):
            hidden = functional.relu(vectors).to(self.linear.weight.dtype)
            return at_least_single(self.linear(self._normalised(hidden)))

    def _normalised(self, hidden: torch.Tensor) -> torch.Tensor:
        layer = self.normalisation
        if len(hidden) > 1:
            normalised: torch.Tensor = layer(hidden)
            return normalised
        return functional.batch_norm(
            hidden, layer.running_mean, layer.running_var, layer.weight, layer.bias, eps=layer.eps
        )
