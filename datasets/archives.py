"""Unpacking .zip and .tar archives, of unknown origin, once into the cache.

Nothing is written outside the target folder and no link is ever made: a link to a file of the same
archive becomes a copy of it.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from lzma import LZMAError
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, cast

from datasets.cache_entries import free_bytes, made_once
from datasets.errors import DataDamaged, WrongOption
from datasets.fetch import cache_folder
from datasets.looking import found_at

CHUNK = 1 << 20  # bytes
LONGEST = 255  # bytes of a name, as most file systems have them
SHOWN = 100  # characters of a name in a message
COMPRESSED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
ANEW = "do not unpack it; get it anew from a source that you trust"
BY_HAND = "if you trust it, unpack it yourself and name the folder"
SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, UnicodeError)


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to: a small file can hold endless zeros.

    Args:
        files: number of files and folders.
        size: bytes of all files, both as declared and as really unpacked.
    """

    files: int = 200_000
    size: int = 50 * 10**9


DEFAULT_LIMITS = Limits()
_unpacked: dict[Path, Path] = {}  # the folders that this process asked for, and their archives


@dataclass(frozen=True)
class _Member:
    """A file in an archive: path and size as declared, and how to open it; None for a folder."""

    name: str
    size: int = 0
    open: Callable[[], IO[bytes] | None] | None = None


def extracted(archive: Path, limits: Limits = DEFAULT_LIMITS) -> Path:
    """Folder in the cache with the contents of a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz file.

    The cache knows archives by path, size and time of change.

    Raises:
        WrongOption: for another kind of file; for absolute paths, `..`, links that leave the
            archive, devices, encrypted files, and more files or bytes than the limits or the
            disk of the cache allow.
        DataDamaged: if the archive is broken.
        DataUnavailable: if the cache cannot be written.
    """
    status = archive.stat()
    found_at(archive)
    text = f"{archive.resolve()}|{status.st_size}|{status.st_mtime_ns}"
    key = hashlib.sha256(os.fsencode(text)).hexdigest()[:32]
    entry = cache_folder() / "archives" / key
    folder = made_once(entry, partial(_extract, archive, limits, status.st_mtime_ns))
    _unpacked[folder] = archive
    return folder


def origin(path: Path) -> Path:
    """For messages: the archive that a file or folder was unpacked from, and its place in there.

    Any other path as it is.
    """
    for folder in (path, *path.parents):
        if folder in _unpacked:
            return _unpacked[folder] / path.relative_to(folder)
    return path


def _extract(archive: Path, limits: Limits, changed: int, folder: Path) -> None:
    available = min(limits.size, free_bytes(folder))
    declared = written = 0
    try:
        for count, member in enumerate(_members(archive), start=1):
            declared += member.size
            if count > limits.files:
                raise _refused(archive, f"it holds more than {limits.files} files and folders")
            if max(declared, written) > available:
                raise _refused(archive, f"unpacked it exceeds {available / 1e9:.1f} GB")
            if member.open is None:  # made where it has files
                continue
            target = folder / _safe_name(archive, member.name)
            written += _write(archive, member, target, available - written)
            # The archive's own time: unpacked again, the files count as unchanged.
            os.utime(target, ns=(changed, changed))
    except BROKEN as error:
        raise _damaged(archive, error) from error
    except OSError as error:
        if error.errno is None:  # not of the disk: gzip and bz2 tell of broken files so
            raise _damaged(archive, error) from error
        raise
    except (RuntimeError, NotImplementedError) as error:  # encrypted; unknown compression
        raise _refused(archive, str(error)) from error


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        return _zip_members(archive)
    if archive.name.lower().endswith(SUFFIXES) or _is_tar(archive):
        return _tar_members(archive)
    kinds = ", ".join(SUFFIXES)
    raise WrongOption("dataset.root", archive, f"name a folder, or a file of a kind in {kinds}")


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            if stat.S_ISLNK(info.external_attr >> 16):
                told = f"{_shown(info.filename)} is a link"
                raise _refused(archive, told, "pack the files themselves")
            if info.is_dir():
                yield _Member(info.filename)
            else:
                yield _Member(info.filename, info.file_size, partial(packed.open, info))


def _tar_members(archive: Path) -> Iterator[_Member]:
    with _tar(archive) as packed:
        for info in packed:
            if info.isdir():
                yield _Member(info.name)
            elif info.isreg() or info.islnk() or info.issym():
                yield _Member(info.name, info.size, partial(packed.extractfile, info))
            else:
                raise _refused(archive, f"{_shown(info.name)} is a device or pipe", ANEW)


@contextmanager
def _tar(archive: Path) -> Iterator[tarfile.TarFile]:
    with open(archive, "rb") as file:
        start = file.read(6)
    opened = (kind for magic, kind in COMPRESSED.items() if start.startswith(magic))
    with (
        next(opened, open)(archive, "rb") as content,
        tarfile.open(fileobj=cast(IO[bytes], _InChunks(content)), mode="r:") as packed,
    ):
        yield packed


def _is_tar(archive: Path) -> bool:
    try:
        with _tar(archive):
            return True
    except (OSError, *BROKEN):
        return False


class _InChunks:
    """A file of which nobody reads more than a chunk at once.

    A header of endless zeros would be read into memory before anybody sees its size.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= CHUNK:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self.file.read(size)


def _safe_name(archive: Path, name: str) -> PurePosixPath:
    """The path below the target folder, with `/` whatever system packed the archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    windows = PureWindowsPath(name)
    if path.is_absolute() or windows.drive or windows.root:
        raise _refused(archive, f"{_shown(name)} is an absolute path", ANEW)
    if ".." in path.parts or not path.parts:
        raise _refused(archive, f"{_shown(name)} leaves the folder", ANEW)
    if "\0" in name or any(len(os.fsencode(part)) > LONGEST for part in path.parts):
        raise _refused(archive, f"{_shown(name)} is no name of a file", ANEW)
    return path


def _shown(name: str) -> str:
    """For a message: what would move the cursor of a terminal is left out."""
    kept = "".join(letter if letter.isprintable() else "?" for letter in name)
    return kept if len(kept) <= SHOWN else f"{kept[:SHOWN]}..."


def _write(archive: Path, member: _Member, target: Path, available: int) -> int:
    """Unpack a file of at most so many bytes; their number."""
    assert member.open is not None  # it is no folder
    try:
        source = member.open()
    except (KeyError, RecursionError) as error:
        told = f"{_shown(member.name)} is a link to nothing in the archive"
        raise _refused(archive, told, ANEW) from error
    if source is None:
        raise _refused(archive, f"{_shown(member.name)} is a link to a folder")
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, open(target, "xb") as file:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > available:
                    told = f"unpacked it exceeds the limit at {_shown(member.name)}"
                    raise _refused(archive, told)
                file.write(chunk)
    except (FileExistsError, NotADirectoryError) as error:
        raise _refused(archive, f"it holds {_shown(member.name)} twice") from error
    return written


def _damaged(archive: Path, error: Exception) -> DataDamaged:
    return DataDamaged(
        archive, "a whole archive", " ".join(str(error).split()) or type(error).__name__
    )


def _refused(archive: Path, why: str, remedy: str = BY_HAND) -> WrongOption:
    return WrongOption("dataset.root", archive, f"{why}; {remedy}")
