"""From a data set's configuration to its samples and splits, each loaded once per process."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hydra.utils import get_class

from benchmarks.grid import seeds, tuning, values
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.locating import why_not_there
from datasets.errors import DataDamaged, WrongOption
from datasets.samples import Samples, labels_alike, summary
from datasets.splits import ONLY_OF, Sampling, Split
from datasets.validation import held_out

if TYPE_CHECKING:
    from datasets.augmentation import Augmentation

SAMPLING = tuple(field.name for field in dataclasses.fields(Sampling))
LABELS = ("_target_", "name", "says")


def to_name(dataset: dict[str, Any]) -> tuple[str, ...]:
    """The fields of which one is to name somebody's own data, where the file of a data set, as
    `dataset` states it, names none; empty for others."""
    if "_target_" not in dataset:  # refused where it is read
        return ()
    fields: tuple[str, ...] = getattr(_source_class(dataset["_target_"]), "to_name", ())
    return fields if all(dataset.get(name) is None for name in fields) else ()


def load(dataset: dict[str, Any]) -> Samples:
    """All samples of a data set.

    Raises DataUnavailable where it cannot be had, RequestError for a wrong option or a file whose
    checksum is wrong.
    """
    return _load(dataset["_target_"], _source_text(dataset))


def split(dataset: dict[str, Any], split_seed: int) -> Split:
    """The training and test samples of one split seed; raises RequestError for a wrong option."""
    return _split(dataset["_target_"], _source_text(dataset), _sampling_text(dataset), split_seed)


def split_of(config: dict[str, Any]) -> Split:
    """What a cell learns from and is tested on: a trial on validation samples, taken from the
    training ones; test samples do not come into it. Raises RequestError for a wrong option."""
    whole = split(config["dataset"], config["split_seed"])
    if not tuning.is_trial(config):
        return whole
    protocol, seed = config["protocol"], config["split_seed"]
    held_by = seeds.validation_seed(seed, config["dataset"]["train_size"])
    with _refusals():
        samples = load(config["dataset"])
        told = (protocol["validation"], protocol["fold"], held_by)
        train, held = held_out(samples, whole.train, *told)
    return Split(train, held, unlabelled=whole.unlabelled)


def resolved(dataset: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the sampling that decides: what these samples have where the file
    says null, without the fields of other partitions. Raises RequestError for a wrong option."""
    stated = _stated(dataset["_target_"], _source_text(dataset), _sampling_text(dataset))
    others = {k: v for k, v in dataset.items() if k not in SAMPLING}
    kept = {name: stated[name] for name in dataset if name in stated}
    added = {name: stated[name] for name in stated if name in ONLY_OF}
    return others | kept | added


def split_fingerprint(config: dict[str, Any]) -> str:
    return split_of(config).fingerprint(load(config["dataset"]))


def augmentation(config: dict[str, Any]) -> Augmentation | None:
    """What is done to the training batches of a cell (`datasets.augmentation.Augmentation`), or
    None. Raises RequestError for operations that cannot be built."""
    if not config.get("augmentation"):
        return None
    from datasets.augmentation import build

    with _refusals():
        return build(config["augmentation"], load(config["dataset"]).peak)


def learned_shape(config: dict[str, Any], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape (C, H, W) of the images that a learner sees, of a data set whose images have
    `shape`. Raises RequestError where the augmentation cannot act on them."""
    found = augmentation(config)
    if found is None:
        return shape
    with _refusals():
        found.checked(shape)
        return tuple(found.shape_of(shape))


def summaries(datasets: Iterable[dict[str, Any]]) -> list[str]:
    """How many samples of each class there are, of each data set that was read from files of
    images, a table or texts; and which of its classes may be one."""
    told: dict[tuple[str, ...], list[str]] = {}
    for dataset in datasets:
        identity = (dataset["name"], dataset["_target_"], _source_text(dataset))
        if identity not in told:
            lines = _summary(load(dataset))
            told[identity] = [f"{dataset['name']}: {line}" for line in lines]
    return list(dict.fromkeys(line for lines in told.values() for line in lines))


def forget() -> None:
    """Drop what is kept in memory, as after SCARCE_DATA names another folder."""
    _load.cache_clear()
    _stated.cache_clear()
    _split.cache_clear()


def source_options(dataset: dict[str, Any]) -> dict[str, Any]:
    """What the source's class is made with: all but the labels and the sampling."""
    return {k: v for k, v in dataset.items() if k not in LABELS and k not in SAMPLING}


def _summary(samples: Samples) -> list[str]:
    if samples.names is None and samples.origin is None:
        return []
    alike = labels_alike(samples.class_names)
    return [summary(samples), *([alike] if alike else [])]


def _source_text(dataset: dict[str, Any]) -> str:
    return json.dumps(source_options(dataset), sort_keys=True)


def _sampling_text(dataset: dict[str, Any]) -> str:
    sampling = {name: dataset[name] for name in SAMPLING if name in dataset}
    return json.dumps(sampling, sort_keys=True)


def _source_class(target: str) -> type:
    try:
        return get_class(target)
    except Exception as error:
        raise RequestError("dataset._target_", target, why_not_there(target)) from error


@lru_cache(maxsize=8)
def _load(target: str, options: str) -> Samples:
    source_class, given = _source_class(target), json.loads(options)
    known = list(inspect.signature(source_class).parameters)
    for name, value in given.items():
        if name not in known:
            raise RequestError(f"dataset.{name}", value, nearest(name, [*known, *SAMPLING]))
    try:
        with _refusals():
            samples: Samples = source_class(**given).load()
            return samples
    except DataDamaged as error:
        remedy = f"damaged: expected {error.expected}, found {error.found}; replace or remove it"
        raise RequestError("file", error.file, remedy) from error
    except OSError as error:
        remedy = f"cannot be read ({error.strerror or error}); make it readable"
        raise RequestError("dataset", values.shown(error.filename), remedy) from error


@lru_cache(maxsize=256)
def _stated(target: str, source: str, sampling: str) -> dict[str, Any]:
    with _refusals():
        return Sampling(**json.loads(sampling)).resolved(_load(target, source)).stated()


@lru_cache(maxsize=4096)
def _split(target: str, source: str, sampling: str, split_seed: int) -> Split:
    samples = _load(target, source)
    with _refusals():
        chosen = Sampling(**json.loads(sampling)).resolved(samples)
        repetition, fold = chosen.repetition_and_fold(split_seed)
        partition_seed = seeds.partition_seed(repetition)
        draw_seed = seeds.draw_seed(split_seed, chosen.count)
        return chosen.split(samples, partition_seed, draw_seed, fold)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except WrongOption as error:
        raise RequestError(error.field, error.value, error.remedy) from error
