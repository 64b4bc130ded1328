"""Confusion matrices: which classes each method takes for which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.cells import (
    cell_of,
    chosen_cells,
    class_names_of,
    ordered_labels,
    ordered_panels,
    panel_titles,
)
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.matrices import matrices_figure
from benchmarks.evidence.figures.style import NO_PREDICTIONS, house_style
from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.wording import percent
from benchmarks.records.store import Predictions, Record


def confusion_matrices(
    predictions: Iterable[tuple[Record, Predictions]],
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    class_names: Mapping[str, Sequence[str]] | None = None,
    train_size: int | None = None,
) -> Drawing:
    """Draws `path_stem`.pdf and .png: one matrix per method, summed over all draws.

    `predictions` are records with their arrays (`labels` and `predicted`, whole numbers from 0, of
    shape (samples,)). One row of matrices per dataset and protocol, at `train_size` or the
    dataset's largest. Rows of a matrix are true classes, columns predicted ones; shades and
    percentages are shares of the true class. `class_names` are those of each dataset by label.

    Raises EvidenceError for arrays that do not fit each other, too few class names and a size
    without any predictions.
    """
    table = chosen_cells([_counted(record, arrays) for record, arrays in predictions], train_size)
    names = class_names or {}
    panels = ordered_panels(table, datasets)
    titles = [
        f"{title}, n = {rows['train_size'].iloc[0]}"
        for title, (_, rows) in zip(panel_titles([n for n, _ in panels]), panels, strict=True)
    ]
    sums = [_sums(rows, methods) for _, rows in panels]
    named = [
        class_names_of(dataset, len(next(iter(matrices.values()))), names.get(dataset, ()))
        for ((dataset, _), _), matrices in zip(panels, sums, strict=True)
    ]
    with house_style():
        figure = matrices_figure(sums, titles, named)
        title = "Confusion matrices, summed over draws"
        return save(figure, path_stem, title, _words(titles, sums, named))


def _counted(record: Record, arrays: Predictions) -> dict[str, Any]:
    """The record's cell with its own matrix, true classes as rows."""
    labels, predicted = (np.asarray(arrays[name], dtype=int) for name in ("labels", "predicted"))
    if labels.shape != predicted.shape or min(labels.min(initial=0), predicted.min(initial=0)) < 0:
        raise EvidenceError(
            f"record {record['key'][:12]}: labels and predicted classes do not fit each other;"
            " delete this record and run its cell again"
        )
    classes = 1 + max(labels.max(initial=0), predicted.max(initial=0))
    matrix = np.bincount(labels * classes + predicted, minlength=classes**2)
    about = {**cell_of(record), OPTIMISTIC: record.get(OPTIMISTIC) or ""}
    return {**about, "matrix": matrix.reshape(classes, classes)}


def _sums(rows: pd.DataFrame, methods: Sequence[str]) -> dict[str, np.ndarray]:
    """By label the sum of its matrices, all of them over the same classes."""
    classes = max(len(matrix) for matrix in rows["matrix"])
    found = {}
    for label in ordered_labels(rows, methods):
        found[label] = np.zeros((classes, classes), dtype=int)
        for matrix in rows.loc[rows["label"] == label, "matrix"]:
            found[label][: len(matrix), : len(matrix)] += matrix
    return found


def _words(
    titles: Sequence[str], sums: Sequence[dict[str, np.ndarray]], named: Sequence[list[str]]
) -> str:
    if not titles:
        return f"Empty figure: {NO_PREDICTIONS}."
    told = ["Confusion matrices, one per method, summed over draws."]
    for title, matrices, names in zip(titles, sums, named, strict=True):
        parts = [f"{label} {_matrix_words(matrix, names)}" for label, matrix in matrices.items()]
        told.append(f"{title}: {'; '.join(parts)}.")
    return " ".join(told)


def _matrix_words(matrix: np.ndarray, names: Sequence[str]) -> str:
    """How much is right, and the most frequent confusion."""
    total, right = int(matrix.sum()), int(np.trace(matrix))
    if not total:
        return "without test samples"
    text = f"{percent(right / total)} of {total} right"
    wrong = matrix - np.diag(np.diag(matrix))
    if not wrong.any():
        return text
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{text}, most often {names[true]} taken for {names[predicted]} ({wrong.max()} times)"
