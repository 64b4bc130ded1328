"""One file per cell, written atomically: no crash can lose more than the cell in flight.

`records/KEY.json` is the record; `records/KEY.npz` beside it holds the predictions on the test
samples (`test_index` int32, `labels` and `predicted` int16, `scores` float32 (samples, classes)).
The predictions are written first: a record that can be read is complete.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from benchmarks.grid.errors import RequestError

SCHEMA = 1
Record = dict[str, Any]
Predictions = dict[str, np.ndarray]


class Store:
    """The records below one results folder."""

    def __init__(self, results: Path):
        self.results = results
        self.folder = results / "records"
        self.damaged: list[str] = []

    def prepare(self) -> None:
        """Make the folder; raises RequestError where it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            remedy = f"cannot be written ({error.strerror}); name another folder"
            raise RequestError("results_dir", self.results, remedy) from error

    def read(self, key: str) -> Record | None:
        """A record, or None where there is none; a damaged file is noted by name and left out."""
        try:
            content = (self.folder / f"{key}.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            record = checked(json.loads(content), key)
            if record["status"] == "done" and not (self.folder / f"{key}.npz").is_file():
                raise ValueError("its predictions are missing")
        except (ValueError, KeyError, TypeError) as error:
            self.damaged.append(f"{key}.json: {' '.join(str(error).split())}")
            return None
        return record

    def read_all(self, keys: Iterable[str]) -> list[Record]:
        return [record for key in keys if (record := self.read(key)) is not None]

    def predictions(self, key: str) -> Predictions:
        """The arrays beside a record; raises RequestError for a damaged file."""
        file = self.folder / f"{key}.npz"
        try:
            with np.load(file) as arrays:
                return dict(arrays)
        except (OSError, ValueError, EOFError, BadZipFile) as error:
            remedy = f"not readable ({error}); delete it and run the benchmark again"
            raise RequestError("predictions", file, remedy) from error

    def write(self, record: Record, predictions: Predictions | None) -> None:
        """Keep a record; an earlier record of the same key is replaced as a whole."""
        if predictions is not None:
            packed = io.BytesIO()
            np.savez_compressed(packed, **predictions)
            write_atomically(self.folder / f"{record['key']}.npz", packed.getvalue())
        write_atomically(self.folder / f"{record['key']}.json", json.dumps(record).encode())


def checked(record: Any, key: str) -> Record:
    """The record, if it is whole; raises ValueError, KeyError or TypeError where it is not."""
    if record["schema"] != SCHEMA or record["key"] != key:
        raise ValueError("another schema version or key")
    if record["status"] not in ("done", "failed"):
        raise ValueError(f"status {record['status']}")
    for block in ("config", "fingerprints", "metrics", "provenance"):
        if not isinstance(record[block], dict):
            raise ValueError(f"{block} is no mapping")
    if record["status"] == "done":
        accuracy, seconds = record["metrics"]["accuracy"], record["timing"]["total"]
        if not (math.isfinite(accuracy) and math.isfinite(seconds)):
            raise ValueError("a metric that is not a number")
    return record


def write_atomically(file: Path, content: bytes) -> None:
    """Temporary file in the same folder, fsync, rename: readers see the old file or the new."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
        _sync_folder(file.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut (a folder cannot be opened on Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
