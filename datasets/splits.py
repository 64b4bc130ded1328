"""Drawing train and test samples: which samples are the pool, and which of the pool are drawn.

Everything random comes from the raw stream of numpy's PCG64 seeded by a SeedSequence, whose
values numpy guarantees for a fixed seed; the methods of `numpy.random.Generator` carry no such
guarantee and are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.random import PCG64, SeedSequence

from datasets.errors import WrongOption
from datasets.samples import Samples, fingerprint_arrays

PARTITIONS = ("leek", "beam", "official")
PARTITION_STREAM, DRAW_STREAM = (0,), (1,)  # equal seeds must not give related streams


@dataclass(frozen=True)
class Sampling:
    """How train samples are drawn and what they are tested on.

    Args:
        train_size: number of train samples; of each class if `per_class`.
        partition: `leek` draws 80 % of the official train part (of everything where there is
            none) as the pool and tests on the other 20 % (Leek 2017); `beam` has the official
            train part as the pool and tests on the second half of the official test part (Beam
            2017); `official` has the official parts.
        per_class: draw `train_size` samples of each class.
        replacement: draw with replacement, so that samples may repeat.
        stratified: keep the class shares of the pool, by largest remainder.

    Raises:
        WrongOption: for a value of the wrong type or out of range.
    """

    train_size: int
    partition: str = "leek"
    per_class: bool = False
    replacement: bool = False
    stratified: bool = False

    def __post_init__(self) -> None:
        size = self.train_size
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise WrongOption("dataset.train_size", size, "a whole number from 1 up is needed")
        if self.partition not in PARTITIONS:
            known = ", ".join(PARTITIONS)
            raise WrongOption("dataset.partition", self.partition, f"choose one of {known}")
        for field in ("per_class", "replacement", "stratified"):
            if not isinstance(getattr(self, field), bool):
                raise WrongOption(f"dataset.{field}", getattr(self, field), "true or false")
        if self.per_class and self.stratified:
            raise WrongOption(
                "dataset.stratified", True, "per_class fixes the classes already; choose one"
            )

    def split(self, samples: Samples, partition_seed: int, draw_seed: int) -> Split:
        """Draw a `Split` of the samples; equal seeds (whole numbers from 0 up) give equal splits.

        Without replacement and quotas, a smaller `train_size` draws a prefix of a larger one.

        Raises:
            WrongOption: if there is no official split where one is needed, or too few samples.
        """
        pool, test = _partition(samples, self.partition, partition_seed)
        groups, quotas = _quotas(samples, self, pool)
        draw = _with_replacement if self.replacement else _without_replacement
        return Split(draw(groups, quotas, _stream(draw_seed, DRAW_STREAM)), test)


@dataclass(frozen=True, eq=False)
class Split:
    """Indices into samples: `train` (int64, in drawn order, may repeat) and `test` (sorted)."""

    train: np.ndarray
    test: np.ndarray

    def fingerprint(self, samples: Samples) -> str:
        """SHA-256 (hex) over the samples' fingerprint and both index arrays."""
        return fingerprint_arrays(samples.fingerprint, self.train, self.test)


def _partition(samples: Samples, name: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sorted indices of the pool and of the test samples."""
    official = samples.official_train
    if official is None and name != "leek":
        raise WrongOption("dataset.partition", name, "no official split here; choose leek")
    if name == "leek":
        pool, test = _leek(len(samples) if official is None else official, seed)
    elif name == "beam":
        second_half = official + (len(samples) - official) // 2
        pool, test = np.arange(official), np.arange(second_half, len(samples))
    else:
        pool, test = np.arange(official), np.arange(official, len(samples))
    if not len(test):
        raise WrongOption("dataset.partition", name, f"{len(samples)} samples leave none to test")
    return pool, test


def _leek(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = _permutation(count, _stream(seed, PARTITION_STREAM))
    tested = count // 5
    return np.sort(order[tested:]), np.sort(order[:tested])


def _quotas(
    samples: Samples, sampling: Sampling, pool: np.ndarray
) -> tuple[list[np.ndarray], list[int]]:
    """Groups of pool indices to draw from, and how many of each."""
    labels = samples.labels[pool]
    by_class = [pool[labels == label] for label in range(samples.classes)]
    if sampling.per_class:
        for name, members in zip(samples.class_names, by_class, strict=True):
            _check_supply(sampling, members, f"class {name} in the pool")
        return by_class, [sampling.train_size] * samples.classes
    _check_supply(sampling, pool, f"the pool of partition {sampling.partition}")
    if sampling.stratified:
        shares = [len(members) for members in by_class]
        return by_class, largest_remainder(sampling.train_size, shares)
    return [pool], [sampling.train_size]


def _check_supply(sampling: Sampling, members: np.ndarray, where: str) -> None:
    size = sampling.train_size
    if not len(members):
        raise WrongOption("dataset.train_size", size, f"{where} has no samples")
    if size > len(members) and not sampling.replacement:
        raise WrongOption(
            "dataset.train_size",
            size,
            f"{where} has {len(members)} samples; ask for at most {len(members)} "
            "or set dataset.replacement=true",
        )


def largest_remainder(total: int, counts: Sequence[int]) -> list[int]:
    """Share out `total` in proportion to `counts`; ties go to the earlier one (Hamilton)."""
    scaled = total * np.asarray(counts, dtype=np.int64)
    shares, remainders = np.divmod(scaled, sum(counts))
    shares[np.argsort(-remainders, kind="stable")[: total - shares.sum()]] += 1
    return shares.tolist()


def _without_replacement(
    groups: Sequence[np.ndarray], quotas: Sequence[int], stream: PCG64
) -> np.ndarray:
    drawn = [
        group[_permutation(len(group), stream)[:quota]]
        for group, quota in zip(groups, quotas, strict=True)
    ]
    return np.concatenate(drawn)


def _with_replacement(
    groups: Sequence[np.ndarray], quotas: Sequence[int], stream: PCG64
) -> np.ndarray:
    drawn = [
        group[_integers(len(group), quota, stream)]
        for group, quota in zip(groups, quotas, strict=True)
        if quota
    ]
    return np.concatenate(drawn)


def _stream(seed: int, key: tuple[int, ...]) -> PCG64:
    return PCG64(SeedSequence(int(seed), spawn_key=key))


def _permutation(count: int, stream: PCG64) -> np.ndarray:
    return np.argsort(stream.random_raw(count), kind="stable")


def _integers(below: int, count: int, stream: PCG64) -> np.ndarray:
    """Uniform in 0..below-1 but for a bias of less than below / 2**64."""
    return (stream.random_raw(count) % np.uint64(below)).astype(np.int64)
