"""Many records in one compact file: what is published, and what travels between machines.

One row per cell: `key`, the record and its history as JSON, and the predictions as raw arrays (in
archives of the earlier form the history is in the record). Scores are rounded to half precision
there (0.1 % relative), which halves the file; predicted classes stay exact. The record says so
(`predictions.precision`); its SHA-256 is that of the scores before rounding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.grid.errors import RequestError
from benchmarks.records.reading import NOT_WHOLE, checked, checked_whole, parsed, reason
from benchmarks.records.store import Predictions, Record, Store, write_atomically

FILE, HISTORY = "records.parquet", "history"
ARRAYS = {"test_index": np.int32, "labels": np.int16, "predicted": np.int16, "scores": np.float16}


def write_archive(file: Path, keys: Iterable[str], store: Store) -> None:
    """Fold finished records and their predictions into one file, in the order of the keys."""
    columns: dict[str, list[Any]] = {name: [] for name in ("key", "record", HISTORY, *ARRAYS)}
    for key in sorted(keys):
        record, arrays = _finished(key, store)
        history = record.pop(HISTORY)
        columns["key"].append(key)
        columns["record"].append(json.dumps(_marked(record), sort_keys=True))
        columns[HISTORY].append(json.dumps(history, sort_keys=True))
        for name, kind in ARRAYS.items():
            columns[name].append(arrays[name].astype(kind).tobytes())
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd", compression_level=15)
    write_atomically(file, sink.getvalue().to_pybytes())


def _finished(key: str, store: Store) -> tuple[Record, Predictions]:
    """Both as they are now, from one file: what was read before may have been replaced."""
    record, arrays = store.read_whole(key) or (None, None)
    if record is None or arrays is None:
        raise RequestError("record", key, "was removed or replaced meanwhile; try again")
    return record, arrays


def _marked(record: Record) -> Record:
    return {**record, "predictions": {**record["predictions"], "precision": "half"}}


def read_records(file: Path) -> list[Record]:
    """The records without their histories and predictions.

    Raises RequestError for a file that is no archive.
    """
    return [_fields(text, file) for text in _table(file, ["record"])["record"].to_pylist()]


def read_histories(file: Path, keys: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The training histories of these cells, each with its key; raises RequestError as above."""
    for row in _table(file, ["record"], [HISTORY]).to_pylist():
        record = _whole(row, file)
        if record["key"] in keys:
            yield record["key"], record[HISTORY]


def read_archive(
    file: Path, damaged: list[str] | None = None
) -> Iterator[tuple[Record, Predictions]]:
    """Records, and their predictions, with scores of shape (samples, classes) as float32.

    A row that is not whole raises RequestError or, where `damaged` is given, is named in it.
    """
    table = _table(file, ["record", *ARRAYS], [HISTORY])
    for number, row in enumerate(table.to_pylist()):
        try:
            record = _whole(row, file)
            predictions = _arrays(row, file, record["key"])
        except RequestError as error:
            if damaged is None:
                raise
            damaged.append(f"{file}: row {number} {error.remedy}")
            continue
        yield record, predictions


def _arrays(row: dict[str, Any], file: Path, key: str) -> Predictions:
    try:
        arrays = {name: np.frombuffer(row[name], kind) for name, kind in ARRAYS.items()}
        samples = len(arrays["labels"])
        if not samples == len(arrays["test_index"]) == len(arrays["predicted"]):
            raise ValueError("of several lengths")
        scores = arrays["scores"].astype(np.float32).reshape(samples, -1)
    except (TypeError, ValueError) as error:
        remedy = f"holds predictions that are not whole ({error}), of {key}"
        raise RequestError("archive", file, remedy) from error
    return {**arrays, "scores": scores}


def _fields(text: str, file: Path) -> Record:
    with _told(file):
        record = parsed(text)
        record = checked(record, record["key"])
        record.pop(HISTORY, None)
        return record


def _whole(row: dict[str, Any], file: Path) -> Record:
    with _told(file):
        record = parsed(row["record"])
        if HISTORY in row:
            record[HISTORY] = parsed(row[HISTORY])
        return checked_whole(record, record["key"])


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except NOT_WHOLE as error:
        remedy = f"holds a record that is not whole ({reason(error)})"
        raise RequestError("archive", file, remedy) from error


def _table(file: Path, columns: list[str], if_there: Iterable[str] = ()) -> pa.Table:
    try:
        found = set(pq.read_schema(file).names)
        return pq.read_table(file, columns=columns + [c for c in if_there if c in found])
    except (OSError, pa.ArrowException) as error:
        remedy = f"not a readable file of records ({str(error).splitlines()[0]})"
        raise RequestError("archive", file, remedy) from error
