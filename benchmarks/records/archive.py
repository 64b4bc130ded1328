"""Many records in one compact file: what is published, and what travels between machines.

One row per cell: `key`, the record as JSON, and the predictions as raw arrays. Scores are rounded
to half precision there (0.1 % relative), which halves the file; predicted classes stay exact. The
record says so (`predictions.precision`); its SHA-256 is that of the scores before rounding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.grid.errors import RequestError
from benchmarks.records.reading import NOT_WHOLE, checked, parsed, reason
from benchmarks.records.store import Predictions, Record, Store, write_atomically

FILE = "records.parquet"
ARRAYS = {"test_index": np.int32, "labels": np.int16, "predicted": np.int16, "scores": np.float16}


def write_archive(file: Path, records: list[Record], store: Store) -> None:
    """Fold records and their predictions into one file, in the order of the keys."""
    records = sorted(records, key=lambda record: record["key"])
    columns = {
        "key": [record["key"] for record in records],
        "record": [json.dumps(_marked(record), sort_keys=True) for record in records],
        **{name: [] for name in ARRAYS},
    }
    for record in records:
        arrays = store.predictions(record["key"])
        for name, kind in ARRAYS.items():
            columns[name].append(arrays[name].astype(kind).tobytes())
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd", compression_level=15)
    write_atomically(file, sink.getvalue().to_pybytes())


def _marked(record: Record) -> Record:
    return {**record, "predictions": {**record["predictions"], "precision": "half"}}


def read_records(file: Path) -> list[Record]:
    """The records without their predictions; raises RequestError for a file that is no archive."""
    return [_whole(text, file) for text in _table(file, ["record"])["record"].to_pylist()]


def read_archive(
    file: Path, damaged: list[str] | None = None
) -> Iterator[tuple[Record, Predictions]]:
    """Records with their predictions, scores of shape (samples, classes) as float32.

    A row that is not whole raises RequestError or, where `damaged` is given, is named in it.
    """
    for number, row in enumerate(_table(file, ["record", *ARRAYS]).to_pylist()):
        try:
            record = _whole(row["record"], file)
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


def _whole(text: str, file: Path) -> Record:
    try:
        record = parsed(text)
        return checked(record, record["key"])
    except NOT_WHOLE as error:
        remedy = f"holds a record that is not whole ({reason(error)})"
        raise RequestError("archive", file, remedy) from error


def _table(file: Path, columns: list[str]) -> pa.Table:
    try:
        return pq.read_table(file, columns=columns)
    except (OSError, pa.ArrowException) as error:
        remedy = f"not a readable file of records ({str(error).splitlines()[0]})"
        raise RequestError("archive", file, remedy) from error
