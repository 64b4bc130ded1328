"""Training samples drawn again until all clusters of a class, and all classes, are of one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datasets.encoding import encoding_of
from datasets.errors import WrongOption
from datasets.oversampling import Resampled, scale_of, stored

if TYPE_CHECKING:
    from datasets.module import TrainingPart


@dataclass(frozen=True)
class ClusterOversampling:
    """Cluster-based oversampling: T. Jo and N. Japkowicz, "Class imbalances versus small
    disjuncts", SIGKDD Explorations 6(1), 2004, section 3.

    k-means within each class, columns of unit deviation (ours). Samples of every cluster of the
    largest class are drawn again until it is as large as the largest of them; those of the other
    classes until every class has as many as that class then has, in clusters of one size.

    Args:
        clusters: of each class, at most as many as it has samples.

    Raises:
        WrongOption: for anything but a whole number from 1 up.
    """

    clusters: int

    def __post_init__(self) -> None:
        whole = isinstance(self.clusters, int) and not isinstance(self.clusters, bool)
        if not whole or self.clusters < 1:
            raise WrongOption("resampling.clusters", self.clusters, "a whole number from 1 up")

    def check(
        self, labels: np.ndarray, class_names: Sequence[str], levels: Sequence[int] | None
    ) -> None:
        """Raises WrongOption for samples that are no rows of a table (without `levels`)."""
        if levels is None:
            remedy = "clusters are found in rows of tables; use resampling=random_oversampling"
            raise WrongOption("resampling.clusters", self.clusters, remedy)

    def __call__(self, training: TrainingPart, seed: int) -> Resampled:
        """Rows as they are stored (n, F), those that were drawn first; labels (n,); no weights."""
        inputs, labels = stored(training)
        self.check(labels, training.class_names, training.levels)
        points = _points(training)
        counts = np.bincount(labels)
        order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]  # the largest first
        further, total = [], None
        for label in order:
            clusters = self._clusters(points, np.flatnonzero(labels == label), seed)
            largest = max(map(len, clusters))
            aim = largest if total is None else round(total / len(clusters))
            further += _drawn_again(clusters, aim, np.random.RandomState([seed, label]))
            total = largest * len(clusters) if total is None else total
        index = np.concatenate([np.arange(len(labels)), *further])
        return inputs[index], labels[index], None

    def _clusters(self, points: np.ndarray, members: np.ndarray, seed: int) -> list[np.ndarray]:
        """The members of a class, by cluster; fewer where members are equal."""
        from sklearn.cluster import KMeans  # takes a second, which planning need not wait

        count = min(self.clusters, len(np.unique(points[members], axis=0)))
        found = KMeans(count, n_init=10, random_state=seed).fit_predict(points[members])
        return [members[found == cluster] for cluster in np.unique(found)]


def _points(training: TrainingPart) -> np.ndarray:
    """What distances are measured in: numbers of unit deviation, categories as zeros and ones."""
    rows, _ = stored(training)
    shift, deviation = scale_of(rows, training.levels)
    scaled: np.ndarray = (rows - shift) / deviation
    encoding = encoding_of(training.levels)
    if encoding is None:
        return scaled
    import torch

    return encoding(torch.from_numpy(scaled)).numpy()


def _drawn_again(
    clusters: list[np.ndarray], aim: int, source: np.random.RandomState
) -> list[np.ndarray]:
    """For each cluster as many of its members as it lacks to be so large."""
    return [source.choice(cluster, max(0, aim - len(cluster))) for cluster in clusters]
