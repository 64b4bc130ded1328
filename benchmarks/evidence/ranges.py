"""What values a metric can take: no interval that is shown reaches beyond them."""

from __future__ import annotations

import math
from typing import NamedTuple


class Range(NamedTuple):
    """From the least to the most that something can be, both included."""

    least: float = -math.inf
    most: float = math.inf

    @property
    def of_differences(self) -> Range:
        """What a difference of two such values can be."""
        return Range(self.least - self.most, self.most - self.least)

    @property
    def of_spreads(self) -> Range:
        """What a standard deviation of such values can be; that of two, without its bias, is at
        most 0.89 times as large as they can lie apart."""
        return Range(0.0, self.most - self.least)


ANY = Range()
SHARE = Range(0.0, 1.0)
FROM_ZERO = Range(0.0)
# Of metrics by name. The largest eigenvalue of a Hessian may be negative.
RANGES = dict.fromkeys(
    (
        *("accuracy", "train_accuracy", "accuracy_last_epoch", "all_right", "balanced_accuracy"),
        *("macro_f1", "auroc", "average_precision", "f1_at_threshold", "calibration_error"),
    ),
    SHARE,
)
RANGES |= {"brier": Range(0.0, 2.0), "hessian_eigenvalue": ANY}
RANGES |= dict.fromkeys(
    ("log_loss", "train_seconds", "sharpness", "parameters", "trainable_parameters"), FROM_ZERO
)
RANGES |= {"test_samples": FROM_ZERO}


def range_of(metric: str) -> Range:
    """That of a metric of the suite; any number for another one."""
    return RANGES.get(metric, ANY)
