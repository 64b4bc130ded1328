"""Taking records that were made elsewhere into the own store, provenance kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.grid import archive
from benchmarks.grid.errors import RequestError
from benchmarks.grid.store import Predictions, Record, Store


def merge_into(store: Store, source: Path) -> tuple[int, int]:
    """Add finished records that the store lacks; returns how many were taken and were known.

    `source` is a file or folder of archives, or a results folder of another machine.
    Own finished records are never replaced.
    """
    store.prepare()
    taken = known = 0
    for record, predictions in _records(source):
        own = store.read(record["key"])
        if own is not None and own["status"] == "done":
            known += 1
        elif record["status"] == "done":
            store.write(record, predictions)
            taken += 1
    return taken, known


def _records(source: Path) -> Iterator[tuple[Record, Predictions]]:
    """One at a time: a store of another machine may be larger than this one's memory."""
    other = Store(source)
    archives = [source] if source.is_file() else sorted(source.rglob(archive.FILE))
    archives = [file for file in archives if file.parent != other.compact.folder]
    keys = other.keys()
    if not archives and not keys:
        raise RequestError("PATH", source, f"no records and no {archive.FILE} there")
    for file in archives:
        yield from archive.read_archive(file)
    for key in keys:
        record = other.read(key)
        if record is not None and record["status"] == "done":
            yield record, other.predictions(key)
