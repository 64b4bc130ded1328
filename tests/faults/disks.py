"""Small disks: a file system of its own where mounting is permitted, else what comes nearest."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class SmallDisk:
    """A folder with little space. Without a file system of its own, files are short instead."""

    def __init__(self, folder: Path, mounted: bool, kilobytes: int):
        self.folder, self.mounted, self.kilobytes = folder, mounted, kilobytes

    @property
    def reason(self) -> str:
        return os.strerror(errno.ENOSPC if self.mounted else errno.EFBIG)

    def options(self) -> dict[str, object]:
        """What a process that is to feel it is started with."""
        return {} if self.mounted else {"preexec_fn": self._shorten_files}

    def fill(self) -> None:
        """Not a byte is left."""
        self._limit = 1
        with suppress(OSError), open(self.folder / "filling", "wb", buffering=0) as file:
            while self.mounted:
                file.write(b"0" * 1024)

    def enlarge(self) -> None:
        if self.mounted:
            _mount("-o", f"remount,size={100 * self.kilobytes}k", str(self.folder))
        self._limit = resource.RLIM_INFINITY

    @contextmanager
    def read_only(self) -> Iterator[dict[str, object]]:
        """Nothing below can be written; what is given back is to start processes with."""
        if self.mounted:
            _mount("-o", "remount,ro", str(self.folder))
            yield {}
            _mount("-o", "remount,rw", str(self.folder))
            return
        folders = [self.folder, *(path for path in self.folder.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        yield {"preexec_fn": _obey_permissions} if os.geteuid() == 0 else {}
        for folder in folders:
            folder.chmod(0o755)

    _limit = 5 * 1024  # longer than a manifest of few cells, shorter than a record with a curve

    def _shorten_files(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._limit, self._limit))


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[SmallDisk]:
    folder.mkdir()
    mounted = _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield SmallDisk(folder, mounted, kilobytes)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _obey_permissions() -> None:
    """Give up root's right to write where nobody may (CAP_DAC_OVERRIDE), from the next exec on."""
    drop_from_bounding_set, dac_override = 24, 1
    if ctypes.CDLL(None, use_errno=True).prctl(drop_from_bounding_set, dac_override, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _mount(*words: str) -> bool:
    try:
        return subprocess.run(["mount", *words], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
