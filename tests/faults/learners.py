"""Learners that misbehave, given to the suite as a user would: a YAML with a `_target_`."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

import numpy as np

from models.linear import LinearClassifier
from models.neural import NeuralClassifier

NOTES = "SCARCE_TEST_NOTES"  # names the file in which learners note what they do


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


class Waiting(Obedient):
    """Takes some time for nothing."""

    def fit(self, data, seed: int) -> None:
        super().fit(data, seed)
        time.sleep(0.3)


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


def note(what: str, learner: object, data, seed: int) -> None:
    """One line: what, which cell, which process; appended lines of processes do not mix."""
    cell = f"{type(learner).__name__}-{len(data.train_inputs)}-{seed}"
    with open(os.environ[NOTES], "ab", buffering=0) as file:
        file.write(f"{what} {cell} {os.getpid()}\n".encode())


class Counted:
    """Before a learner: it notes the beginning and the end of each training."""

    def fit(self, data, seed: int) -> None:
        note("begin", self, data, seed)
        super().fit(data, seed)
        note("end", self, data, seed)


class CountedNetwork(Counted, NeuralClassifier):
    pass


class CountedEstimator(Counted, LinearClassifier):
    pass


class Steady(Counted, Waiting):
    pass


class KilledAtFirst(Obedient):
    """Killed the first time only."""

    def fit(self, data, seed: int) -> None:
        known = Path(os.environ[NOTES]).exists()
        note("begin", self, data, seed)
        if not known:
            os.kill(os.getpid(), signal.SIGKILL)
        super().fit(data, seed)
