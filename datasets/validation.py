"""Validation samples, taken from the training samples of a split; its test samples play no part."""

from __future__ import annotations

import numpy as np

from datasets.draws import VALIDATION_STREAM, permutation, stream
from datasets.errors import WrongOption
from datasets.samples import Samples


def held_out(
    samples: Samples,
    train: np.ndarray,
    validation: float | int,
    fold: int,
    seed: int,
    field: str = "protocol.validation",
) -> tuple[np.ndarray, np.ndarray]:
    """The training samples of a split, parted: those to train on, as drawn, and those to validate
    on, sorted.

    `validation` is a share, held out of each class (at least one sample of a class that has two),
    or a number of folds, of which number `fold` (from 0) is held out. A sample that was drawn
    several times is on one side alone.

    Raises WrongOption where there are fewer samples than folds, or no class has two samples.
    """
    distinct = np.unique(train)
    source = stream(seed, VALIDATION_STREAM)
    if isinstance(validation, int) and validation > len(distinct):
        remedy = f"{len(distinct)} training samples; ask for at most {len(distinct)} folds"
        raise WrongOption(field, validation, remedy)
    chosen, first = [], 0
    for label in np.unique(samples.labels[distinct]):
        members = distinct[samples.labels[distinct] == label]
        shuffled = members[permutation(len(members), source)]
        if isinstance(validation, int):
            chosen.append(shuffled[(fold - first) % validation :: validation])
        else:
            chosen.append(shuffled[: _held(len(members), validation)])
        first += len(members)  # the next class begins where this one ended
    held = np.sort(np.concatenate(chosen))
    if not len(held):
        folds = ", or folds" if field.startswith("protocol") else ""
        remedy = f"each class has one of the {len(distinct)} training samples; take more{folds}"
        raise WrongOption(field, validation, remedy)
    return train[~np.isin(train, held)], held


def _held(members: int, share: float) -> int:
    """At least one of two members, and never all."""
    return min(max(1, round(share * members)), members - 1)
