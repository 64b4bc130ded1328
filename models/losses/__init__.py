"""Losses: what a training minimises, and what is predicted from the outputs that it leads to.

A loss is a callable `(outputs (m, K), labels (m,)) -> scalar`, a mean over the batch; K is the
number of classes, labels are int64, 0..K-1. A configuration names a class or function that makes
one. Any loss of PyTorch is one: it is of logits, their softmax is what is predicted.

Beyond that a loss may, and `models.losses.contract` sees to it,

- take `classes` (K) or `class_names` (tuple of K names, by label) when it is made. The names are
  None for a loss whose numbers come from a saved model: what it derives from them must then be a
  parameter or buffer of its shape, which is filled afterwards
- take `weight`, float (K) on average 1 over the training samples, when it is made with class
  weights: each sample counts as much as its class weighs, and the sum is divided by the number of
  samples in the batch, not by the sum of their weights. A module whose attribute `reduction` is
  "mean", as of PyTorch's, is set to "none", and the mean of the values (m,) is taken
- be a `torch.nn.Module` with parameters, which are trained with the network's, counted with them,
  and saved with them
- define `scores(outputs)`, float (m, K), of which the largest is the prediction, and with it
  `score_kind`: "probability" where rows sum to one, else "decision"
- define `last_layer(width, classes)`, a module from features (m, width) to outputs (m, K), which
  takes the place of the network's last linear layer

A loss in a module of one's own is used by its `_target_`.
"""

from models.losses.cosine import CosineCrossEntropyLoss, CosineLoss
from models.losses.hierarchy_cosine import HierarchyCosineCrossEntropyLoss, HierarchyCosineLoss
from models.losses.squared_error import SquaredErrorLoss
from models.losses.t_vmf import TVMFLoss

__all__ = [
    "CosineCrossEntropyLoss",
    "CosineLoss",
    "HierarchyCosineCrossEntropyLoss",
    "HierarchyCosineLoss",
    "SquaredErrorLoss",
    "TVMFLoss",
]
