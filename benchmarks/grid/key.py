"""The key of a cell: the SHA-256 of all that can change its result, and of nothing else.

The list is explicit. In it: the sampling and the fingerprint of the split (which covers the content
of the data, wherever they lie), the method, the loss, the augmentation and the resampling whole,
the backbone with the fingerprint of its weights, what the trainer computes with, the protocol, the
seeds and the thread count. Not in it: paths, device index, worker count, executor,
descriptions. Too narrow, and stale results are reused; too wide, and moving the data reruns all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from benchmarks.grid import hierarchy, search, tuning
from benchmarks.grid.errors import RequestError
from benchmarks.grid.metrics import ACCURACY
from datasets.augmentation.pipeline import VERSION as AUGMENTATION_VERSION

Fingerprints = dict[str, str | None]  # by what is read; None for random weights

KEY_VERSION = 1
DATASET: tuple[str, ...] = ("name", "partition", "train_size", "per_class", "replacement")
DATASET += ("stratified", "test_share", "folds", "validation", "unlabelled")  # if stated
TRAINER = ("accelerator", "precision", "deterministic")
MICRO_BATCHES = "micro_batch_size"  # in the key where batches are parted
PROTOCOL: tuple[str, ...] = ("name", "select_epoch_on")
PROTOCOL += ("stage", "validation", "fold", "trials", "rungs", "keep")  # of one that tunes
WHEREABOUTS = ("weights",)  # of a backbone; its fingerprint is in the key
SEEDS_AND_THREADS = ("split_seed", "init_seed", "threads")
LEAST_DIGITS = 4  # of a prefix that stands for a key


class _Missing:
    """A field that one side of a comparison does not have; null is a value."""

    def __repr__(self) -> str:
        return "-"


MISSING = _Missing()


def science(config: dict[str, Any], fingerprints: Fingerprints) -> dict[str, Any]:
    """What the key is made of, readable."""
    return {
        "key_version": KEY_VERSION,
        "dataset": _chosen(config["dataset"], DATASET),
        "method": _described(config["method"]),
        "loss": _loss(config, fingerprints) if config.get("loss") else None,
        "trainer": _trainer(config["trainer"]) if config.get("trainer") else None,
        "protocol": _protocol(config["protocol"]),
        **_chosen(config, SEEDS_AND_THREADS),
        "fingerprints": fingerprints,
        **_where_taken(config),
    }


def cell_key(config: dict[str, Any], fingerprints: Fingerprints) -> str:
    """64 hexadecimal digits."""
    text = json.dumps(science(config, fingerprints), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def recorded_science(record: dict[str, Any]) -> dict[str, Any]:
    """What a record's key was made of, with the unknown version where it is not today's making."""
    made_of = science(record["config"], record["fingerprints"])
    return made_of if makes_its_key(record) else {**made_of, "key_version": "unknown"}


def makes_its_key(record: dict[str, Any]) -> bool:
    """Whether what is recorded still hashes to the record's key."""
    return bool(cell_key(record["config"], record["fingerprints"]) == record["key"])


def left_out(config: dict[str, Any]) -> dict[str, Any]:
    """The fields of a cell's configuration that are not in its key, by dotted name."""
    told = science(config, {})
    return {
        f"{group}.{name}": value
        for group, block in config.items()
        if isinstance(block, dict)
        for name, value in block.items()
        if name not in told[group]
    }


def differences(one: Any, other: Any, name: str = "") -> dict[str, tuple[Any, Any]]:
    """The fields that differ, by dotted name, each with both values (MISSING where there is none).

    Values are compared as the key sees them: 1, 1.0 and true are three values.
    """
    if _is_block(one, other) or _is_block(other, one):
        found: dict[str, tuple[Any, Any]] = {}
        blocks = [side if isinstance(side, dict) else {} for side in (one, other)]
        for field in dict.fromkeys([*blocks[0], *blocks[1]]):
            first, second = (block.get(field, MISSING) for block in blocks)
            found |= differences(first, second, f"{name}.{field}" if name else str(field))
        return found
    return {} if _text(one) == _text(other) else {name: (one, other)}


def the_only_key(prefix: str, keys: Iterable[str], where: str) -> str:
    """The key that begins so; raises RequestError where none or several do."""
    prefix = checked_prefix(prefix)
    found = sorted({key for key in keys if key.startswith(prefix)})
    if not found:
        raise RequestError("key", prefix, f"no such key {where}")
    if len(found) > 1:
        shown = ", ".join(key[:12] for key in found[:3]) + (", ..." if len(found) > 3 else "")
        raise RequestError("key", prefix, f"{len(found)} keys begin so ({shown}); give more digits")
    return found[0]


def checked_prefix(prefix: str) -> str:
    """In lower case; raises RequestError for what cannot be the beginning of a key."""
    if not re.fullmatch(r"[0-9a-fA-F]{1,64}", prefix):
        raise RequestError("key", prefix, "neither a key (hexadecimal) nor of the form name=value")
    if len(prefix) < LEAST_DIGITS:
        raise RequestError("key", prefix, f"too short; give {LEAST_DIGITS} digits or more")
    return prefix.lower()


def _is_block(one: Any, other: Any) -> bool:
    """A mapping beside another one, or beside nothing: compared field by field."""
    return isinstance(one, dict) and bool(one) and (other in (None, MISSING) or type(other) is dict)


def _text(value: Any) -> str:
    return "" if value is MISSING else json.dumps(value, sort_keys=True)


def _where_taken(config: dict[str, Any]) -> dict[str, Any]:
    """Only of cells that have them, so that the keys of all others are what they were before."""
    made_of = {}
    if config.get(search.FIELD):
        made_of[search.FIELD] = config[search.FIELD]
    if config.get("backbone"):
        made_of["backbone"] = _without(_described(config["backbone"]), WHEREABOUTS)
    if config.get("augmentation"):
        made_of["augmentation"] = _described(config["augmentation"])
        if AUGMENTATION_VERSION > 1:  # keys of version 1 were made without it
            made_of["augmentation"]["version"] = AUGMENTATION_VERSION
    if config.get("resampling"):
        made_of["resampling"] = _described(config["resampling"])
    return made_of


def _loss(config: dict[str, Any], fingerprints: Fingerprints) -> dict[str, Any]:
    """Without the place of a file whose content is among the fingerprints."""
    lies = (hierarchy.FIELD,) if hierarchy.FIELD in fingerprints else ()
    return _without(_described(config["loss"]), lies)


def _without(block: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name not in names}


def _chosen(block: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: block[name] for name in names if name in block}


def _protocol(protocol: dict[str, Any]) -> dict[str, Any]:
    """With what trials are judged by where that is not their accuracy, as it was at first."""
    by_accuracy = tuning.judged_by(protocol) == ACCURACY
    return _chosen(protocol, PROTOCOL if by_accuracy else (*PROTOCOL, tuning.METRIC))


def _trainer(trainer: dict[str, Any]) -> dict[str, Any]:
    """With the number of devices where there are several, as each takes part of every batch, and
    the size of the parts that a batch is computed in: batch normalisation sees parts alone."""
    devices = trainer.get("devices", 1)
    count = len(devices) if isinstance(devices, list) else devices
    parted = (MICRO_BATCHES,) if trainer.get(MICRO_BATCHES) else ()
    return _chosen(trainer, (*TRAINER, *parted)) | ({} if count == 1 else {"devices": count})


def _described(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != "says"}
