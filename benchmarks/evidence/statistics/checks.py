"""What every function here asks of its values before it counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.evidence.errors import EvidenceError

LEVEL = 0.95
# Differences of accuracies are multiples of 1 / test samples; below this is rounding, not spread.
NO_SPREAD = 1e-12


def finite(values: ArrayLike) -> np.ndarray:
    """The values as floats; raises EvidenceError where one is not finite."""
    array = np.asarray(values, dtype=float)
    if not np.isfinite(array).all():
        raise EvidenceError(
            "a mean over values that are not finite was asked for: leave such runs out by name"
        )
    return array


def sorted_values(values: ArrayLike, fewest: int, what: str) -> np.ndarray:
    """The finite values in ascending order, so that no result depends on the order of rows.

    Raises EvidenceError for fewer than `fewest` values and for more than one dimension.
    """
    array = finite(values)
    if array.ndim != 1:
        raise EvidenceError(f"{what} of shape {array.shape}: expected one value per pair")
    if len(array) < fewest:
        raise EvidenceError(f"{what}: {len(array)} given, at least {fewest} needed; run more seeds")
    return np.sort(array)


def check_share(name: str, value: float) -> None:
    """Raises EvidenceError for a level, power or the like outside 0 to 1."""
    if not 0 < value < 1:
        raise EvidenceError(f"{name}={value}: expected a share between 0 and 1, for example 0.95")


def check_margin(margin: float) -> None:
    """Raises EvidenceError for a margin that is not above 0; margins are shares, as accuracies."""
    if not (np.isfinite(margin) and margin > 0):
        raise EvidenceError(
            f"margin={margin}: expected a difference above 0, for example 0.01 for 1 point"
        )
