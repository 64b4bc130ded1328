"""Paths that a request names."""

from __future__ import annotations

from pathlib import Path

from benchmarks.grid.errors import RequestError


def path_of(field: str, written: object) -> Path:
    """With `~` and `~user` expanded; raises RequestError for a user that there is not."""
    try:
        return Path(str(written)).expanduser()
    except RuntimeError as error:
        user = str(written).split("/")[0]
        raise RequestError(field, written, f"no home folder of {user}; give a path") from error
