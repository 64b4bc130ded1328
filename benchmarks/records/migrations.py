"""Records of earlier schema versions, brought to today's on reading; no file is rewritten for it.

A change of the record's fields raises `SCHEMA` by one and adds one step here. A step takes a record
of its version and gives the record of the next one, with what that version would have written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SCHEMA = 2
Record = dict[str, Any]


def migrated(record: Record) -> Record:
    """The record at today's schema; raises ValueError for a version that is not known."""
    version = record.get("schema") if isinstance(record, dict) else None
    if type(version) is not int or version < 1:
        raise ValueError("no record: its schema version is missing")
    if version > SCHEMA:
        raise ValueError(f"schema version {version}: made by a newer scarce; update")
    for step in range(version, SCHEMA):
        record = {**STEPS[step](record), "schema": step + 1}
    return record


def _count_attempts(record: Record) -> Record:
    """1 -> 2: how often the cell was started, and how many of its workers were lost.

    Version 1 never started a cell anew by itself, and did not count lost workers.
    """
    changed = {**record, "attempt": 1}
    if record.get("status") == "failed":
        changed["error"] = {**record["error"], "losses": 0}
    return changed


STEPS: dict[int, Callable[[Record], Record]] = {1: _count_attempts}
