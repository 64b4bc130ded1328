"""Features on disk: computed once, whichever process asks first, and kept within a size limit.

A folder for each identity holds *segments*, files of the features of some images, and *claims*,
files that say which images a process is computing now and that this process keeps locked: a claim
that is not locked is one of a process that ended.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.features.files import (
    locked,
    locked_at_once,
    new_locked_file,
    read_segment,
    size_of,
    wait_for,
    write_segment,
)

CHUNK = 64  # images computed between two writes: what a kill can cost
MANY = 16  # segments that are merged into one
SEGMENT, CLAIM, UNFINISHED = ".features", ".claim", ".new"


@dataclass(frozen=True)
class FeatureCache:
    """Features below `folder`, of at most `limit_bytes`; identities used longest ago go first."""

    folder: Path
    limit_bytes: int

    def take(
        self, identity: str, index: np.ndarray, compute: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """Features of the images `index` (int64 (m,), may repeat): float32 (m, D).

        Args:
            identity: letters and digits that stand for all that decides an image's features.
            index: places of the images in their data set.
            compute: gives float32 features (k, D) for k positions in `index`, at most CHUNK at
                once; called only for images that no process has computed or is computing.
        """
        wanted, first, back = np.unique(index, return_index=True, return_inverse=True)
        features = _Folder(self.folder / identity).take(wanted, lambda rows: compute(first[rows]))
        self._keep_within_limit(identity)
        return features[back]

    def _keep_within_limit(self, current: str) -> None:
        with locked(self.folder / "lock"):
            sizes = {path: size_of(path) for path in self.folder.iterdir() if path.is_dir()}
            total = sum(sizes.values())
            for path in sorted(sizes, key=_last_use):
                if total <= self.limit_bytes:
                    return
                if path.name != current and _remove_unless_used(path):
                    total -= sizes[path]


@dataclass
class _Folder:
    """One identity's features; `known` holds the segments read so far."""

    path: Path
    known: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def take(self, wanted: np.ndarray, compute: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Features (m, D) of the images `wanted`, ascending and distinct."""
        with self._in_use():
            while True:
                with ExitStack() as claimed:
                    with locked(self.path / "lock"):
                        claims, missing = self._claims(), self._missing(wanted)  # in this order
                        if not missing.any():
                            return self._rows(wanted)
                        rows = np.flatnonzero(missing & ~_among(wanted, claims.values()))[:CHUNK]
                        name = uuid.uuid4().hex
                        if len(rows):
                            claim = self.path / f"{name}{CLAIM}"
                            claimed.enter_context(new_locked_file(claim, wanted[rows].tobytes()))
                    if len(rows):
                        self._write(name, wanted[rows], compute(rows))
                    else:
                        wait_for(next(iter(claims)))

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Keeps the folder from being removed, and tells when it was used."""
        while True:
            self.path.mkdir(parents=True, exist_ok=True)
            with locked(self.path / "used", shared=True) as there:
                if there:
                    os.utime(self.path / "used")
                    yield
                    return

    def _missing(self, wanted: np.ndarray) -> np.ndarray:
        """Which of the images no segment has, those written meanwhile included."""
        names = {path.name for path in self.path.glob(f"*{SEGMENT}")}
        for name in sorted(names - self.known.keys()):
            found = read_segment(self.path / name)
            if found is None:
                (self.path / name).unlink()  # damaged: computed again
            else:
                self.known[name] = found
        missing = ~_among(wanted, [places for places, _ in self.known.values()])
        if not missing.any() and len(self.known) > MANY:
            self._merge()
        return missing

    def _rows(self, wanted: np.ndarray) -> np.ndarray:
        width = max((rows.shape[1] for _, rows in self.known.values()), default=0)
        features = np.empty((len(wanted), width), dtype=np.float32)
        for places, rows in self.known.values():
            _, here, there = np.intersect1d(wanted, places, return_indices=True)
            features[here] = rows[there]
        return features

    def _claims(self) -> dict[Path, np.ndarray]:
        """What other processes are computing; what processes that ended left is removed."""
        claims = {}
        for path in self.path.glob(f"*{CLAIM}"):
            with locked_at_once(path) as stale:
                if stale:
                    path.unlink(missing_ok=True)
                else:
                    claims[path] = _claimed(path)
        for path in self.path.glob(f"*{UNFINISHED}"):
            if path.with_suffix(CLAIM) not in claims:
                path.unlink(missing_ok=True)
        return claims

    def _write(self, name: str, places: np.ndarray, rows: np.ndarray) -> None:
        write_segment(self.path / f"{name}{SEGMENT}", places, rows)
        self.known[f"{name}{SEGMENT}"] = (places, rows)

    def _merge(self) -> None:
        """Many segments become one; where a kill comes between, some images are there twice."""
        places, first = np.unique(
            np.concatenate([places for places, _ in self.known.values()]), return_index=True
        )
        rows = np.concatenate([rows for _, rows in self.known.values()])[first]
        parts, self.known = self.known, {}
        self._write(uuid.uuid4().hex, places, rows)
        for name in parts:
            (self.path / name).unlink(missing_ok=True)


def _among(wanted: np.ndarray, parts: Iterable[np.ndarray]) -> np.ndarray:
    """Which of the images one of the parts names."""
    joined = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    return np.isin(wanted, joined)


def _claimed(path: Path) -> np.ndarray:
    try:
        return np.frombuffer(path.read_bytes(), dtype=np.int64)
    except FileNotFoundError:  # its process has just finished
        return np.empty(0, dtype=np.int64)


def _remove_unless_used(path: Path) -> bool:
    # Who waits for the lock on `used` finds it gone, and makes the folder anew.
    with locked_at_once(path / "used") as free:
        if free:
            shutil.rmtree(path, ignore_errors=True)
    return free


def _last_use(folder: Path) -> float:
    try:
        return (folder / "used").stat().st_mtime
    except FileNotFoundError:
        return 0.0
