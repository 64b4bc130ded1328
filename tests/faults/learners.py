"""Learners that misbehave, given to the suite as a user would: a YAML with a `_target_`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np


class Obedient:
    """Says that every image is of the first class, at once; what the others are made from."""

    score_kind = "probability"

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.parameters = {"total": 0, "trainable": 0}

    def fit(self, data, seed: int) -> None:
        self.classes = data.classes

    def scores(self, images) -> np.ndarray:
        return np.eye(self.classes)[np.zeros(len(images), int)]


class Raising(Obedient):
    def fit(self, data, seed: int) -> None:
        raise ValueError(f"no such table: {Path(__file__).with_name('table.csv')}")


class Slow(Obedient):
    def fit(self, data, seed: int) -> None:
        print("this takes an hour", flush=True)
        time.sleep(3600)


class Big(Obedient):
    """Takes memory as long as it is given some, so that a limit is all that can stop it."""

    def fit(self, data, seed: int) -> None:
        taken = []
        while True:
            taken.append(np.ones(10_000_000 // 8))
            time.sleep(0.01)


class Killed(Obedient):
    """As if the system were out of memory."""

    def fit(self, data, seed: int) -> None:
        print("just before the end", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


class Segfaulting(Obedient):
    def fit(self, data, seed: int) -> None:
        ctypes.string_at(0)


class Aborting(Obedient):
    def fit(self, data, seed: int) -> None:
        os.abort()


class Exiting(Obedient):
    def fit(self, data, seed: int) -> None:
        os._exit(3)


class Leaving(Obedient):
    """What a script does that is used as a library."""

    def fit(self, data, seed: int) -> None:
        sys.exit("usage: train FILE")


class Counted(Obedient):
    """Notes each beginning and each end in `notes`; appended lines of processes do not mix."""

    def __init__(self, notes: str, seconds: float = 0.0) -> None:
        super().__init__()
        self.notes, self.seconds = Path(notes), seconds

    def fit(self, data, seed: int) -> None:
        self.note("begin", seed)
        super().fit(data, seed)
        time.sleep(self.seconds)
        self.note("end", seed)

    def note(self, what: str, seed: int) -> None:
        with open(self.notes, "ab", buffering=0) as file:
            file.write(f"{what} {seed}\n".encode())


class KilledAtFirst(Counted):
    """Killed the first time only, for each seed."""

    def note(self, what: str, seed: int) -> None:
        known = self.notes.read_text() if self.notes.exists() else ""
        super().note(what, seed)
        if f"begin {seed}\n" not in known:
            os.kill(os.getpid(), signal.SIGKILL)
