"""Folding the finished records of a benchmark into one file; a crash at any point loses none.

The new file is complete on disk before it takes its name; then the older rows of the same cells go
from the files of other benchmarks, and last the single files: at every moment each record can be
read from one of them, and the newest is the one that counts. Writers of single files go on
meanwhile; a file that was written anew after it was read here stays. Done twice is done once.
"""

from __future__ import annotations

import heapq
import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path

from benchmarks.grid.errors import RequestError
from benchmarks.records.atomic import (
    Identity,
    identity,
    is_temporary,
    locked,
    sync_file,
    sync_folder,
    temporary_name,
)
from benchmarks.records.compact_files import DAMAGE, ENDING, CompactFile, Row, write_rows
from benchmarks.records.reading import NOT_WHOLE, no_cycle_collection, reason
from benchmarks.records.single_file import as_row
from benchmarks.records.store import Store

FORGOTTEN = 3600.0  # seconds after which a temporary file has no writer any more
AT_ONCE = 1000  # files that are removed while writers wait: a tenth of a second
SHARE, SHARES_AHEAD = 20, 16  # files that a thread reads at a time, and how far ahead
THREADS = 8  # a file system reads and removes several files at a time faster than one after another

FAILED, DAMAGED, WRITTEN_ANEW = "failed", "damaged", "written anew meanwhile"

Seen = tuple[str, Identity]  # the file of a key as it was read, to be removed unless it changed
Read = tuple[str, bytes | OSError, Identity | None]  # what the file of a key holds, or why not


@dataclass
class Folding:
    """What came of it: records folded, rows of the file, and why single records remain."""

    file: Path
    folded: int = 0
    rows: int = 0
    size: int = 0
    remaining: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)

    def leave_damaged(self, name: str, error: BaseException) -> None:
        self.remaining[DAMAGED] += 1
        self.damaged.append(f"{name}: {reason(error)}")


def fold(store: Store, benchmark: str, keys: Iterable[str]) -> Folding:
    """Fold the finished single records among these; where that fails, RequestError, all intact.

    A second compaction at the same time waits for the first.
    """
    file = store.compact.folder / f"{benchmark}{ENDING}"
    try:
        store.prepare()
        file.parent.mkdir(exist_ok=True)
        with locked(file.parent / ".lock", exclusive=True), no_cycle_collection():
            return _fold(store, file, sorted(set(keys)))
    except OSError as error:
        raise store.not_writable(error) from error


def _fold(store: Store, file: Path, keys: list[str]) -> Folding:
    _remove_forgotten(store)
    folding = Folding(file)
    seen: list[Seen] = []
    finished = _finished(store, keys, folding, seen)
    first = next(finished, None)
    if first is not None:
        others = _others(file)
        folding.rows = _write(file, chain([first], finished))
        folding.size = file.stat().st_size
        _drop_older_rows(others, {key for key, _ in seen})
    _remove(store, seen, folding)
    return folding


def _remove_forgotten(store: Store) -> None:
    """What crashed processes left: compactions (this is the only one), and writers long ago."""
    for name in filter(is_temporary, _names(store.compact.folder)):
        (store.compact.folder / name).unlink()
    oldest = time.time() - FORGOTTEN
    for name in filter(is_temporary, _names(store.folder)):
        with suppress(FileNotFoundError):  # its writer is at work
            if (store.folder / name).stat().st_mtime < oldest:
                (store.folder / name).unlink()


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        remedy = f"cannot be read ({reason(error)}); whoever folds records must be able to list it"
        raise RequestError("records", folder, remedy) from error


def _finished(store: Store, keys: list[str], folding: Folding, seen: list[Seen]) -> Iterator[Row]:
    """The rows of the single files, in the order of the keys; what stays is counted by reason."""
    names = set(_names(store.folder))
    single = [key for key in keys if f"{key}.json" in names]
    for key, content, read in _read_ahead(store.folder, single):
        try:
            row = _row(content, key)
        except (OSError, *NOT_WHOLE) as error:
            folding.leave_damaged(f"{key}.json", error)
            continue
        if row is None:
            folding.remaining[FAILED] += 1
            continue
        folding.folded += 1
        assert read is not None  # as of every file that could be read
        seen.append((key, read))
        yield row


def _read_ahead(folder: Path, keys: list[str]) -> Iterator[Read]:
    """In the order of the keys; some shares are read while their predecessors are written."""
    shares = (keys[start : start + SHARE] for start in range(0, len(keys), SHARE))
    with ThreadPoolExecutor(THREADS) as pool:
        reading: deque[Future[list[Read]]] = deque()
        for share in shares:
            reading.append(pool.submit(_read_share, folder, share))
            if len(reading) > SHARES_AHEAD:
                yield from reading.popleft().result()
        while reading:
            yield from reading.popleft().result()


def _read_share(folder: Path, keys: list[str]) -> list[Read]:
    return [(key, *_read(f"{folder}/{key}.json")) for key in keys]


def _read(name: str) -> tuple[bytes | OSError, Identity | None]:
    """Identity first: a file that changes while it is read is not the one that was seen."""
    try:
        descriptor = os.open(name, os.O_RDONLY)
        try:
            status = os.fstat(descriptor)
            return os.read(descriptor, status.st_size + 1), identity(status)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error, None


def _row(content: bytes | OSError, key: str) -> Row | None:
    """None for a failed cell; raises what keeps the file from being read."""
    if isinstance(content, OSError):
        raise content
    return as_row(content, key)


def _write(file: Path, new: Iterator[Row]) -> int:
    """The file with its rows of before and the new ones; returns how many there are."""
    before = _rows_of(file) if os.path.lexists(file) else iter(())
    return _replace(file, _one_per_key(heapq.merge(new, before, key=attrgetter("key"))))


def _replace(file: Path, rows: Iterable[Row]) -> int:
    temporary = temporary_name(file)
    try:
        with open(temporary, "wb") as out:
            count = write_rows(out, rows)
            sync_file(out)
        os.replace(temporary, file)
        sync_folder(file.parent)
        sync_folder(file.parent.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _others(file: Path) -> list[CompactFile]:
    """The files of other benchmarks, all of them readable: what they hold must be known."""
    names = sorted(name for name in _names(file.parent) if name.endswith(ENDING))
    return [_opened(file.parent / name) for name in names if name != file.name]


def _drop_older_rows(others: list[CompactFile], folded: set[str]) -> None:
    """Only once the new file has its name, and while the single files still count."""
    for other in others:
        if folded.issuperset(other.places):
            other.file.unlink()
            sync_folder(other.file.parent)
        elif not folded.isdisjoint(other.places):
            _replace(other.file, (row for row in _rows_of(other.file) if row.key not in folded))


def _opened(file: Path) -> CompactFile:
    try:
        return CompactFile(file)
    except DAMAGE as error:
        raise _unreadable(file, error) from error


def _rows_of(file: Path) -> Iterator[Row]:
    """Damaged rows must not be lost on the way to the new file: somebody may mend them."""
    try:
        yield from _opened(file).rows()
    except DAMAGE as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> RequestError:
    remedy = f"not readable ({reason(error)}); without it (delete it) its cells run again"
    return RequestError("records", file, remedy)


def _one_per_key(rows: Iterable[Row]) -> Iterator[Row]:
    """The first of those with one key, which stand beside each other."""
    last = None
    for row in rows:
        if row.key != last:
            yield row
        last = row.key


def _remove(store: Store, seen: list[Seen], folding: Folding) -> None:
    """Remove the files that are as they were read; while one is looked at, none takes its name."""
    seen = sorted(seen, key=itemgetter(1))  # by inode, as they lie on the disk
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(seen), AT_ONCE):
            with store.lock(exclusive=True):
                batch = seen[start : start + AT_ONCE]
                shares = (batch[thread::THREADS] for thread in range(THREADS))
                kept = pool.map(partial(_kept, store.folder), shares)
                folding.remaining[WRITTEN_ANEW] += sum(kept)


def _kept(folder: Path, share: list[Seen]) -> int:
    """Remove this thread's share of the files; returns how many were written anew and stay."""
    return sum(not _removed(f"{folder}/{key}.json", read) for key, read in share)


def _removed(file: str, read: Identity) -> bool:
    """Somebody who deletes it meanwhile has seen to that."""
    with suppress(FileNotFoundError):
        if identity(os.stat(file)) != read:
            return False
        os.unlink(file)
    return True
