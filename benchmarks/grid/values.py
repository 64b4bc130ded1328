"""What a value in a configuration can be: what JSON, in which keys and records are written, has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.grid.errors import RequestError

LARGEST = 2**63 - 1  # of a whole number, by amount: what columns of tables hold
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def check(config: Mapping[str, Any]) -> None:
    """Raises RequestError for a value of another kind than null, true and false, numbers, printable
    text, and lists and blocks of these."""
    for name, value in config.items():
        _check(value, str(name))


def check_block(field: str, block: object) -> None:
    """Raises RequestError where a file says something else than fields with their values."""
    if not isinstance(block, Mapping):
        raise RequestError(field, shown(block), "its file has to hold fields, as name: value")


def _check(value: Any, place: str) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise RequestError(
                    f"{place}.{name}",
                    shown(inner),
                    "the name of a field is text; decimals have a point",
                )
            _check(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _check(inner, f"{place}.{number}")
    elif isinstance(value, str):
        if UNPRINTABLE.search(value):
            raise RequestError(place, shown(value), "give text without control characters")
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise RequestError(place, shown(value), f"give a whole number up to {LARGEST}")
    elif value is not None and not isinstance(value, float):
        remedy = "give null, true, false, a number, text, a list or fields"
        raise RequestError(place, shown(value), remedy)


def shown(value: object) -> str:
    """For a message, which stays short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
