"""Files of the feature cache: segments that are whole or not there, and locks that die with us."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

HASH, HEADER = 32, 48  # bytes


def write_segment(target: Path, places: np.ndarray, rows: np.ndarray) -> None:
    """SHA-256 of what follows; two int64 (images, D); int64 places; float32 features (images, D).

    Written to TARGET.new and renamed. Raises ValueError for features of another type or count.
    """
    if rows.dtype != np.float32 or rows.ndim != 2 or len(rows) != len(places):
        raise ValueError(f"features: float32 ({len(places)}, D) needed, {rows.dtype} {rows.shape}")
    content = np.array(rows.shape, dtype=np.int64).tobytes() + places.tobytes() + rows.tobytes()
    temporary = target.with_suffix(".new")
    with open(temporary, "wb") as file:
        file.write(hashlib.sha256(content).digest())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)


def read_segment(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Places and features, or None for a file that is not as it was written."""
    content = memoryview(path.read_bytes())
    if len(content) < HEADER or hashlib.sha256(content[HASH:]).digest() != content[:HASH]:
        return None
    images, width = np.frombuffer(content[HASH:HEADER], dtype=np.int64)
    places = np.frombuffer(content[HEADER : HEADER + 8 * images], dtype=np.int64)
    rows = np.frombuffer(content[HEADER + 8 * images :], dtype=np.float32)
    return places, rows.reshape(images, width)


@contextmanager
def locked(path: Path, shared: bool = False) -> Iterator[bool]:
    """Waits for the lock on `path`, made where missing; tells whether the file is still there."""
    try:
        file = open(path, "ab")  # noqa: SIM115 - closed below
    except FileNotFoundError:  # its folder has just been removed
        yield False
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())


@contextmanager
def locked_at_once(path: Path) -> Iterator[bool]:
    """Takes the lock on `path` if nobody has it, and tells whether that was so.

    A file that is not there counts as one that nobody has locked.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def new_locked_file(path: Path, content: bytes) -> Iterator[None]:
    """A file, locked while the context lasts and removed at its end."""
    with open(path, "xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(content)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def wait_for(path: Path) -> None:
    """Until nobody has the lock on `path`, or the file is gone."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder, which other processes may be changing."""
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
