"""Finding published files on this machine and fetching them from mirrors, always checked.

A file takes its name only once its checksum was compared (pooch moves it there); this file adds
mirrors and a memory for hosts that do not answer, `datasets.downloading` limits and resuming.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datasets.downloading import (
    LARGEST,
    BrokenOff,
    alone_with,
    empty,
    partial_of,
    transfer,
    why_not,
)
from datasets.errors import DataDamaged, DataUnavailable
from datasets.looking import before_fetching, found_at

if TYPE_CHECKING:
    from pooch import Pooch

PATIENCE = 8.0  # seconds in all for mirrors that do not answer, however many they are
LARGEST_UNPACKED = 10**9  # bytes of a .gz file's contents, which are held in memory

_unreachable: dict[str, str] = {}  # host:port -> why, for the life of the process


def cache_folder() -> Path:
    """`$SCARCE_CACHE`, else the platform's cache folder for "scarce"."""
    import platformdirs

    chosen = os.environ.get("SCARCE_CACHE")
    return Path(os.path.expanduser(chosen)) if chosen else platformdirs.user_cache_path("scarce")


def search_folders(subfolder: str) -> list[Path]:
    """Where to look for data, in order: below `$SCARCE_DATA` if set, then below the cache."""
    data = os.environ.get("SCARCE_DATA")
    roots = [Path(os.path.expanduser(data))] if data else []
    return [root / subfolder for root in [*roots, cache_folder()]]


def no_data_folder() -> str:
    """What to add to the reason why data are not found, where `$SCARCE_DATA` is no folder."""
    data = os.environ.get("SCARCE_DATA")
    there = not data or Path(os.path.expanduser(data)).is_dir()
    return "" if there else f"; SCARCE_DATA={data}: there is no such folder"


def find(name: str, folders: Iterable[Path]) -> Path | None:
    """The first `name` or `name`.gz in the folders, or None."""
    for folder in folders:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    return None


def read_checked(path: Path, sha256: str) -> bytes:
    """Contents of a file (unpacked if it ends in .gz) whose SHA-256 (hex) is known.

    Raises:
        DataDamaged: if the contents are not the published ones.
        DataUnavailable: if the file may not be read.
    """
    found_at(path)
    try:
        contents = _unpacked(path) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataDamaged(
            path, f"contents of sha256:{sha256}", f"a broken gzip file ({error})"
        ) from error
    except OSError as error:
        raise DataUnavailable(
            f"{path} cannot be read ({error.strerror})", "make it readable"
        ) from error
    found = hashlib.sha256(contents).hexdigest()
    if found != sha256:
        raise DataDamaged(path, f"sha256:{sha256}", f"sha256:{found}")
    return contents


def _unpacked(path: Path) -> bytes:
    """Contents of a .gz file; raises EOFError where they are beyond the limit."""
    with gzip.open(path) as file:
        contents = file.read(LARGEST_UNPACKED + 1)
    if len(contents) > LARGEST_UNPACKED:
        raise EOFError(f"more than {LARGEST_UNPACKED / 1e9:g} GB unpacked")
    return contents


def fetch(
    name: str,
    mirrors: Sequence[str],
    checksum: str,
    folder: str | PathLike[str],
    remedy: str,
    patience: float = PATIENCE,
    query: str = "",
    size: int | None = None,
) -> Path:
    """Download `name` from the first mirror that has it into `folder`; return its path.

    A file already there is checked, never replaced. Proxy variables are honoured. What breaks off
    is tried again and resumed where the host allows it, by a later call too.

    Args:
        name: file name, appended to each mirror's address.
        mirrors: addresses, tried in order.
        checksum: "md5:..." or "sha256:..." of the file as sent, whole or its beginning.
        folder: made if missing.
        remedy: what a person can do when no mirror helps.
        patience: seconds without an answer after which all mirrors together are given up.
        query: what hosts want after the name, such as "?download=1".
        size: bytes of the file, where known; no more are accepted (else `LARGEST`).

    Raises:
        DataDamaged: if a file of that name is there with another checksum.
        DataUnavailable: if no mirror sends the right file, or the folder cannot be written.
    """
    target = Path(folder) / name
    if target.exists():
        return checked(target, checksum)
    before_fetching(name, mirrors, size)
    try:
        with alone_with(partial_of(target)):
            if target.exists():  # another process was faster
                return checked(target, checksum)
            addresses = [f"{mirror.rstrip('/')}/{name}{query}" for mirror in mirrors]
            seconds = patience / max(1, len(mirrors))
            reasons = _from_first(addresses, target, seconds, checksum, size or LARGEST)
    except OSError as error:
        reasons = [f"{folder} cannot be written ({error.strerror or error})"]
    if reasons is None:
        return target
    reason = f"{name} cannot be had ({'; '.join(reasons)}){no_data_folder()}"
    raise DataUnavailable(reason, remedy)


def _from_first(
    addresses: Sequence[str], target: Path, seconds: float, checksum: str, limit: int
) -> list[str] | None:
    """Put the file to `target`; why each address failed if none of them sends it, else None.

    Raises OSError if it cannot be written.
    """
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")  # an address that fails is told in one line
    downloader = _Downloader(partial_of(target), seconds, checksum, limit)
    failures = []
    for address in addresses:
        host = urlsplit(address).netloc
        if host in _unreachable:
            failures.append(f"{host}: {_unreachable[host]}")
            continue
        try:
            pooch.retrieve(
                url=address,
                known_hash=None,  # the downloader compares it
                fname=target.name,
                path=target.parent,
                downloader=downloader,
            )
            return None
        except RequestException as error:  # an OSError too
            failures.append(f"{host}: {why_not(error)}")
            if error.response is None:
                _unreachable[host] = why_not(error)
        except (BrokenOff, ValueError) as error:
            failures.append(f"{host}: {error}")
    return failures


@dataclass(frozen=True)
class _Downloader:
    """A pooch downloader that collects a file, compares its checksum and hands it over.

    Args:
        partial: where it is collected.
        seconds: to wait for an answer and between two chunks.
        checksum: as of `fetch`.
        limit: bytes at most.
    """

    partial: Path
    seconds: float
    checksum: str
    limit: int

    def __call__(self, url: str, output_file: str, pooch: Pooch | None) -> None:
        if self._collected(url) is not None:
            raise ValueError(f"sent something else than {self.checksum}")
        os.replace(self.partial, output_file)

    def _collected(self, url: str) -> str | None:
        """The checksum of what was sent where it is another; what was put together from several
        answers is asked for once more, whole: the file may have changed between them."""
        found = None
        for _ in range(2):
            in_parts = transfer(url, self.partial, self.seconds, self.limit)
            found = _mismatch(self.partial, self.checksum)
            if found is None:
                return None
            empty(self.partial)
            if not in_parts:
                break
        return found


def checked(path: Path, checksum: str) -> Path:
    """The path itself; raises DataDamaged unless the file has this "md5:..." or "sha256:..."."""
    found = _mismatch(path, checksum)
    if found:
        raise DataDamaged(path, checksum, found)
    return path


def _mismatch(path: str | PathLike[str], checksum: str) -> str | None:
    """The checksum of a file, where that is another than expected."""
    import pooch

    algorithm, _, expected = checksum.rpartition(":")
    found = pooch.file_hash(str(path), alg=algorithm)
    return None if found.startswith(expected) else f"{algorithm}:{found}"
