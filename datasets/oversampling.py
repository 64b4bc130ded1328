"""Further training samples of the rare classes, drawn again or made up by imbalanced-learn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.errors import WrongOption

if TYPE_CHECKING:
    from datasets.module import TrainingPart

RANDOM, SMOTE, SMOTE_NC, ADASYN = "random", "smote", "smote_nc", "adasyn"
SAMPLERS = (RANDOM, SMOTE, SMOTE_NC, ADASYN)
Resampled = tuple[np.ndarray, np.ndarray, None]


@dataclass(frozen=True)
class Oversampling:
    """The training samples as they were drawn, and behind them further ones of every class but the
    largest, which may be of any kind where they are drawn again and are rows of a table where they
    are made up.

    Neighbours are found among columns of unit deviation, as one that is measured in large numbers
    would decide alone otherwise; imbalanced-learn takes columns as they are.

    Args:
        sampler: `random` draws samples again; `smote` makes rows up between neighbours of a class
            (Chawla et al. 2002); `smote_nc` does so where some columns are categories, which a new
            row has from the majority of its neighbours (section 6.1 there); `adasyn` makes more
            where a class has more neighbours of others (He et al. 2008).
        ratio: samples of a class over those of the largest class, afterwards; 1 is balance. It may
            exceed 1. A class that has as many already stays as it is.
        neighbours: of a sample within its class, of all samplers but `random`.

    Raises:
        WrongOption: for a value of the wrong type or out of range.
    """

    sampler: str
    ratio: float = 1.0
    neighbours: int | None = None

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            remedy = f"choose one of {', '.join(SAMPLERS)}"
            raise WrongOption("resampling.sampler", self.sampler, remedy)
        if not is_ratio(self.ratio):
            raise WrongOption("resampling.ratio", self.ratio, "a number above 0; 1 is balance")
        if self.sampler == RANDOM and self.neighbours is not None:
            raise WrongOption("resampling.neighbours", self.neighbours, "random has none: null")
        if self.sampler != RANDOM and not _is_count(self.neighbours):
            raise WrongOption("resampling.neighbours", self.neighbours, "a whole number from 1 up")

    def check(
        self, labels: np.ndarray, class_names: Sequence[str], levels: Sequence[int] | None
    ) -> None:
        """Raises WrongOption for training samples with these labels (m,) that are no rows of a
        table (without `levels`) where rows are made up, have categories where all must be numbers
        or the other way round, or are too few of a class to have the neighbours."""
        if self.sampler == RANDOM:
            return
        self._check_columns(levels)
        counts = np.bincount(labels, minlength=len(class_names))
        for label in wanted(labels, self.ratio):
            if counts[label] <= self.neighbours:
                remedy = (
                    f"class {class_names[label]} has {counts[label]} training samples, and as many "
                    "neighbours need one more; take fewer, or a larger dataset.train_size"
                )
                raise WrongOption("resampling.neighbours", self.neighbours, remedy)

    def __call__(self, training: TrainingPart, seed: int) -> Resampled:
        """Inputs as they are stored (n, ...), labels (n,), and no weights of the classes.

        Raises what `check` raises, and ValueError or RuntimeError where imbalanced-learn finds no
        place for new rows.
        """
        inputs, labels = stored(training)
        self.check(labels, training.class_names, training.levels)
        counts = wanted(labels, self.ratio)
        if not counts:
            return inputs, labels, None
        sampler = self._made(counts, training.levels, seed)
        if self.sampler == RANDOM:
            drawn, _ = sampler.fit_resample(np.arange(len(labels))[:, None], labels)
            return inputs[drawn[:, 0]], labels[drawn[:, 0]], None
        shift, deviation = scale_of(inputs, training.levels)
        rows, classes = sampler.fit_resample((inputs - shift) / deviation, labels)
        made = (rows[len(labels) :] * deviation + shift).astype(inputs.dtype)
        return np.concatenate([inputs, made]), classes.astype(labels.dtype), None

    def _check_columns(self, levels: Sequence[int] | None) -> None:
        if levels is None:
            remedy = "makes up rows of tables; use resampling=random_oversampling"
            raise WrongOption("resampling.sampler", self.sampler, remedy)
        if self.sampler == SMOTE_NC and (not any(levels) or all(levels)):
            remedy = (
                "needs columns of numbers beside the categories; use random_oversampling"
                if any(levels)
                else "the table has no columns of categories; use resampling=smote"
            )
            raise WrongOption("resampling.sampler", self.sampler, remedy)
        if self.sampler != SMOTE_NC and any(levels):
            remedy = "the table has columns of categories; use resampling=smote_nc"
            raise WrongOption("resampling.sampler", self.sampler, remedy)

    def _made(self, counts: dict[int, int], levels: Sequence[int] | None, seed: int) -> Any:
        from imblearn import over_sampling  # takes a second, which planning need not wait

        given = {"sampling_strategy": counts, "random_state": seed}
        if self.sampler == RANDOM:
            return over_sampling.RandomOverSampler(**given)
        if self.sampler == ADASYN:
            return over_sampling.ADASYN(n_neighbors=self.neighbours, **given)
        if self.sampler == SMOTE:
            return over_sampling.SMOTE(k_neighbors=self.neighbours, **given)
        coded = np.flatnonzero(levels or ()).tolist()  # imblearn compares it with a word
        return over_sampling.SMOTENC(coded, k_neighbors=self.neighbours, **given)


def stored(training: TrainingPart) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (m, ...), the categories of a table as codes, and labels (m,) of a training part."""
    import torch

    labels = training.train_labels.numpy()
    return training.train_inputs.stored(torch.arange(len(labels))).numpy(), labels


def wanted(labels: np.ndarray, ratio: float) -> dict[int, int]:
    """How many samples each class should have that has fewer, by label: `ratio` times those of the
    largest class, of classes of one size the first. Classes without a sample are left out."""
    counts = np.bincount(labels)
    largest = int(counts.argmax())
    aim = round(ratio * int(counts[largest]))
    others = (label for label in np.flatnonzero(counts).tolist() if label != largest)
    return {label: aim for label in others if aim > counts[label]}


def scale_of(
    rows: np.ndarray, levels: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (float64, (F,)) of the columns of rows (m, F); 0 and 1 for those
    of categories, and 1 for the deviation of a constant column."""
    numbers = np.array([not count for count in levels or (0,) * rows.shape[1]])
    columns = rows.astype(np.float64)
    constant = columns.max(axis=0) == columns.min(axis=0)
    deviation = np.where(constant | ~numbers, 1.0, columns.std(axis=0))
    return np.where(numbers, columns.mean(axis=0), 0.0), deviation


def is_ratio(value: object) -> bool:
    """Whether it is a finite number above 0."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    return math.isfinite(value) and float(value) > 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
