"""One record per cell, written atomically: no crash can lose more than the cell in flight.

A cell is one file, `records/KEY.json` (see `single_file`): its record and its predictions are there
together or not at all. Finished records may have been folded into `records/compact/*.parquet` (see
`compaction`); where a cell has both, its single file counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from benchmarks.grid.errors import RequestError
from benchmarks.records.atomic import locked, temporary_name, write_atomically
from benchmarks.records.compact_files import DAMAGE, CompactFile, CompactFiles
from benchmarks.records.migrations import SCHEMA
from benchmarks.records.reading import (
    NOT_WHOLE,
    Record,
    checked,
    checked_history,
    no_cycle_collection,
    parsed,
    reason,
)
from benchmarks.records.single_file import (
    Predictions,
    Single,
    check_predictions,
    content_of,
    opened,
    unpacked,
    unreadable,
)

__all__ = ["SCHEMA", "Predictions", "Record", "Store", "write_atomically"]

HANDFUL = 50  # of files, that are quicker tried one by one than found in a list of all
LEFT_OUT = Single({}, None)


class FoundRow(NamedTuple):
    """A record of a compact file, with the file whose row is the one that counts."""

    record: Record
    file: CompactFile


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
        remedy = f"cannot be written ({reason(error)}); name another folder"
        return RequestError("results_dir", self.results, remedy)

    def read(self, key: str) -> Record | None:
        """A record with its history, or None where there is none.

        A damaged one is noted by name and left out.
        """
        single = self._single(key)
        if single is None:
            row = self._with_history(key)
            return None if row is None else row.record
        return single.record or None

    def read_all(self, keys: Iterable[str]) -> list[Record]:
        """The records that there are, without their histories, in the order of the keys.

        Single files first: compaction removes them only once their rows can be read.
        """
        keys = list(keys)
        with no_cycle_collection():
            found = {key: self._without_history(key) for key in self._to_try(keys)}
            rows = self._rows([key for key in keys if found.get(key) is None])
            found |= {key: row.record for key, row in rows.items()}
        return [record for key in keys if (record := found.get(key))]

    def read_whole(self, key: str, check: bool = True) -> tuple[Record, Predictions | None] | None:
        """A record with its history and, where it is finished, its predictions, from one place.

        None as for `read`; raises RequestError where its predictions cannot be read or, unless
        `check` is off, are not those that the record speaks of.
        """
        single, place = self._single(key), self._file(key)
        if single is None:
            row = self._with_history(key)
            if row is None:
                return None
            record, place = row.record, _place(row.file, key)
            predictions = self._predictions_of_row(row.file, key)
        elif single.arrays is None:
            return (single.record, None) if single.record else None
        else:
            record, predictions = single.record, unpacked(single.arrays, place)
        if check:
            check_predictions(record, predictions, place)
        return record, predictions

    def predictions(self, key: str) -> Predictions:
        """The arrays of the record that `read_all` gives.

        Raises RequestError where they cannot be read.
        """
        try:
            single = self._opened(key)
        except (OSError, *NOT_WHOLE) as error:
            raise unreadable(self._file(key), error) from error
        if single is not None:
            return unpacked(single.arrays, self._file(key))
        row = self._rows([key]).get(key)
        if row is None:
            raise unreadable(self._file(key), ValueError("there are none"))
        return self._predictions_of_row(row.file, key)

    def keys(self) -> list[str]:
        """The cells that have a record, whole or not, in order."""
        single = {file.stem for file in self.folder.glob("*.json")}
        return sorted(single.union(*(file.places for file in self.compact.refresh())))

    def write(self, record: Record, predictions: Predictions | None) -> None:
        """Keep a record; an earlier record of the same key is replaced as a whole."""
        content = content_of(record, predictions)
        write_atomically(Path(self._file(record["key"])), content, self.lock(exclusive=False))

    def lock(self, exclusive: bool) -> AbstractContextManager[None]:
        """Held by writers while a file takes its name, and by who removes such files."""
        return locked(self.folder / ".lock", exclusive)

    def _file(self, key: str) -> str:
        return f"{self.folder}/{key}.json"

    def _to_try(self, keys: list[str]) -> list[str]:
        """Those that may have a single file; where many are asked for, those that do have one."""
        if len(keys) <= HANDFUL:
            return keys
        try:
            names = set(os.listdir(self.folder))
        except OSError:  # that each file will tell
            return keys
        return [key for key in keys if f"{key}.json" in names]

    def _opened(self, key: str) -> Single | None:
        """None where there is no single file; raises OSError or one of NOT_WHOLE."""
        try:
            with open(self._file(key), "rb", buffering=0) as file:
                return opened(file.read(), key)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _single(self, key: str) -> Single | None:
        """None where there is no single file, LEFT_OUT where it is damaged."""
        try:
            return self._opened(key)
        except (OSError, *NOT_WHOLE) as error:
            text = f"{key}.json: {reason(error)}"
            if text not in self.damaged:
                self.damaged.append(text)
            return LEFT_OUT

    def _without_history(self, key: str) -> Record | None:
        single = self._single(key)
        if single is None:
            return None
        single.record.pop("history", None)
        return single.record

    def _with_history(self, key: str) -> FoundRow | None:
        return self._rows([key], ("record", "history")).get(key)

    def _rows(
        self, wanted: list[str], columns: tuple[str, ...] = ("record",)
    ) -> dict[str, FoundRow]:
        """The records of compact files, of which each row group is read once.

        Where a row is damaged, that of another file counts.
        """
        found: dict[str, FoundRow] = {}
        for file in self.compact.refresh() if wanted else ():
            for group, keys in file.by_group(key for key in wanted if key not in found).items():
                try:
                    texts = [file.values(column, group) for column in columns]
                except DAMAGE as error:
                    self.compact.note(file.file, error, f"row group {group}: ")
                    continue
                for key in keys:
                    row = file.places[key][1]
                    record = self._row(file, key, *(column[row] for column in texts))
                    if record is not None:
                        found[key] = FoundRow(record, file)
        return found

    def _row(
        self, file: CompactFile, key: str, text: bytes, history: bytes | None = None
    ) -> Record | None:
        try:
            record = checked(parsed(text), key)
            if history is not None:
                record["history"] = checked_history(parsed(history))
        except NOT_WHOLE as error:
            self.compact.note(file.file, error, f"{key}: ")
            return None
        return record

    def _predictions_of_row(self, file: CompactFile, key: str) -> Predictions:
        place = _place(file, key)
        try:
            content = file.value("predictions", key)
        except DAMAGE as error:
            raise unreadable(place, error) from error
        return unpacked(content, place)


def _place(file: CompactFile, key: str) -> str:
    return f"{file.file}:{key}"
