"""Sheets of generated images beside real ones, for own runs: such images are not published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.evidence.axes import axis_name
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.samples import Row, sheet_of
from benchmarks.evidence.figures.style import house_style
from benchmarks.evidence.pictures import Images
from benchmarks.records.single_file import GENERATED, GENERATED_LABELS
from benchmarks.records.store import Predictions, Record

REAL = 3  # test images of each class
BYTE = 255


def generated_sheets(
    predictions: Iterable[tuple[Record, Predictions]],
    images_of: Callable[[Record], Images | None],
    folder: Path,
) -> Iterator[Drawing]:
    """Draws generated-DATASET-RESAMPLING.pdf and .png in `folder`, one of each pair whose records
    hold generated images: a row for each class, first test images and then generated ones, as the
    record of the first training with the most training samples has them.

    A record's data set that `images_of` cannot give has no sheet.
    """
    chosen: dict[tuple[str, str], tuple[Record, Predictions]] = {}
    for record, arrays in predictions:
        if GENERATED not in arrays:
            continue
        pair = axis_name(record["config"], "dataset"), axis_name(record["config"], "resampling")
        if pair not in chosen or _size(record) > _size(chosen[pair][0]):
            chosen[pair] = record, arrays
    for (dataset, resampling), (record, arrays) in sorted(chosen.items(), key=lambda item: item[0]):
        found = images_of(record)
        if found is not None:
            rows = _rows(arrays, found)
            samples = record["metrics"]["train_samples"]
            title = f"{dataset}, {resampling}: test images, and images generated from {samples}"
            with house_style():
                figure = sheet_of(rows, _columns(rows), BYTE, title)
                stem = folder / f"generated-{dataset}-{resampling}"
                yield save(figure, stem, title, _words(rows, title), photographs=True)


def _size(record: Record) -> int:
    size: int = record["metrics"]["train_samples"]
    return size


def _rows(arrays: Predictions, found: Images) -> list[Row]:
    """Each class's real and generated images."""
    rows = []
    for label in np.unique(arrays[GENERATED_LABELS]):
        tested = arrays["test_index"][arrays["labels"] == label][:REAL]
        real = [_as_bytes(found.image(index)) for index in tested]
        made = arrays[GENERATED][arrays[GENERATED_LABELS] == label]
        rows.append(Row(found.class_names[label], [*real, *made]))
    return rows


def _as_bytes(image: np.ndarray) -> np.ndarray:
    """From (H, W, C) in 0..1 to (C, H, W)."""
    return (image * BYTE).round().astype(np.uint8).transpose(2, 0, 1)


def _columns(rows: list[Row]) -> list[str]:
    most = max(len(row.images) for row in rows)
    return ["real"] * REAL + ["generated"] * (most - REAL)


def _words(rows: list[Row], title: str) -> str:
    return f"{title}. A row for each of {len(rows)} classes: " + ", ".join(r.name for r in rows)
