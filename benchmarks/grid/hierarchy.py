"""The file of a class hierarchy that a loss names: its content is in the key, its place is not."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of

FIELD = "hierarchy"
DERIVED = "last_word"  # from the names of the classes; no file


def file_of(config: dict[str, Any]) -> Path | None:
    """None where the loss has no hierarchy, or derives it."""
    stated = (config.get("loss") or {}).get(FIELD)
    return None if stated in (None, DERIVED) else path_of("loss.hierarchy", stated)


def fingerprint(config: dict[str, Any]) -> dict[str, str]:
    """`hierarchy`: SHA-256 (hex) of the file, where there is one.

    Raises RequestError where it cannot be read.
    """
    file = file_of(config)
    if file is None:
        return {}
    try:
        return {FIELD: hashlib.sha256(file.read_bytes()).hexdigest()}
    except OSError as error:
        remedy = f"not readable ({error.strerror}); give {DERIVED}, or the path of a file"
        raise RequestError(f"loss.{FIELD}", file, remedy) from error
