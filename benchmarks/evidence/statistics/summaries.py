"""Several values as one number: over runs or data sets, and over train sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import finite, sorted_values


def interquartile_mean(values: ArrayLike) -> float:
    """The mean of the middle half: floor(k / 4) values are left out at each end.

    `values` has shape (k,), k at least 4: of fewer nothing would be left out. Source: R. Agarwal et
    al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021.

    Raises EvidenceError for fewer than 4 values and for values that are not finite.
    """
    values = sorted_values(values, 4, "values for an interquartile mean")
    cut = len(values) // 4
    return float(values[cut : len(values) - cut].mean())


def area_under_learning_curve(sizes: ArrayLike, accuracies: ArrayLike) -> float:
    """The mean accuracy over train sizes, each doubling counting the same: a share from 0 to 1.

    The trapezoid rule over x = log n, divided by log(largest) - log(smallest). The logarithm,
    because sizes are usually spaced by factors and accuracy moves with log n; over n itself the
    largest sizes would hide all others. Both arguments have shape (sizes,), in any order.
    Source: I. Guyon et al., "Results of the active learning challenge", JMLR W&CP 16 (2011), where
    the area under the curve over log2 n is the score. Two curves can only be compared over the
    same sizes.

    Raises EvidenceError for fewer than two sizes, a size given twice or below 1, values that are
    not finite and arguments of different lengths.
    """
    sizes, accuracies = finite(sizes), finite(accuracies)
    if sizes.ndim != 1 or sizes.shape != accuracies.shape:
        raise EvidenceError(
            f"{sizes.size} sizes and {accuracies.size} accuracies: expected one accuracy per size"
        )
    if len(sizes) < 2:
        raise EvidenceError(f"{len(sizes)} train sizes: an area needs at least 2; run another size")
    if (sizes < 1).any() or len(np.unique(sizes)) < len(sizes):
        raise EvidenceError(
            f"sizes={sizes.tolist()}: expected different numbers of samples, 1 or more"
        )
    order = np.argsort(sizes)
    logs = np.log(sizes[order])
    return float(np.trapezoid(accuracies[order], logs) / (logs[-1] - logs[0]))
