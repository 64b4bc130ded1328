"""Finding published files on this machine and fetching them from mirrors, always checked.

pooch downloads to a temporary file beside the target, compares checksums and only then moves it
to its name; this file adds mirrors, a deadline and a memory for hosts that do not answer.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
import zlib
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datasets.errors import DataDamaged, DataUnavailable
from datasets.looking import before_fetching, found_at

if TYPE_CHECKING:
    from pooch import Pooch
    from requests import RequestException, Response

PATIENCE = 8.0  # seconds in all for mirrors that do not answer, however many they are

_unreachable: dict[str, str] = {}  # host:port -> why, for the life of the process


def cache_folder() -> Path:
    """`$SCARCE_CACHE`, else the platform's cache folder for "scarce"."""
    import platformdirs

    chosen = os.environ.get("SCARCE_CACHE")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("scarce")


def search_folders(subfolder: str) -> list[Path]:
    """Where to look for data, in order: below `$SCARCE_DATA` if set, then below the cache."""
    data = os.environ.get("SCARCE_DATA")
    roots = [Path(data).expanduser()] if data else []
    return [root / subfolder for root in [*roots, cache_folder()]]


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
        contents = path.read_bytes()
        if path.suffix == ".gz":
            contents = gzip.decompress(contents)
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


def fetch(
    name: str,
    mirrors: Sequence[str],
    checksum: str,
    folder: str | PathLike[str],
    remedy: str,
    patience: float = PATIENCE,
    query: str = "",
) -> Path:
    """Download `name` from the first mirror that has it into `folder`; return its path.

    A file already there is checked, never replaced. Proxy variables are honoured.

    Args:
        name: file name, appended to each mirror's address.
        mirrors: addresses, tried in order.
        checksum: "md5:..." or "sha256:..." of the file as sent, whole or its beginning.
        folder: made if missing.
        remedy: what a person can do when no mirror helps.
        patience: seconds without an answer after which all mirrors together are given up.
        query: what hosts want after the name, such as "?download=1".

    Raises:
        DataDamaged: if a file of that name is there with another checksum.
        DataUnavailable: if no mirror sends the right file, or the folder cannot be written.
    """
    import pooch
    from requests import RequestException

    target = Path(folder) / name
    if target.exists():
        return checked(target, checksum)
    before_fetching(name, mirrors)
    pooch.get_logger().setLevel("WARNING")  # a mirror that fails is told below, in one line
    failures = []
    for mirror in mirrors:
        host = urlsplit(mirror).netloc
        if host in _unreachable:
            failures.append(f"{host}: {_unreachable[host]}")
            continue
        try:
            return Path(
                pooch.retrieve(
                    url=f"{mirror.rstrip('/')}/{name}{query}",
                    known_hash=None,  # the downloader compares it
                    fname=name,
                    path=folder,
                    downloader=_Downloader(patience / len(mirrors), checksum),
                )
            )
        except RequestException as error:  # an OSError too, so it has to come first
            failures.append(f"{host}: {why_not(error)}")
            if error.response is None:
                _unreachable[host] = why_not(error)
        except ValueError:
            failures.append(f"{host}: sent something else than {checksum}")
        except OSError as error:
            failures.append(f"{folder} cannot be written ({error.strerror})")
            break
    raise DataUnavailable(f"{name} cannot be had ({'; '.join(failures)})", remedy)


class _Downloader:
    """A pooch downloader that waits at most `seconds` for an answer and between two chunks.

    It compares the checksum of what was sent before that takes its name.
    """

    def __init__(self, seconds: float, checksum: str) -> None:
        self.seconds, self.checksum = seconds, checksum

    def __call__(self, url: str, output_file: str, pooch: Pooch | None) -> None:
        with answer(url, self.seconds) as response, open(output_file, "wb") as file:
            response.raise_for_status()
            for chunk in response.iter_content(chunk_size=1 << 16):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if _mismatch(output_file, self.checksum):
            raise ValueError(f"not {self.checksum}")  # pooch removes what was sent


def answer(url: str, seconds: float) -> Response:
    """The response, its body still to be read.

    Asked in a thread: the timeouts of requests bound neither name resolution nor the sum over
    all addresses of a host.
    """
    import requests

    outcome: list[Response | RequestException] = []

    def ask() -> None:
        try:
            outcome.append(requests.get(url, stream=True, timeout=seconds))
        except requests.RequestException as error:
            outcome.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise requests.Timeout(f"no answer within {seconds:g} s")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def why_not(error: RequestException) -> str:
    """In a few words, what a download failed for."""
    import requests

    if error.response is not None:
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trusted connection"
    if isinstance(error, requests.ConnectionError):
        return "the connection failed"
    return "the transfer broke off"


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
