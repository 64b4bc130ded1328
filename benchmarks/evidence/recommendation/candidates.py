"""The methods to choose from, and what each made of every image when it was not trained on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.results import method_labels
from benchmarks.records.holdings import Holding


@dataclass(frozen=True)
class Candidates:
    """Methods at the largest train size, on the splits that all of them were run on.

    `labels` stand from the quickest to the slowest; `correct` (images, methods) is the share of
    repetitions in which each was right on an image; `index` are the images' places in the data
    set. `accuracy` (splits, methods) are the accuracies, `seconds` the median time of one cell.
    `one_test_set` says that every split tests the same images.
    `frame` has a row per cell of every method and size, with its `label`.
    """

    frame: pd.DataFrame
    labels: tuple[str, ...]
    train_size: int
    test_share: float
    index: np.ndarray
    correct: np.ndarray
    accuracy: np.ndarray
    seconds: tuple[float, ...]
    one_test_set: bool

    @property
    def splits(self) -> int:
        return len(self.accuracy)

    def keys(self, label: str) -> list[str]:
        """Of the cells of a method at the largest train size."""
        own = (self.frame["label"] == label) & (self.frame["train_size"] == self.train_size)
        keys: list[str] = self.frame.loc[own, "key"].tolist()
        return keys


def candidates(held: Holding, frame: pd.DataFrame) -> Candidates:
    """Of the finished cells of one data set; raises EvidenceError where there are too few."""
    if frame.empty:
        raise EvidenceError("no recommendation: no cell was finished")
    frame = frame.assign(label=method_labels(frame))
    if frame["dataset"].nunique() != 1:
        raise EvidenceError("dataset: one data set is needed for a recommendation")
    _refuse_other_protocols(frame)
    size = int(frame["train_size"].max())
    whole = frame[frame["train_size"] == size]
    seeds = whole.groupby("label")["split_seed"].apply(set).to_dict()
    kept, shared = _comparable(seeds)
    whole = whole[whole["label"].isin(kept) & whole["split_seed"].isin(shared)]
    seconds = whole.groupby("label")["train_seconds"].median().sort_values()
    labels = tuple(map(str, seconds.index))
    table = whole.pivot_table(index="split_seed", columns="label", values="accuracy")
    index, correct = _correct(held, whole, labels)
    tested = int(whole["test_samples"].max())
    return Candidates(
        frame=frame,
        labels=labels,
        train_size=size,
        test_share=tested / size,
        index=index,
        correct=correct,
        accuracy=table[list(labels)].to_numpy(),
        seconds=tuple(seconds.tolist()),
        one_test_set=len(index) == tested,
    )


def _refuse_other_protocols(frame: pd.DataFrame) -> None:
    protocols = sorted(frame["protocol"].unique())
    if len(protocols) > 1:
        told = ",".join(protocols)
        raise EvidenceError(f"protocol={told}: a recommendation rests on one protocol; give one")
    if (frame["optimistic"] != "").any():
        remedy = "its accuracies were selected on the test images; no recommendation rests on them"
        raise EvidenceError(f"protocol={protocols[0]}: {remedy}")


def _comparable(seeds: dict[str, set[int]]) -> tuple[list[str], set[int]]:
    """Methods to compare, and the splits that all of them were run on.

    A run that ended early leaves methods with fewer splits: those with fewer than three (or than
    any other) are left out, and if need be those with the fewest, until two splits are shared.
    """
    enough = min(3, max(map(len, seeds.values())))
    kept = sorted(
        (label for label in seeds if len(seeds[label]) >= enough),
        key=lambda label: -len(seeds[label]),
    )
    while kept:
        shared = set.intersection(*(seeds[label] for label in kept))
        if len(shared) >= 2:
            return kept, shared
        kept.pop()
    remedy = "no method was run on two splits; give it more time"
    raise EvidenceError(f"no recommendation yet: {remedy}")


def _correct(
    held: Holding, whole: pd.DataFrame, labels: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Places of the images that were tested, and the share of times each method was right."""
    label_of = whole.set_index("key")["label"]
    right: dict[str, dict[int, list[bool]]] = {label: defaultdict(list) for label in labels}
    for key, arrays in held.predictions(whole["key"]):
        answers = right[label_of[key]]
        hits = arrays["predicted"] == arrays["labels"]
        for image, hit in zip(arrays["test_index"].tolist(), hits.tolist(), strict=True):
            answers[image].append(hit)
    index = sorted(right[labels[0]])
    shares = [[np.mean(right[label][image]) for label in labels] for image in index]
    return np.array(index), np.array(shares)
