"""What killed processes left behind: leases of the dead, and records that were being written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from benchmarks.execution.leases import Leases
from benchmarks.records.atomic import is_temporary
from benchmarks.records.store import Store


@contextmanager
def cleared(store: Store) -> Iterator[None]:
    """Remove it when the block ends, however it ends; on a full or read-only disk it stays."""
    try:
        yield
    finally:
        with suppress(OSError):
            remove_leftovers(store)


def remove_leftovers(store: Store) -> None:
    """Under the lease of its cell nobody else writes a file, so that none in use is removed."""
    leases = Leases(store.results)
    leases.sweep()
    for name in filter(is_temporary, os.listdir(store.folder)):
        with leases.acquired(_key(name)) as mine:
            if mine is not None:
                (store.folder / name).unlink(missing_ok=True)


def _key(name: str) -> str:
    return name.removeprefix(".").partition(".")[0]
