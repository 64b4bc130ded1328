"""Checks that the options of executors share."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from benchmarks.grid.errors import RequestError


def require_whole_number(name: str, value: object, or_null: bool = False, least: int = 1) -> None:
    """Raise RequestError unless `executor.NAME` is a whole number of at least `least`."""
    if value is None and or_null:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        remedy = f"give a whole number from {least} up" + (", or null" if or_null else "")
        raise RequestError(f"executor.{name}", value, remedy)


def require_text(name: str, value: object) -> None:
    """Raise RequestError unless `executor.NAME` is null or a text."""
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise RequestError(f"executor.{name}", value, "give a name, or null")


def require_texts(name: str, value: object) -> None:
    """Raise RequestError unless `executor.NAME` is null or a list of texts."""
    listed = isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
    if value is not None and not listed:
        raise RequestError(f"executor.{name}", value, f"give a list of texts: [{value}], or null")


def require_mapping(name: str, value: object) -> None:
    """Raise RequestError unless `executor.NAME` is null or a mapping with names for keys."""
    mapping = isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
    if value is not None and not mapping:
        remedy = f"give a mapping: +executor.{name}.constraint=a100, or null"
        raise RequestError(f"executor.{name}", value, remedy)


def require_package(executor: str, package: str) -> None:
    """Raise RequestError where the library that an executor drives is not installed."""
    if importlib.util.find_spec(package) is None:
        remedy = f"needs {package}: pip install --editable '.[{executor}]' in the clone"
        raise RequestError("executor", executor, remedy)
