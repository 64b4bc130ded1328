"""From a data set's configuration to its samples and splits, each loaded once per process."""

from __future__ import annotations

import dataclasses
import inspect
import json
from functools import lru_cache
from typing import Any

from hydra.utils import get_class

from benchmarks.grid import seeds
from benchmarks.grid.errors import RequestError, nearest
from datasets.errors import DataDamaged, WrongOption
from datasets.samples import Samples
from datasets.splits import Sampling, Split

SAMPLING = tuple(field.name for field in dataclasses.fields(Sampling))
LABELS = ("_target_", "name", "says")


def load(dataset: dict[str, Any]) -> Samples:
    """All samples of a data set.

    Raises DataUnavailable where it cannot be had, RequestError for a wrong option or a file whose
    checksum is wrong.
    """
    return _load(dataset["_target_"], json.dumps(source_options(dataset), sort_keys=True))


def split(dataset: dict[str, Any], split_seed: int) -> Split:
    """The training and test samples of one split seed; raises RequestError for a wrong option."""
    options = json.dumps(
        {name: dataset[name] for name in SAMPLING if name in dataset}, sort_keys=True
    )
    return _split(
        dataset["_target_"],
        json.dumps(source_options(dataset), sort_keys=True),
        options,
        split_seed,
    )


def split_fingerprint(dataset: dict[str, Any], split_seed: int) -> str:
    return split(dataset, split_seed).fingerprint(load(dataset))


def forget() -> None:
    """Drop what is kept in memory, as after SCARCE_DATA names another folder."""
    _load.cache_clear()
    _split.cache_clear()


def source_options(dataset: dict[str, Any]) -> dict[str, Any]:
    """What the source's class is made with: all but the labels and the sampling."""
    return {k: v for k, v in dataset.items() if k not in LABELS and k not in SAMPLING}


def _source_class(target: str) -> type:
    try:
        return get_class(target)
    except Exception as error:
        raise RequestError("dataset._target_", target, "give the import path of a class") from error


@lru_cache(maxsize=8)
def _load(target: str, options: str) -> Samples:
    source_class, given = _source_class(target), json.loads(options)
    known = list(inspect.signature(source_class).parameters)
    for name, value in given.items():
        if name not in known:
            raise RequestError(f"dataset.{name}", value, nearest(name, [*known, *SAMPLING]))
    try:
        return source_class(**given).load()
    except WrongOption as error:
        raise RequestError(error.field, error.value, error.remedy) from error
    except DataDamaged as error:
        remedy = f"damaged: expected {error.expected}, found {error.found}; replace or remove it"
        raise RequestError("file", error.file, remedy) from error


@lru_cache(maxsize=4096)
def _split(target: str, source: str, sampling: str, split_seed: int) -> Split:
    try:
        chosen = Sampling(**json.loads(sampling))
        return chosen.split(
            _load(target, source),
            seeds.partition_seed(split_seed),
            seeds.draw_seed(split_seed, chosen.train_size),
        )
    except WrongOption as error:
        raise RequestError(error.field, error.value, error.remedy) from error
