"""The file of one cell, `records/KEY.json`: one JSON text, as Python's `json` reads it.

It holds the fields of the record, then `history`, and last `arrays`: the predictions on the test
samples as the base64 text of a compressed .npz (`test_index` int32, `labels` and `predicted` int16,
`scores` float32 (samples, classes)), and, of some cells, GENERATED uint8 (m, C, H, W), 255 for the
largest pixel value, and GENERATED_LABELS int16 (m,), which are not published. The file of a failed
cell has no `arrays`.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.grid.errors import RequestError
from benchmarks.records.compact_files import Row
from benchmarks.records.reading import (
    Record,
    checked_whole,
    parsed,
    parsed_with_writer,
    reason,
)

Predictions = dict[str, np.ndarray]
ZIP_START, ZIP_END, ZIP_END_SIZE = b"PK\x03\x04", b"PK\x05\x06", 22
LARGEST = 4 * 10**9  # bytes of all predictions of a cell: small files can hold endless zeros
LAST = ("history", "arrays")
GENERATED, GENERATED_LABELS = "generated", "generated_labels"


class Single(NamedTuple):
    """A record with its history, and its predictions as text; a failed cell has none."""

    record: Record
    arrays: str | None


def content_of(record: Record, predictions: Predictions | None) -> bytes:
    """What the file of a record holds."""
    document = {name: value for name, value in record.items() if name not in LAST}
    if "history" in record:
        document["history"] = record["history"]
    if predictions is not None:
        packed = io.BytesIO()
        # Its type takes any of them for `allow_pickle`.
        np.savez_compressed(packed, **predictions)  # type: ignore[arg-type]
        document["arrays"] = b64encode(packed.getvalue()).decode()
    return json.dumps(document).encode()


def opened(content: bytes, key: str) -> Single:
    """From what the file holds; raises one of NOT_WHOLE where that is no whole record."""
    return _opened(parsed(content), key)


def as_row(content: bytes, key: str) -> Row | None:
    """The same cell in a compact file, of the schema it was written in; None where it failed.

    Raises one of NOT_WHOLE.
    """
    document, written = parsed_with_writer(content)
    record, arrays = _opened(document, key)
    if record["status"] != "done":
        return None
    if arrays is None:
        raise ValueError("its predictions are missing")
    predictions = b64decode(arrays, validate=True)
    if not _is_whole_archive(predictions):
        raise ValueError("its predictions are cut off")
    fields = {name: value for name, value in document.items() if name not in LAST}
    return Row(key, written(fields), written(document["history"]), predictions)


def unpacked(predictions: bytes | str | None, place: str | Path) -> Predictions:
    """The arrays of a .npz, or of its base64 text; raises RequestError where they are none."""
    try:
        if predictions is None:
            raise ValueError("there are none")
        if isinstance(predictions, str):
            predictions = b64decode(predictions, validate=True)
        with np.load(io.BytesIO(predictions), allow_pickle=False) as arrays:
            if sum(info.file_size for info in arrays.zip.infolist()) > LARGEST:
                raise ValueError(f"more than {LARGEST / 1e9:g} GB unpacked")
            return dict(arrays)
    except Exception as error:  # numpy and zipfile raise many kinds for bytes that are wrong
        raise unreadable(place, error) from error


def unreadable(place: str | Path, error: Exception) -> RequestError:
    remedy = f"not readable ({reason(error)}); delete it and run the benchmark again"
    return RequestError("predictions", place, remedy)


def check_predictions(record: Record, predictions: Predictions, place: str | Path) -> None:
    """Raises RequestError unless these are the predictions that the record speaks of.

    Known by the SHA-256 of the scores; where these were rounded to half precision, by the accuracy
    of the predicted classes.
    """
    half = record["predictions"].get("precision") == "half"
    same = _same_accuracy if half else _same_scores
    if not same(record, predictions):
        remedy = "are not those of the record; delete it and run the benchmark again"
        raise RequestError("predictions", place, remedy)


def _same_scores(record: Record, predictions: Predictions) -> bool:
    scores = predictions.get("scores")
    if scores is None:
        return False
    found = hashlib.sha256(np.ascontiguousarray(scores).tobytes()).hexdigest()
    return bool(found == record["predictions"]["sha256"])


def _same_accuracy(record: Record, predictions: Predictions) -> bool:
    labels, predicted = predictions.get("labels"), predictions.get("predicted")
    if labels is None or predicted is None or labels.shape != predicted.shape or not labels.size:
        return False
    accuracy = float((predicted == labels).mean())
    return math.isclose(accuracy, record["metrics"]["accuracy"], abs_tol=1e-9)


def _opened(document: Any, key: str) -> Single:
    record = checked_whole(document, key)
    arrays = record.pop("arrays", None)
    if record["status"] == "done":
        if not arrays:
            raise ValueError("its predictions are missing")
        if not isinstance(arrays, str):
            raise ValueError("arrays is no text")
    return Single(record, arrays)


def _is_whole_archive(content: bytes) -> bool:
    return content.startswith(ZIP_START) and content[-ZIP_END_SIZE:].startswith(ZIP_END)
