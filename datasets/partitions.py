"""Which samples may be trained on (the pool) and which are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from datasets.draws import PARTITION_STREAM, permutation, stream
from datasets.errors import WrongOption
from datasets.samples import ONE, Samples, counted

PARTITIONS = ("leek", "beam", "official", "stratified", "folds")
NEED_OFFICIAL = ("beam", "official")

Partition = tuple[np.ndarray, np.ndarray]  # sorted indices of the pool and of the test samples


def partition(
    samples: Samples, name: str, seed: int, test_share: float, count: int, fold: int
) -> Partition:
    """The partition of that name; `test_share` and fold number `fold` of `count` are for the two
    that need them.

    Raises WrongOption where there is no official split for it, or too few samples.
    """
    if samples.official_train is None and name in NEED_OFFICIAL:
        choices = ", ".join(other for other in PARTITIONS if other not in NEED_OFFICIAL)
        raise WrongOption("dataset.partition", name, f"no official split here; choose {choices}")
    if samples.parts_alone and name not in NEED_OFFICIAL:
        remedy = "images of one part here are made of one another; choose official"
        raise WrongOption("dataset.partition", name, remedy)
    if name == "leek":
        pool, test = _leek(samples, seed)
    elif name == "beam":
        pool, test = _beam(samples)
    elif name == "official":
        pool, test = _official(samples)
    elif name == "stratified":
        pool, test = _stratified(samples, test_share, seed)
    else:
        pool, test = _fold(samples, count, fold, seed)
    if not len(test):
        raise WrongOption("dataset.partition", name, f"{len(samples)} samples leave none to test")
    return pool, test


def _leek(samples: Samples, seed: int) -> Partition:
    """Four fifths and one fifth of the official train part, or of everything without one."""
    count = len(samples) if samples.official_train is None else samples.official_train
    order = permutation(count, stream(seed, PARTITION_STREAM))
    tested = count // 5
    return np.sort(order[tested:]), np.sort(order[:tested])


def _beam(samples: Samples) -> Partition:
    """The official train part, and the second half of the official test part."""
    official = samples.official_train
    assert official is not None  # `partition` has seen to it
    second_half = official + (len(samples) - official) // 2
    return np.arange(official), np.arange(second_half, len(samples))


def _official(samples: Samples) -> Partition:
    """The official parts."""
    official = samples.official_train
    assert official is not None  # `partition` has seen to it
    return np.arange(official), np.arange(official, len(samples))


def _stratified(samples: Samples, test_share: float | int, seed: int) -> Partition:
    """Of each class its share of test samples, at least one, drawn from all samples; a whole
    number is shared out among the classes by their sizes.

    Raises WrongOption for a class with one sample, or of which nothing is left to train on.
    """
    tested = []
    source = stream(seed, PARTITION_STREAM)
    classes = _by_class(samples)
    for (name, members), count in zip(classes, _tested(test_share, classes), strict=True):
        if count >= len(members):
            raise WrongOption("dataset.test_share", test_share, _all_tested(samples, name, members))
        tested.append(members[permutation(len(members), source)[:count]])
    return _around(samples, np.concatenate(tested))


def _tested(test_share: float | int, classes: list[tuple[str, np.ndarray]]) -> list[int]:
    sizes = [len(members) for _, members in classes]
    if isinstance(test_share, Integral):
        return largest_remainder(int(test_share), sizes)
    return [max(1, round(test_share * size)) for size in sizes]


def largest_remainder(total: int, counts: Sequence[int]) -> list[int]:
    """Share out `total` in proportion to `counts`; ties go to the earlier one (Hamilton)."""
    scaled = total * np.asarray(counts, dtype=np.int64)
    shares, remainders = np.divmod(scaled, sum(counts))
    shares[np.argsort(-remainders, kind="stable")[: total - shares.sum()]] += 1
    quotas: list[int] = shares.tolist()
    return quotas


def _fold(samples: Samples, count: int, fold: int, seed: int) -> Partition:
    """One fold of a stratified cross-validation of all samples; fold counts from 0.

    Folds and, within them, classes differ by one sample at most in size.

    Raises WrongOption for a class with fewer samples than there are folds.
    """
    tested, first = [], 0
    source = stream(seed, PARTITION_STREAM)
    classes = _by_class(samples)
    _require_folds(samples, classes, count)
    for _, members in classes:
        shuffled = members[permutation(len(members), source)]
        tested.append(shuffled[(fold - first) % count :: count])
        first += len(members)  # the next class begins where this one ended
    return _around(samples, np.concatenate(tested))


def _all_tested(samples: Samples, name: str, members: np.ndarray) -> str:
    told = f"class {name} has {counted(len(members), samples.kind)} and none is left to train on"
    more = "give a smaller dataset.test_share, or " if len(members) > 1 else ""
    return f"{told}; {more}add {ONE[samples.kind]}s, or leave the class out of the data"


def _require_folds(samples: Samples, classes: list[tuple[str, np.ndarray]], count: int) -> None:
    """Raises WrongOption, naming the smallest class, if it has fewer samples than there are folds.

    A single sample leaves no other partition by class, either.
    """
    name, members = min(classes, key=lambda named: len(named[1]))
    least = len(members)
    if least >= count:
        return
    told = f"class {name} has {counted(least, samples.kind)}, and {count} folds need {count}"
    of_each = f"{told} of each class" + (" (2 folds need 2)" if least == 1 else "")
    fewer = f"give dataset.folds={least}" + (" or fewer" if least > 2 else "") + ", "
    remedy = f"add {ONE[samples.kind]}s, or leave the class out of the data"
    raise WrongOption("dataset.folds", count, f"{of_each}; {fewer if least > 1 else ''}{remedy}")


def _by_class(samples: Samples) -> list[tuple[str, np.ndarray]]:
    """Each class that has samples, with their places."""
    places = [np.flatnonzero(samples.labels == label) for label in range(samples.classes)]
    named = zip(samples.class_names, places, strict=True)
    return [(name, members) for name, members in named if len(members)]


def _around(samples: Samples, tested: np.ndarray) -> Partition:
    pool = np.ones(len(samples), dtype=bool)
    pool[tested] = False
    return np.flatnonzero(pool), np.sort(tested)
