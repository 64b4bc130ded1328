"""Who computes which cell now, so that runs that overlap compute each cell exactly once.

A lease is a file `leases/KEY.0`, made by whoever comes first: creating a file that must not exist
is atomic, on shared folders too. Who takes over from a dead owner makes `KEY.1`, and so on; the
highest number owns the cell. Files come and go between looking and making one, so whoever made one
looks again, and gives way unless it is the highest and all others are of dead owners. The owner
rewrites its file every second, with what it is doing. On the owner's own machine its process tells
whether it lives; elsewhere a file that was not rewritten for EXPIRY seconds, by the clock of the
file system, belongs to a dead owner.

A lease is not proof that the work is still to do: look for the record after acquiring it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import psutil

SECONDS_BETWEEN_BEATS = 1.0
EXPIRY = 120.0  # more than what network file systems may keep an old modification time for
SIZE = 1024  # bytes, always all of them, so that no reader sees the end of an older text


@dataclass(frozen=True)
class Owner:
    """A process: machine, number and start; and what it says it is doing, since when."""

    host: str
    pid: int
    started: float
    since: float
    says: str = ""

    def is_here(self) -> bool:
        return self.host == this_host()

    def is_alive(self) -> bool:
        """Of an owner on this machine: whether the very process still runs."""
        try:
            zombie = psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
            return not zombie and start_of(self.pid) == self.started
        except psutil.NoSuchProcess:
            return False


class Leases:
    """The leases below one results folder."""

    def __init__(self, results: Path):
        self.folder = results / "leases"

    @contextmanager
    def acquired(self, key: str) -> Iterator[Callable[[str], None] | None]:
        """The lease of a cell until the block ends, or None where a living owner has it.

        What is given back takes a text: what the owner is doing.
        """
        file = self._acquire(key)
        if file is None:
            yield None
            return
        beat = _Beat(file)
        beat.start()
        try:
            yield beat.say
        finally:
            beat.stop()
            self._release(key, file)

    def running(self) -> dict[str, Owner]:
        """The living owner of each leased cell, as far as it can be read."""
        found = {}
        for file in self._files():
            owner = _read(file)[0]
            if owner is not None and not self._is_dead(file):
                found[file.stem] = owner
        return found

    def sweep(self) -> None:
        """Remove what dead owners left behind, by taking over from each and letting go."""
        for key in {file.stem for file in self._files() if self._is_dead(file)}:
            with self.acquired(key):
                pass

    def _acquire(self, key: str) -> Path | None:
        self.folder.mkdir(exist_ok=True)
        numbers = self._numbers(key)
        if not self._all_dead(key, numbers):
            return None
        file = self._file(key, max(numbers, default=-1) + 1)
        if not _create(file):
            return None
        others = self._numbers(key) - {_number(file)}
        if max(others, default=-1) > _number(file) or not self._all_dead(key, others):
            file.unlink(missing_ok=True)
            return None
        return file

    def _release(self, key: str, file: Path) -> None:
        """Those of the dead first, the own file last: until then nobody else can start.

        Where somebody took over because this owner seemed dead, the others are no longer its own.
        """
        numbers = self._numbers(key)
        if max(numbers, default=-1) == _number(file):
            for number in sorted(numbers - {_number(file)}):
                self._file(key, number).unlink(missing_ok=True)
        file.unlink(missing_ok=True)

    def _numbers(self, key: str) -> set[int]:
        with suppress(FileNotFoundError):
            return {_number(Path(n)) for n in os.listdir(self.folder) if n.startswith(f"{key}.")}
        return set()

    def _all_dead(self, key: str, numbers: set[int]) -> bool:
        return all(self._is_dead(self._file(key, number)) for number in numbers)

    def _is_dead(self, file: Path) -> bool:
        owner, modified = _read(file)
        if modified is None:
            return False
        if owner is not None and owner.is_here():
            return not owner.is_alive()
        return self._now() - modified > EXPIRY

    def _now(self) -> float:
        """The clock of the file system, which all machines that share it see alike."""
        probe = self.folder / f".clock-{this_host()}-{os.getpid()}-{threading.get_ident()}"
        try:
            probe.touch()
            return probe.stat().st_mtime
        except OSError:  # a folder that can only be read
            return time.time()
        finally:
            with suppress(OSError):
                probe.unlink()

    def _file(self, key: str, number: int) -> Path:
        return self.folder / f"{key}.{number}"

    def _files(self) -> list[Path]:
        with suppress(OSError):
            return sorted(self.folder.glob("[!.]*.*"))
        return []


class _Beat(threading.Thread):
    """Rewrites the owner's file every second until it is stopped."""

    def __init__(self, file: Path):
        super().__init__(daemon=True)
        self.file, self.owner = file, _this_process()
        self.stopped = threading.Event()
        self.says = ""

    def say(self, text: str) -> None:
        self.says = text

    def run(self) -> None:
        while True:
            with suppress(OSError):  # a full disk or a vanished folder: the record will tell
                _write(self.file, self.owner, self.says)
            if self.stopped.wait(SECONDS_BETWEEN_BEATS):
                return

    def stop(self) -> None:
        self.stopped.set()
        self.join()


def _create(file: Path) -> bool:
    """Make the file, with its owner in it; False where it exists."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, _text(_this_process(), ""))
    except OSError:  # a full disk: a file without a text would stand for a living owner for long
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return True


def _number(file: Path) -> int:
    return int(file.suffix[1:])


def _write(file: Path, owner: Owner, says: str) -> None:
    descriptor = os.open(file, os.O_WRONLY)  # never creates: what was removed stays removed
    try:
        os.pwrite(descriptor, _text(owner, says), 0)
        os.utime(descriptor)
    finally:
        os.close(descriptor)


def _text(owner: Owner, says: str) -> bytes:
    described = json.dumps({**asdict(owner), "says": says[:100]})
    return described.encode().ljust(SIZE)


def _read(file: Path) -> tuple[Owner | None, float | None]:
    """Owner (None where the text is not whole yet) and modification time (None: no such file)."""
    try:
        with open(file, "rb") as opened:  # opening makes network file systems look anew
            modified = os.fstat(opened.fileno()).st_mtime
            return Owner(**json.loads(opened.read())), modified
    except FileNotFoundError:
        return None, None
    except (ValueError, TypeError):
        return None, modified


def _this_process() -> Owner:
    pid = os.getpid()
    return Owner(this_host(), pid, start_of(pid), time.time())


def start_of(pid: int) -> float:
    """When a process was started, by a clock that nobody sets: on Linux in ticks since the boot.

    Raises psutil.NoSuchProcess.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return psutil.Process(pid).create_time()
    return float(status.rpartition(")")[2].split()[19])


@lru_cache(maxsize=1)
def this_host() -> str:
    """One name per set of process numbers: the boot of a machine and, in a container, its own."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"
    return f"{os.uname().nodename}-{int(psutil.boot_time())}"
