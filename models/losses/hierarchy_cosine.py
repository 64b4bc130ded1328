"""The cosine loss towards class vectors from a hierarchy, alone and with cross-entropy.

Barz & Denzler, "Hierarchy-based image embeddings for semantic image retrieval", WACV 2019.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from models.losses.cosine import KERAS_MOMENTUM, CosineCrossEntropyLoss, CosineLoss
from models.losses.hierarchy import hierarchy_of, similarities
from models.losses.precision import unit, without_autocast


class HierarchyCosineLoss(CosineLoss):
    """1 - <phi_y, z / ||z||>, z the outputs, phi_k the unit vector of class k.

    <phi_k, phi_l> is the similarity of the classes k and l in the hierarchy
    (`models.losses.hierarchy`). Scores are <phi_k, z / ||z||>: the most similar class is predicted.

    `hierarchy` is `last_word` or the path of a file. Raises ValueError for a hierarchy that cannot
    be, or lacks classes.
    """

    vectors: torch.Tensor

    def __init__(self, classes: int, class_names: Sequence[str] | None, hierarchy: str) -> None:
        super().__init__()
        vectors = np.zeros((classes, classes))  # those of a saved model come with its state
        if class_names is not None:
            tree = hierarchy_of(hierarchy, class_names)
            vectors = class_vectors(similarities(tree, class_names))
        self.register_buffer("vectors", torch.as_tensor(vectors, dtype=torch.float32))

    def scores(self, outputs: torch.Tensor) -> torch.Tensor:
        directions = unit(outputs)
        with without_autocast(directions):
            return directions @ self.vectors.T.to(directions.dtype)


class HierarchyCosineCrossEntropyLoss(CosineCrossEntropyLoss):
    """`CosineCrossEntropyLoss` with the class vectors of `HierarchyCosineLoss` for one-hot ones."""

    def __init__(
        self,
        classes: int,
        class_names: Sequence[str] | None,
        hierarchy: str,
        cross_entropy_weight: float,
        weight_decay: float,
        momentum: float = KERAS_MOMENTUM,
    ) -> None:
        super().__init__(classes, cross_entropy_weight, weight_decay, momentum)
        self.cosine = HierarchyCosineLoss(classes, class_names, hierarchy)


def class_vectors(similarity: np.ndarray) -> np.ndarray:
    """Unit vectors (K, K), one row a class, whose inner products are the similarities (K, K).

    The lower triangular ones, which algorithm 1 of the paper finds row by row: the Cholesky factor.
    """
    return np.linalg.cholesky(similarity)
