"""One file from one address, resumed where an earlier transfer of the same version broke off.

Beside the partial file `NAME.part` lies `NAME.part.version`: the ETag or the date that the host
gave of what it was sending. A host is asked to go on after what is there only if it still has that
version; what it sends otherwise, begins anew. Whether the bytes are the right ones is for the
caller to compare.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from requests import RequestException, Response, Session

LARGEST = 10 * 10**9  # bytes of a file whose size is not known beforehand
RETRIES = 3  # after the first attempt
PAUSE = 0.2  # seconds before the first retry, twice as long before each further one
BUSY = (500, 502, 503, 504)  # HTTP statuses that may be others a moment later
CHUNK = 1 << 16  # bytes
SLOWEST = 2_000  # bytes a second that a host has to send on average,
GRACE = 60.0  # seconds after the beginning; one that sends a byte now and then never stalls
VERSION = re.compile(r"[\x20-\x7e]{1,256}")
NOTHING: Mapping[str, str] = MappingProxyType({})


class BrokenOff(Exception):  # noqa: N818
    """A host answered and began to send, but did not get to the end; the message says why."""


class TooLarge(ValueError):  # noqa: N818
    """A host sends more bytes than the file has."""


def partial_of(target: Path) -> Path:
    """The file that a transfer to `target` is collected in."""
    return target.with_name(f"{target.name}.part")


@contextmanager
def alone_with(partial: Path) -> Iterator[None]:
    """The only process on this machine that writes the partial file, which is there; others wait.

    Afterwards it is gone unless something can be resumed. Raises OSError.
    """
    partial.parent.mkdir(parents=True, exist_ok=True)
    with _locked(partial):
        try:
            yield
        finally:
            if not partial.exists() or not partial.stat().st_size:
                _version_file(partial).unlink(missing_ok=True)
                partial.unlink(missing_ok=True)


def empty(partial: Path) -> None:
    """Forget what was collected, so that the next transfer begins anew.

    The file itself stays: its lock is held.
    """
    _version_file(partial).unlink(missing_ok=True)
    os.truncate(partial, 0)


def transfer(url: str, partial: Path, seconds: float, limit: int) -> bool:
    """Collect the file at `url` in `partial`, going on with what is there.

    Returns whether it was put together from several answers.

    What breaks off, stalls or trickles is tried again, RETRIES times, and resumed where the host
    can do so. What can be resumed later stays; everything else that is not whole is forgotten. To
    be called within `alone_with(partial)`.

    Args:
        seconds: to wait for an answer and between two chunks.
        limit: bytes that the file has, or has at most.

    Raises:
        RequestException: of requests, if there is no answer, or one that refuses the file.
        BrokenOff: if the last attempt, too, did not get to the end.
        TooLarge: as soon as more than `limit` bytes are announced or sent.
        OSError: if the file cannot be written.
    """
    for retry in range(RETRIES):
        try:
            return _attempt(url, partial, seconds, limit)
        except BrokenOff:
            time.sleep(PAUSE * 2**retry)
    return _attempt(url, partial, seconds, limit)


def answer(url: str, seconds: float, headers: Mapping[str, str] = NOTHING) -> Response:
    """The response, its body still to be read.

    Asked in a thread: the timeouts of requests bound neither name resolution nor the sum over
    all addresses of a host, nor over the retries, which all have to fit into `seconds`.
    """
    import requests

    outcome: list[Response | RequestException] = []

    def ask() -> None:
        try:
            outcome.append(_session().get(url, stream=True, timeout=seconds, headers=headers))
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
        return f"the connection failed{_system_says(error)}"
    return "the transfer broke off"


def _system_says(error: BaseException) -> str:
    """What the system's own error behind it says, such as that the connection was refused."""
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, OSError) and isinstance(behind.strerror, str):
            return f": {behind.strerror}"
        behind = behind.__cause__ or behind.__context__
    return ""


def _session() -> Session:
    """Asks again, after a pause, a host that is busy or that resets the connection.

    Not one that refuses connections: the next mirror is quicker.
    """
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    retry = Retry(
        total=RETRIES,
        connect=0,
        other=0,
        status_forcelist=BUSY,
        backoff_factor=PAUSE,
        raise_on_status=False,  # the status is told
        respect_retry_after_header=False,  # it may ask for hours
    )
    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _attempt(url: str, partial: Path, seconds: float, limit: int) -> bool:
    """Whether the answer went on with what was there."""
    have = partial.stat().st_size
    headers = {"Accept-Encoding": "identity", **_going_on(partial, have)}
    with answer(url, seconds, headers) as response:
        if response.status_code in (206, 416) and not _goes_on(response, have):
            empty(partial)
            raise BrokenOff("sent another part than it was asked for")
        response.raise_for_status()
        have = have if response.status_code == 206 else 0
        try:
            _check_announced(response, limit - have)
            with open(partial, "ab" if have else "wb") as file:
                if not have:
                    _note_version(response, partial)
                _write(response, file, limit - have)
            return have > 0
        except BaseException as error:
            if not _can_go_on(response) or isinstance(error, TooLarge):
                empty(partial)
            raise


def _write(response: Response, file: IO[bytes], most: int) -> None:
    from urllib3.exceptions import HTTPError

    start, sent = time.monotonic(), 0
    try:
        while chunk := response.raw.read1(CHUNK):  # what is there: a whole chunk may take hours
            sent += len(chunk)
            if sent > most:
                raise TooLarge("sent more bytes than the file has")
            file.write(chunk)
            passed = time.monotonic() - start
            if passed > GRACE and sent < SLOWEST * passed:
                raise BrokenOff(f"sends less than {SLOWEST} bytes a second")
    except HTTPError as error:
        raise BrokenOff("the transfer broke off") from error
    file.flush()
    os.fsync(file.fileno())


def _check_announced(response: Response, most: int) -> None:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > most:
        raise TooLarge(f"wants to send {int(announced)} bytes, more than the file has")


def _going_on(partial: Path, have: int) -> dict[str, str]:
    """Headers that ask for what is missing, or for all where the version is another by now."""
    try:
        version = _version_file(partial).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        version = ""
    if not have or not VERSION.fullmatch(version):
        return {}
    return {"Range": f"bytes={have}-", "If-Range": version}


def _goes_on(response: Response, have: int) -> bool:
    """Whether it sends what comes after the bytes that are there."""
    sent = response.headers.get("Content-Range", "")
    return bool(have) and response.status_code == 206 and sent.startswith(f"bytes {have}-")


def _can_go_on(response: Response) -> bool:
    says = response.headers.get("Accept-Ranges") == "bytes" or response.status_code == 206
    return says and bool(_version(response))


def _version(response: Response) -> str:
    """A strong ETag, or else the date of the last change; empty where it gives neither."""
    tag = response.headers.get("ETag", "")
    found = response.headers.get("Last-Modified", "") if tag[:2] in ("", "W/") else tag
    return found if VERSION.fullmatch(found) else ""


def _note_version(response: Response, partial: Path) -> None:
    _version_file(partial).unlink(missing_ok=True)
    if _can_go_on(response):
        _version_file(partial).write_text(_version(response), encoding="ascii")


def _version_file(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.version")


@contextmanager
def _locked(partial: Path) -> Iterator[None]:
    while True:
        with open(partial, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # While this process waited, the file may have become the target of another.
            if partial.exists() and os.path.samestat(os.fstat(file.fileno()), partial.stat()):
                yield
                return
