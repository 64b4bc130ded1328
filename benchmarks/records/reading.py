"""From the bytes of a record to a record that is whole, of today's schema."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from benchmarks.records.migrations import migrated

Record = dict[str, Any]
Writer = Callable[[Any], bytes]

SMALLEST, LARGEST = -(2**63), 2**63 - 1  # whole numbers, as pandas holds them
DIGITS = 20  # of the largest number of 64 bits
COUNTS = ("parameters", "trainable_parameters", "train_samples", "test_samples")
SHARES = ("accuracy", "train_accuracy", "accuracy_last_epoch")
WHOLE = ("split_seed", "init_seed", "threads")  # of a configuration

# What bytes that are no whole record can raise on their way through `parsed` and `checked`.
NOT_WHOLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def parsed(content: bytes | str) -> Any:
    """The content of a JSON text: NaN and infinity, which Python writes, are read, too.

    Raises ValueError for a number in digits that no computer's float can hold.
    """
    return parsed_with_writer(content)[0]


def parsed_with_writer(content: bytes | str) -> tuple[Any, Writer]:
    """The content, and what writes any part of it as JSON again without loss."""
    try:
        return orjson.loads(content), orjson.dumps
    except orjson.JSONDecodeError:
        text = content if isinstance(content, str) else content.decode()
        return json.loads(text, parse_float=_float, parse_int=_int), _written


def _float(digits: str) -> float:
    """Infinity is read where it is written as such, not where a number is too large."""
    if math.isinf(value := float(digits)):
        raise ValueError(f"{_shown(digits)} is too large a number")
    return value


def _int(digits: str) -> int | float:
    """As orjson does: a float where 64 bits do not hold it."""
    if len(digits) <= DIGITS and SMALLEST <= (value := int(digits)) <= 2 * LARGEST + 1:
        return value
    return _float(digits)


def _shown(digits: str) -> str:
    return digits if len(digits) <= DIGITS else f"{digits[:DIGITS]}..."


def _written(value: Any) -> bytes:
    """Of what orjson cannot read: it would write NaN as null."""
    return json.dumps(value).encode()


def checked_whole(document: Any, key: str) -> Record:
    """As `checked`, its history included."""
    record = checked(document, key)
    if record["status"] == "done":
        checked_history(record["history"])
    return record


def checked_history(history: Any) -> dict[str, Any]:
    if not isinstance(history, dict):
        raise ValueError("history is no mapping")
    return history


def checked(document: Any, key: str) -> Record:
    """The record at today's schema, if it is whole; raises one of NOT_WHOLE where it is not.

    Its history is not looked at: it may be kept elsewhere.
    """
    record = migrated(document)
    if not isinstance(key, str) or record["key"] != key:
        raise ValueError("another key")
    if record["status"] not in ("done", "failed"):
        raise ValueError(f"status {record['status']}")
    for block in ("config", "fingerprints", "metrics", "provenance"):
        if not isinstance(record[block], dict):
            raise ValueError(f"{block} is no mapping")
    for block in ("dataset", "method"):
        if not isinstance(record["config"][block]["name"], str):
            raise ValueError(f"config.{block}.name is no text")
    _check_place(record["config"])
    _check_count(record["attempt"], "attempt", 1)
    if record["status"] == "done":
        _check_finished(record)
    else:
        _check_error(record["error"])
    return record


def _check_place(config: dict[str, Any]) -> None:
    """That size and seeds are whole numbers; that they are there, the evidence asks for."""
    size = config["dataset"].get("train_size")
    if not (size is None or _is_whole(size)):
        raise ValueError("config.dataset.train_size is no whole number")
    for name in WHOLE:
        if not ((value := config.get(name)) is None or _is_whole(value)):
            raise ValueError(f"config.{name} is no whole number")


def _check_finished(record: Record) -> None:
    metrics, timing = record["metrics"], record["timing"]
    if metrics["accuracy"] is None:
        raise ValueError("metrics.accuracy is null")
    for name, value in metrics.items():
        if value is not None:
            _check_metric(name, value)
    for name, seconds in [("total", timing["total"]), *timing.items()]:
        if not (_is_number(seconds) and 0 <= seconds < math.inf):
            raise ValueError(f"timing.{name} is no number of seconds")
    if not isinstance(record["predictions"]["sha256"], str):
        raise ValueError("predictions.sha256 is no text")


def _check_metric(name: str, value: Any) -> None:
    """Measures of a learner's own may be infinite, or no number where it has none."""
    if not _is_number(value):
        raise ValueError(f"metrics.{name} is no number")
    if name in SHARES and not 0 <= value <= 1:
        raise ValueError(f"metrics.{name}={value} is not from 0 to 1")
    if name in COUNTS and not _is_whole(value, 0):
        raise ValueError(f"metrics.{name} is no whole number from 0 up")


def _check_error(error: Any) -> None:
    if not all(isinstance(error[name], str) for name in ("type", "message")):
        raise ValueError("its error is no text")
    if not isinstance(error["log"], list):
        raise ValueError("error.log is no list")
    _check_count(error["losses"], "error.losses", 0)


def _check_count(value: Any, name: str, least: int) -> None:
    if not _is_whole(value, least):
        raise ValueError(f"{name} is no whole number from {least} up")


def _is_whole(value: Any, least: int = SMALLEST) -> bool:
    return type(value) is int and least <= value <= LARGEST


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def reason(error: BaseException) -> str:
    """Why something could not be read, in one line without the file's name."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = " ".join(text.split()) or type(error).__name__
    return f"{said} is missing" if isinstance(error, KeyError) else said


@contextmanager
def no_cycle_collection() -> Iterator[None]:
    """Parsed JSON holds no cycles: looking for them would take most of the time of a long list.

    What was made meanwhile counts as old afterwards, or all of it would be looked through at once.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
