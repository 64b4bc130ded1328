"""Files that are there whole or not at all, and locks that end with the process that holds them."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

WRITING = ".writing-"  # begins the name of a folder for files that are being made
Identity = tuple[int, int, int]


def write_atomically(
    file: Path, content: bytes, lock: AbstractContextManager[None] | None = None
) -> None:
    """Temporary file in the same folder, fsync, rename: readers see the old file or the new.

    It takes its name while `lock` is held.
    """
    temporary = temporary_name(file)
    try:
        with open(temporary, "wb") as out:
            out.write(content)
            sync_file(out)
        with lock or nullcontext():
            os.replace(temporary, file)
        sync_folder(file.parent)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_name(file: Path) -> Path:
    """Beside the file; processes of several machines share folders, and their pids clash."""
    return file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def is_temporary(name: str) -> bool:
    return name.startswith(".") and name.endswith(".tmp")


def identity(status: os.stat_result) -> Identity:
    """What changes when a file is written anew or another one takes its name."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def sync_file(out: BinaryIO) -> None:
    """Everything written so far survives a power cut."""
    out.flush()
    os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """Make renaming in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(file: Path, exclusive: bool) -> Iterator[None]:
    """Wait for the lock and hold it: one exclusive holder, or any number of others.

    The system releases it when its holder ends, however it ends; the file itself stays. Where the
    file system knows no locks, nobody can be the exclusive holder and the others need not wait.
    """
    descriptor = os.open(file, (os.O_RDWR if exclusive else os.O_RDONLY) | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        except OSError:
            if exclusive:
                raise
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One writer of a folder at a time, who first removes what killed ones left half written.

    Where the file system knows no locks nobody waits, and nothing is removed.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / ".lock", exclusive=True))
        except OSError:
            pass
        else:
            _remove_half_written(folder)
        yield


def _remove_half_written(folder: Path) -> None:
    for left in folder.iterdir():
        if left.name.startswith(WRITING):
            shutil.rmtree(left)
        elif is_temporary(left.name):
            left.unlink()
