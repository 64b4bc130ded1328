"""The tables that come with scikit-learn: real data without a download."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.target import with_last

TABLES = ("breast_cancer", "iris", "wine")


@dataclass(frozen=True)
class Bundled:
    """One of scikit-learn's small tables of numbers: breast_cancer (Street et al. 1993), iris
    (Fisher 1936) or wine (Forina et al. 1988).

    Args:
        table: which.
        positive: the class that gets the last label; None leaves scikit-learn's order.

    Raises:
        WrongOption: for another table or class.
    """

    table: str
    positive: str | None = None

    def __post_init__(self) -> None:
        if self.table not in TABLES:
            raise WrongOption("dataset.table", self.table, f"choose one of {', '.join(TABLES)}")

    def load(self) -> Samples:
        """Samples of shape (N, F), with no official split."""
        from sklearn import datasets as bundled  # takes a second, which planning need not wait

        found = getattr(bundled, f"load_{self.table}")()
        names = tuple(str(name) for name in found.target_names)
        labels = found.target.astype(np.int64)
        if self.positive is not None:
            labels, names = with_last(labels, names, self.positive)
        return Samples(
            inputs=found.data.astype(np.float32),
            labels=labels,
            class_names=names,
            peak=1.0,
            caveats=(f"only {len(labels)} rows: splits overlap from seed to seed",),
            levels=(0,) * found.data.shape[1],
        )
