"""Folders of the cache that one process makes while others wait, and that go when unused.

An entry is made under another name and renamed when it is whole and on disk: whatever has the
entry's name is complete, and what a killed process leaves is never read.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from datasets.errors import DataUnavailable, WrongOption

GIGABYTE = 10**9
DEFAULT_LIMIT = 20.0  # gigabytes
UNFINISHED, LOCK = ".unfinished", ".lock"

_in_use: dict[Path, IO[str]] = {}  # lock files, shared for the life of the process


def made_once(entry: Path, make: Callable[[Path], None]) -> Path:
    """`entry`, made by `make(folder)` if it is not there, and kept while this process lives.

    Afterwards the entries beside it that were used longest ago are removed until all together
    have at most `$SCARCE_CACHE_LIMIT` gigabytes (20); none that a living process uses.

    Raises:
        DataUnavailable: if the cache cannot be written; what `make` raises passes through.
        WrongOption: for a limit that is no number from 0 up.
    """
    limit = limit_of("SCARCE_CACHE_LIMIT", DEFAULT_LIMIT)
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        made = _claim(entry, make)
        os.utime(entry)  # the time of last use
        if made:
            _evict(entry.parent, limit)
    except OSError as error:
        raise DataUnavailable(
            f"the cache {entry.parent} cannot be written ({error.strerror or error})",
            "make room or set SCARCE_CACHE to another folder",
        ) from error
    return entry


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk that holds a folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def sync(file: IO[Any]) -> None:
    """Flush a file to disk."""
    file.flush()
    os.fsync(file.fileno())


def _claim(entry: Path, make: Callable[[Path], None]) -> bool:
    """Hold the entry's lock, shared, with the entry there; whether it had to be made."""
    lock = _in_use.get(entry) or _beside(entry, LOCK).open("a")
    made = False
    while True:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if entry.is_dir():
            _in_use[entry] = lock
            return made
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits for a process that is making the entry
        if not entry.is_dir():
            _make(entry, make)
            made = True
        # Between this lock and the shared one above the entry may be evicted: look again.


def _make(entry: Path, make: Callable[[Path], None]) -> None:
    unfinished = _beside(entry, UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)  # of a process that was killed
    unfinished.mkdir()
    try:
        make(unfinished)
        os.rename(unfinished, entry)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _evict(folder: Path, limit: float) -> None:
    """Other processes may be removing entries, too; what is gone needs no removing."""
    seen = ((entry, _size_and_age(entry)) for entry in folder.iterdir())
    found = {entry: size_and_age for entry, size_and_age in seen if size_and_age is not None}
    sizes = {entry: size for entry, (size, _) in found.items()}
    for entry in sorted(sizes, key=lambda entry: found[entry][1]):
        if sum(sizes.values()) <= limit:
            return
        if _remove_unused(entry):
            del sizes[entry]


def _remove_unused(entry: Path) -> bool:
    with open(_beside(entry.with_name(entry.name.removesuffix(UNFINISHED)), LOCK), "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        shutil.rmtree(entry, ignore_errors=True)
        return True


def _beside(entry: Path, suffix: str) -> Path:
    return entry.with_name(entry.name + suffix)


def _size_and_age(entry: Path) -> tuple[int, float] | None:
    """Bytes and time of last use of an entry; None for what is none, or is gone by now."""
    try:
        if not entry.is_dir():
            return None
        files = [file for file in entry.rglob("*") if not file.is_dir()]
        return sum(file.lstat().st_size for file in files), entry.stat().st_mtime
    except FileNotFoundError:
        return None


def limit_of(variable: str, default: float) -> float:
    """Bytes, of an environment variable in gigabytes; raises WrongOption for no such number."""
    text = os.environ.get(variable, str(default))
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = -1.0
    if not gigabytes >= 0:
        raise WrongOption(variable, text, "a number of gigabytes from 0 up is needed")
    return gigabytes * GIGABYTE
