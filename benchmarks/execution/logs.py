"""One log file per cell: what its learner and its libraries said, down to a crash."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from benchmarks.records.provenance import without_paths

LAST_LINES = 12
LONGEST_LINE = 300
CRASH, MODULES = "Fatal Python error", "Extension modules:"  # as faulthandler writes them
LEARNERS = "models"  # the logger below which learners say how far they are


def log_file(results: Path, key: str) -> Path:
    return results / "logs" / f"{key}.log"


@contextmanager
def cell_log(file: Path, title: str, say: Callable[[str], None], capture: bool) -> Iterator[None]:
    """Write what happens inside the block to `file`; `say` hears each line of the learner.

    With `capture` all that the process prints goes there too, down to the last words of a crash.
    """
    file.parent.mkdir(exist_ok=True)
    logger = logging.getLogger(LEARNERS)
    level = logger.level
    with open(file, "w", buffering=1) as out:
        print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {title}", file=out)
        handler = _Handler(out, say)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            with _captured(out) if capture else _as_it_is():
                yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)


def last_lines(file: Path) -> list[str]:
    """The end of a log, without the paths of this machine; empty where there is none.

    Of a crash, what it was and the innermost calls; its list of loaded modules is left out.
    """
    with suppress(OSError):
        lines = [line[:LONGEST_LINE] for line in _tail(file).splitlines()]
        lines = [line for line in lines if line and not line.startswith(MODULES)]
        crash = next((i for i, line in enumerate(lines) if line.startswith(CRASH)), len(lines))
        first = max(0, min(crash - 1, len(lines) - LAST_LINES))
        return [without_paths(line) for line in lines[first : first + LAST_LINES]]
    return []


class _Handler(logging.Handler):
    def __init__(self, out: TextIO, say: Callable[[str], None]):
        super().__init__()
        self.out, self.say = out, say

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.say(text)
        with suppress(OSError):  # a full disk is told by the record that cannot be written
            print(text, file=self.out)


@contextmanager
def _captured(out: TextIO) -> Iterator[None]:
    """Standard output and error of this process, native libraries included, go to `out`."""
    kept = {stream: os.dup(stream) for stream in (1, 2)}
    for stream in kept:
        os.dup2(out.fileno(), stream)
    try:
        yield
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        for stream, copy in kept.items():
            os.dup2(copy, stream)
            os.close(copy)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def _tail(file: Path, size: int = 32768) -> str:
    with open(file, "rb") as opened:
        opened.seek(max(0, os.fstat(opened.fileno()).st_size - size))
        return opened.read().decode(errors="replace")
