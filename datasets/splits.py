"""Drawing train and test samples: which of the pool are trained on, and which are tested on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, TypeGuard, cast

import numpy as np
from numpy.random import PCG64

from datasets.draws import (
    DRAW_STREAM,
    UNLABELLED_STREAM,
    integers,
    permutation,
    stream,
)
from datasets.errors import WrongOption
from datasets.partitions import PARTITIONS, Partition, largest_remainder, partition
from datasets.samples import Samples, fingerprint_arrays
from datasets.validation import held_out

ONLY_OF = {"folds": "folds", "test_share": "stratified"}  # field: the partition that it is for


@dataclass(frozen=True)
class Sampling:
    """How train samples are drawn and what they are tested on.

    Args:
        train_size: number of train samples; of each class if `per_class`; a share of the pool,
            between 0 and 1; None is the whole pool.
        partition: `leek` draws 80 % of the official train part (of everything where there is
            none) as the pool and tests on the other 20 % (Leek 2017); `beam` has the official
            train part as the pool and tests on the second half of the official test part (Beam
            2017); `official` has the official parts; `stratified` draws `test_share` of each class
            of all samples to test on; `folds` tests on one of so many stratified `folds` of all
            samples. None is `official` where there is an official split, else `folds`.
        per_class: draw `train_size` samples of each class.
        replacement: draw with replacement, so that samples may repeat.
        stratified: keep the class shares of the pool, by largest remainder.
        test_share: of partition `stratified`: a share between 0 and 1 of each class, or how many
            samples, as whole number, in the shares of the classes.
        folds: of partition `folds`, from 2 up.
        validation: share of the train samples of each class that is held out of them, to choose a
            decision threshold on; 0 holds out none.
        unlabelled: number of further samples of the pool that are learned from without labels.

    Raises:
        WrongOption: for a value of the wrong type or out of range.
    """

    train_size: int | float | None
    partition: str | None = "leek"
    per_class: bool = False
    replacement: bool = False
    stratified: bool = False
    test_share: float = 0.2
    folds: int = 5
    validation: float = 0.0
    unlabelled: int = 0

    def __post_init__(self) -> None:
        if not self._relative:
            _require_whole("train_size", self.train_size, 1, ", a share such as 0.5, or null (all)")
        _require_whole("folds", self.folds, least=2)
        _require_whole("unlabelled", self.unlabelled, least=0)
        _require_share("validation", self.validation)
        if self.partition is not None and self.partition not in PARTITIONS:
            known = ", ".join(PARTITIONS)
            raise WrongOption("dataset.partition", self.partition, f"choose one of {known}")
        for name in ("per_class", "replacement", "stratified"):
            if not isinstance(getattr(self, name), bool):
                raise WrongOption(f"dataset.{name}", getattr(self, name), "true or false")
        _require_test_share(self.test_share)
        if self.per_class and self._relative:
            remedy = "per_class needs a whole number for each class"
            raise WrongOption("dataset.train_size", self.train_size, remedy)
        if self.per_class and self.stratified:
            raise WrongOption(
                "dataset.stratified", True, "per_class fixes the classes already; choose one"
            )

    @property
    def _relative(self) -> bool:
        """Whether the train size depends on the samples."""
        size = self.train_size
        return size is None or (isinstance(size, float) and 0 < size < 1)

    def resolved(self, samples: Samples) -> Sampling:
        """With the partition and the number of train samples that are meant for these samples."""
        found = self
        if found.partition is None:
            chosen = "folds" if samples.official_train is None else "official"
            found = dataclasses.replace(found, partition=chosen)
        if found._relative:
            count = max(1, round((found.train_size or 1) * _whole_pool(samples, found)))
            found = dataclasses.replace(found, train_size=count)
        return found

    @property
    def count(self) -> int:
        """How many train samples are drawn, or of each class; of a sampling that is `resolved`."""
        return cast(int, self.train_size)

    def stated(self) -> dict[str, Any]:
        """The fields that decide how samples are drawn: not those of other partitions."""
        fields = dataclasses.asdict(self)
        others = [name for name, partition in ONLY_OF.items() if partition != self.partition]
        return {name: value for name, value in fields.items() if name not in others}

    def repetition_and_fold(self, split_seed: int) -> tuple[int, int]:
        """Seeds number the folds of one repetition after another; without folds, repetitions."""
        return divmod(split_seed, self.folds) if self.partition == "folds" else (split_seed, 0)

    def split(self, samples: Samples, partition_seed: int, draw_seed: int, fold: int = 0) -> Split:
        """Draw a `Split` of the samples; equal seeds (whole numbers from 0 up) give equal splits.

        Without replacement and quotas, a smaller `train_size` draws a prefix of a larger one.

        Raises:
            WrongOption: if there is no official split where one is needed, or too few samples.
        """
        sampling = self.resolved(samples)
        pool, test = _partition(samples, sampling, partition_seed, fold)
        groups, quotas = _quotas(samples, sampling, pool)
        draw = _with_replacement if sampling.replacement else _without_replacement
        drawn = draw(groups, quotas, stream(draw_seed, DRAW_STREAM))
        further = _further(sampling, np.setdiff1d(pool, drawn), draw_seed)
        if not sampling.validation:
            return Split(drawn, test, unlabelled=further)
        train, held = held_out(
            samples, drawn, sampling.validation, 0, draw_seed, "dataset.validation"
        )
        return Split(train, test, held, further)


def _none() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Split:
    """Indices (int64) into samples, none in two of them: `train` (in drawn order, may repeat),
    `test`, `validation` (both sorted), and `unlabelled` (in drawn order)."""

    train: np.ndarray
    test: np.ndarray
    validation: np.ndarray = field(default_factory=_none)
    unlabelled: np.ndarray = field(default_factory=_none)

    def fingerprint(self, samples: Samples) -> str:
        """SHA-256 (hex) over the samples' fingerprint and the index arrays.

        Where there are neither validation nor unlabelled samples, over train and test alone.
        """
        more = [part for part in (self.validation, self.unlabelled) if len(part)]
        told = samples.fingerprint
        if more:
            told += f" validation {len(self.validation)} unlabelled {len(self.unlabelled)}"
        return fingerprint_arrays(told, self.train, self.test, *more)


def _further(sampling: Sampling, rest: np.ndarray, seed: int) -> np.ndarray:
    """Samples to be learned from without labels, of those of the pool that were not drawn."""
    count = sampling.unlabelled
    if count > len(rest):
        other = f"the pool has {len(rest)} sample{'s' * (len(rest) != 1)} beside the train samples"
        remedy = f"{other}; ask for fewer, or for a smaller dataset.train_size"
        raise WrongOption("dataset.unlabelled", count, remedy)
    return (
        rest[permutation(len(rest), stream(seed, UNLABELLED_STREAM))[:count]] if count else _none()
    )


def _partition(samples: Samples, sampling: Sampling, seed: int, fold: int) -> Partition:
    assert sampling.partition is not None  # as `resolved` leaves it
    cut = (sampling.test_share, sampling.folds, fold)
    return partition(samples, sampling.partition, seed, *cut)


def _whole_pool(samples: Samples, sampling: Sampling) -> int:
    """The largest train size that every seed can draw."""
    folds = range(sampling.folds if sampling.partition == "folds" else 1)
    return min(len(_partition(samples, sampling, 0, fold)[0]) for fold in folds)


def _quotas(
    samples: Samples, sampling: Sampling, pool: np.ndarray
) -> tuple[list[np.ndarray], list[int]]:
    """Groups of pool indices to draw from, and how many of each."""
    labels = samples.labels[pool]
    by_class = [pool[labels == label] for label in range(samples.classes)]
    if sampling.per_class:
        for name, members in zip(samples.class_names, by_class, strict=True):
            _check_supply(sampling, members, f"class {name} in the pool")
        return by_class, [sampling.count] * samples.classes
    _check_supply(sampling, pool, f"the pool of partition {sampling.partition}")
    if sampling.stratified:
        shares = [len(members) for members in by_class]
        return by_class, largest_remainder(sampling.count, shares)
    return [pool], [sampling.count]


def _check_supply(sampling: Sampling, members: np.ndarray, where: str) -> None:
    size = sampling.count
    if not len(members):
        raise WrongOption("dataset.train_size", size, f"{where} has no samples")
    if size > len(members) and not sampling.replacement:
        raise WrongOption(
            "dataset.train_size",
            size,
            f"{where} has {len(members)} sample{'s' * (len(members) > 1)}; ask for at most "
            f"{len(members)} or set dataset.replacement=true",
        )


def _without_replacement(
    groups: Sequence[np.ndarray], quotas: Sequence[int], source: PCG64
) -> np.ndarray:
    drawn = [
        group[permutation(len(group), source)[:quota]]
        for group, quota in zip(groups, quotas, strict=True)
    ]
    return np.concatenate(drawn)


def _with_replacement(
    groups: Sequence[np.ndarray], quotas: Sequence[int], source: PCG64
) -> np.ndarray:
    drawn = [
        group[integers(len(group), quota, source)]
        for group, quota in zip(groups, quotas, strict=True)
        if quota
    ]
    return np.concatenate(drawn)


def _require_test_share(value: object) -> None:
    if isinstance(value, Integral) and not isinstance(value, bool):
        _require_whole("test_share", value, least=1)
    elif not _is_number(value) or not 0 < value < 1:
        remedy = "a share between 0 and 1, or how many samples, from 1 up"
        raise WrongOption("dataset.test_share", value, remedy)


def _require_share(field: str, value: object) -> None:
    if not _is_number(value) or not 0 <= value < 1:
        raise WrongOption(f"dataset.{field}", value, "0, or a share below 1, is needed")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)


def _require_whole(field: str, value: object, least: int, otherwise: str = "") -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        remedy = f"a whole number from {least} up{otherwise} is needed"
        raise WrongOption(f"dataset.{field}", value, remedy)
