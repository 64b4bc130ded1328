"""One record per cell, written atomically: no crash can lose more than the cell in flight.

`records/KEY.json` is the record; `records/KEY.npz` beside it holds the predictions on the test
samples (`test_index` int32, `labels` and `predicted` int16, `scores` float32 (samples, classes)).
The predictions are written first: a record that can be read is complete. Finished records may have
been folded into `records/compact/*.parquet` (see `compaction`); where a cell has both, its single
files count.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.grid.errors import RequestError
from benchmarks.records.atomic import (
    locked,
    temporary_name,
    write_atomically,
    write_together,
)
from benchmarks.records.compact_files import DAMAGE, CompactFile, CompactFiles
from benchmarks.records.migrations import SCHEMA
from benchmarks.records.reading import NOT_WHOLE, checked, no_cycle_collection, parsed, reason

__all__ = ["SCHEMA", "Predictions", "Record", "Store", "checked", "write_atomically"]

Record = dict[str, Any]
Predictions = dict[str, np.ndarray]
LEFT_OUT: Record = {}


class Store:
    """The records below one results folder.

    `damaged` names what could not be read so far, each with its reason; it was left out.
    """

    def __init__(self, results: Path):
        self.results = results
        self.folder = results / "records"
        self.damaged: list[str] = []
        self.compact = CompactFiles(self.folder, self.damaged)

    def prepare(self) -> None:
        """Make the folder; raises RequestError where it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = temporary_name(self.folder / "probe")
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise self.not_writable(error) from error

    def not_writable(self, error: OSError) -> RequestError:
        remedy = f"cannot be written ({error.strerror}); name another folder"
        return RequestError("results_dir", self.results, remedy)

    def read(self, key: str) -> Record | None:
        """A record, or None where there is none; a damaged one is noted by name and left out."""
        return next(iter(self.read_all([key])), None)

    def read_all(self, keys: Iterable[str]) -> list[Record]:
        """The records that there are, in the order of the keys.

        Single files first: compaction removes them only once their rows can be read.
        """
        keys = list(keys)
        with no_cycle_collection():
            found = {key: self._single(key) for key in keys}
            found |= self._rows([key for key, record in found.items() if record is None])
        return [record for key in keys if (record := found[key])]

    def predictions(self, key: str) -> Predictions:
        """The arrays of a record; raises RequestError where they cannot be read."""
        place = str(self.folder / f"{key}.npz")
        try:
            content = self._single_predictions(key)
            if content is None and (compacted := self.compact.holding(key)):
                place = f"{compacted.file}:{key}"
                content = compacted.value("predictions", key)
            if content is None:
                raise ValueError("there are none")
            with np.load(io.BytesIO(content)) as arrays:
                return dict(arrays)
        except Exception as error:  # numpy and zipfile raise many kinds for bytes that are wrong
            remedy = f"not readable ({reason(error)}); delete it and run the benchmark again"
            raise RequestError("predictions", place, remedy) from error

    def keys(self) -> list[str]:
        """The cells that have a record, whole or not, in order."""
        single = {file.stem for file in self.folder.glob("*.json")}
        return sorted(single.union(*(file.places for file in self.compact.refresh())))

    def write(self, record: Record, predictions: Predictions | None) -> None:
        """Keep a record; an earlier record of the same key is replaced as a whole."""
        contents = {}
        if predictions is not None:
            packed = io.BytesIO()
            np.savez_compressed(packed, **predictions)
            contents[self.folder / f"{record['key']}.npz"] = packed.getvalue()
        contents[self.folder / f"{record['key']}.json"] = json.dumps(record).encode()
        write_together(contents, self.lock(exclusive=False))

    def lock(self, exclusive: bool) -> AbstractContextManager[None]:
        """Held by writers while a cell's files take their names, and by who removes such files."""
        return locked(self.folder / ".lock", exclusive)

    def _single(self, key: str) -> Record | None:
        """The record of single files; None where there are none, LEFT_OUT where it is damaged."""
        try:
            with open(f"{self.folder}/{key}.json", "rb", buffering=0) as file:
                record = checked(parsed(file.read()), key)
            if record["status"] == "done" and not os.path.isfile(f"{self.folder}/{key}.npz"):
                if self.compact.holding(key):
                    return None
                raise ValueError("its predictions are missing")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, *NOT_WHOLE) as error:
            text = f"{key}.json: {reason(error)}"
            if text not in self.damaged:
                self.damaged.append(text)
            return LEFT_OUT
        return record

    def _rows(self, wanted: list[str]) -> dict[str, Record]:
        """The records of compact files, of which each row group is read once."""
        found: dict[str, Record] = {}
        for file in self.compact.refresh() if wanted else ():
            for group, keys in file.by_group(key for key in wanted if key not in found).items():
                try:
                    texts = file.values("record", group)
                except DAMAGE as error:
                    self.compact.note(file.file, error, f"row group {group}: ")
                    continue
                rows = ((key, self._row(file, key, texts[file.places[key][1]])) for key in keys)
                found |= {key: record for key, record in rows if record is not None}
        return found

    def _row(self, file: CompactFile, key: str, text: bytes) -> Record | None:
        try:
            return checked(parsed(text), key)
        except NOT_WHOLE as error:
            self.compact.note(file.file, error, f"{key}: ")
            return None

    def _single_predictions(self, key: str) -> bytes | None:
        """None where there are none; without their record they are left over and do not count."""
        if not os.path.exists(f"{self.folder}/{key}.json"):
            return None
        try:
            with open(f"{self.folder}/{key}.npz", "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
