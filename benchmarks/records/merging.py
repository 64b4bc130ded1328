"""Taking records that were made elsewhere into the own store, provenance kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.grid.errors import RequestError
from benchmarks.records import archive
from benchmarks.records.store import Predictions, Record, Store

ATTEMPTS = 10  # to write a record, each of which needs a run to end at that very moment to fail


@dataclass
class Merging:
    """Records taken and known before, and what of the source could not be read."""

    taken: int = 0
    known: int = 0
    damaged: list[str] = field(default_factory=list)


def merge_into(store: Store, source: Path) -> Merging:
    """Add finished records that the store lacks; a damaged one of the source is left out by name.

    `source` is a file or folder of archives, or a results folder of another machine.
    Own finished records are never replaced.
    """
    store.prepare()
    merging = Merging()
    for record, predictions in _records(source, merging.damaged):
        own = store.read(record["key"])
        if own is not None and own["status"] == "done":
            merging.known += 1
        elif record["status"] == "done":
            _write(store, record, predictions)
            merging.taken += 1
    return merging


def _write(store: Store, record: Record, predictions: Predictions | None) -> None:
    """Without a lease: a run that ends meanwhile may sweep the temporary files away."""
    for _ in range(ATTEMPTS - 1):
        try:
            return store.write(record, predictions)
        except FileNotFoundError:
            continue
    store.write(record, predictions)


def _records(source: Path, damaged: list[str]) -> Iterator[tuple[Record, Predictions | None]]:
    """One at a time: the other store may be larger than this machine's memory."""
    other = Store(source)
    other.damaged = other.compact.damaged = damaged
    archives = [source] if source.is_file() else sorted(source.rglob(archive.FILE))
    archives = [file for file in archives if file.parent != other.compact.folder]
    keys = other.keys()
    if not archives and not keys:
        raise RequestError("PATH", source, f"no records and no {archive.FILE} there")
    for file in archives:
        try:
            yield from archive.read_archive(file, damaged)
        except RequestError as error:
            if file == source:
                raise
            damaged.append(str(error))
    for key in keys:
        try:
            found = other.read_whole(key)
        except RequestError as error:
            damaged.append(str(error))
            continue
        if found is not None:
            yield found
