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

# What bytes that are no whole record can raise on their way through `parsed` and `checked`.
NOT_WHOLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def parsed(content: bytes | str) -> Any:
    """The content of a JSON text: NaN and infinity, which Python writes, are read, too."""
    return parsed_with_writer(content)[0]


def parsed_with_writer(content: bytes | str) -> tuple[Any, Writer]:
    """The content, and what writes any part of it as JSON again without loss."""
    try:
        return orjson.loads(content), orjson.dumps
    except orjson.JSONDecodeError:
        return json.loads(content if isinstance(content, str) else content.decode()), _written


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
    _check_count(record["attempt"], "attempt", 1)
    if record["status"] == "done":
        _check_finished(record)
    else:
        _check_error(record["error"])
    return record


def _check_finished(record: Record) -> None:
    accuracy, seconds = record["metrics"]["accuracy"], record["timing"]["total"]
    if not (math.isfinite(accuracy) and math.isfinite(seconds)):
        raise ValueError("a metric that is not a number")
    if not 0 <= accuracy <= 1:
        raise ValueError(f"an accuracy of {accuracy}")
    for name, value in record["metrics"].items():
        if value is not None and not isinstance(value, int | float):
            raise ValueError(f"metrics.{name} is no number")
    if not isinstance(record["predictions"]["sha256"], str):
        raise ValueError("predictions.sha256 is no text")


def _check_error(error: Any) -> None:
    if not all(isinstance(error[name], str) for name in ("type", "message")):
        raise ValueError("its error is no text")
    if not isinstance(error["log"], list):
        raise ValueError("error.log is no list")
    _check_count(error["losses"], "error.losses", 0)


def _check_count(value: Any, name: str, least: int) -> None:
    if type(value) is not int or value < least:
        raise ValueError(f"{name} is no whole number from {least} up")


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
