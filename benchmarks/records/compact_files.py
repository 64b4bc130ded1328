"""Parquet files in which finished records lie together: `records/compact/BENCHMARK.parquet`.

One row per cell, in the order of the keys, with the parts of its single file: `key`, the fields of
the `record` and its `history`, each as JSON, and the `predictions` as the bytes of an .npz. So most
readers need not read the histories, which are the most of a record. What a row says is as
trustworthy as a single file: nothing of it is believed before it was checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.records.atomic import identity, is_temporary
from benchmarks.records.reading import reason

FOLDER, ENDING = "compact", ".parquet"
TYPES = {
    "key": pa.string(),
    "record": pa.binary(),
    "history": pa.binary(),
    "predictions": pa.binary(),
}
SCHEMA = pa.schema([pa.field(name, kind, nullable=False) for name, kind in TYPES.items()])
ROWS, BYTES = 1000, 2**24  # of a row group, at most: what is read at once to get at one row
DAMAGE = (OSError, ValueError, pa.ArrowException)

Known = tuple[str, int, int, int]  # name and identity of a file


class Row(NamedTuple):
    """A cell as the file keeps it."""

    key: str
    record: bytes
    history: bytes
    predictions: bytes


class CompactFile:
    """One open file. It stays readable as it was when another one takes its name.

    Raises one of DAMAGE where it is no such file, on opening or at its damaged rows.
    """

    def __init__(self, file: Path):
        self.file = file
        self.parquet = pq.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
        if not self.parquet.schema_arrow.equals(SCHEMA):
            raise pa.ArrowInvalid("not the columns of compacted records")
        self.last: dict[str, tuple[int, list[bytes]]] = {}
        self.places = self._index()

    @property
    def groups(self) -> range:
        return range(self.parquet.num_row_groups)

    def values(self, column: str, group: int) -> list[Any]:
        """One column of a row group, texts or bytes; the last one stays at hand."""
        if self.last.get(column, (None,))[0] != group:
            table = self.parquet.read_row_group(group, columns=[column])
            self.last[column] = group, table[column].to_pylist()
        return self.last[column][1]

    def value(self, column: str, key: str) -> bytes:
        """One value of a key that is here; keys in their order decode each row group once."""
        group, row = self.places[key]
        value: bytes = self.values(column, group)[row]
        return value

    def by_group(self, keys: Iterable[str]) -> dict[int, list[str]]:
        """Those of the keys that are here, by the row group in which they lie."""
        groups: dict[int, list[str]] = {}
        for key in keys:
            if key in self.places:
                groups.setdefault(self.places[key][0], []).append(key)
        return groups

    def rows(self) -> Iterator[Row]:
        """All of them in the order of the keys, one row group in memory at a time."""
        for group in self.groups:
            columns = self.parquet.read_row_group(group).to_pydict()
            yield from map(Row, *(columns[name] for name in Row._fields))

    def _index(self) -> dict[str, tuple[int, int]]:
        places = {
            key: (group, row)
            for group in self.groups
            for row, key in enumerate(self.values("key", group))
        }
        if len(places) != self.parquet.metadata.num_rows or any(a > b for a, b in pairwise(places)):
            raise pa.ArrowInvalid("keys twice or not in order")
        return places


class CompactFiles:
    """All compact files of a store, looked at again whenever they changed."""

    def __init__(self, records: Path, damaged: list[str]):
        self.folder = records / FOLDER
        self.damaged = damaged
        self.files: dict[Known, CompactFile | None] = {}

    def refresh(self) -> list[CompactFile]:
        """The files as they are now; one that cannot be read is noted by name, once.

        Looked at again until nothing changed meanwhile: a row may move from one file to another
        between the listing and the opening.
        """
        while (found := self._found()) != list(self.files):
            self.files = {known: self._opened(known) for known in found}
        return [file for file in self.files.values() if file is not None]

    def note(self, file: Path, error: Exception, where: str = "") -> None:
        """Name what cannot be read, once however often it is tried."""
        text = f"{FOLDER}/{file.name}: {where}{reason(error)}"
        if text not in self.damaged:
            self.damaged.append(text)

    def _found(self) -> list[Known]:
        try:
            with os.scandir(self.folder) as entries:
                return sorted(
                    (entry.name, *identity(entry.stat(follow_symlinks=False)))
                    for entry in entries
                    if entry.name.endswith(ENDING) and not is_temporary(entry.name)
                )
        except FileNotFoundError:
            return []
        except OSError as error:
            if os.path.lexists(self.folder) or not isinstance(error, NotADirectoryError):
                self.note(self.folder, error)
            return []

    def _opened(self, known: Known) -> CompactFile | None:
        if known in self.files:
            return self.files[known]
        file = self.folder / known[0]
        try:
            return CompactFile(file)
        except FileNotFoundError:
            return None
        except DAMAGE as error:
            self.note(file, error)
            return None


def write_rows(out: BinaryIO, rows: Iterable[Row]) -> int:
    """Stream rows that come in the order of their keys; returns their number."""
    count = 0
    with pq.ParquetWriter(
        out,
        SCHEMA,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    ) as writer:
        for group in _groups(rows):
            writer.write_table(pa.table(list(map(list, zip(*group, strict=True))), SCHEMA))
            count += len(group)
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group, size = [], 0
    for row in rows:
        group.append(row)
        size += len(row.record) + len(row.history) + len(row.predictions)
        if len(group) >= ROWS or size >= BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group
