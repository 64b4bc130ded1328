"""What is drawn, in which order: cells of the grid, methods, panels, classes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import AXES, ROW, SEEDS, axis_name, counting
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.style import folded
from benchmarks.evidence.optimism import OPTIMISTIC, UNTOUCHED, marked_labels
from benchmarks.evidence.tables.metrics import metric_of
from benchmarks.grid.metrics import ACCURACY
from benchmarks.records.store import Record

CELL = [*ROW, *SEEDS]
TITLE = 44  # letters in a line above a panel


def cell_of(record: Record) -> dict[str, Any]:
    """The values of CELL: names, training size and seeds."""
    config = record["config"]
    names = {axis: axis_name(config, axis) for axis in ("dataset", "method", *AXES)}
    size = config["dataset"]["train_size"]
    return {**names, "train_size": size, **{seed: config[seed] for seed in SEEDS}}


def chosen_cells(cells: Sequence[dict[str, Any]], train_size: int | None) -> pd.DataFrame:
    """The cells of one training size (None: of each dataset's largest) in a fixed order.

    The column `label` names each cell's method, as optimistic where a column of that name gives a
    reason. Raises EvidenceError for a size without any cell.
    """
    extra = [name for name in (cells[0] if cells else ()) if name not in CELL]
    table = pd.DataFrame(cells, columns=[*CELL, *extra])
    table["label"] = marked_labels(table)
    table = table.sort_values(CELL, ignore_index=True)
    if train_size is None:
        largest = table.groupby("dataset")["train_size"].transform("max")
        return table[table["train_size"] == largest]
    sizes = sorted(table["train_size"].unique())
    if train_size not in sizes:
        known = ", ".join(map(str, sizes)) or "none"
        raise EvidenceError(f"train_size={train_size}: no such cells; known: {known}")
    return table[table["train_size"] == train_size]


def ordered_labels(table: pd.DataFrame, methods: Sequence[str]) -> dict[str, str]:
    """Label -> method of a table with both columns, in the order of `methods`, then by name."""
    found = dict(zip(table["label"], table["method"], strict=True))
    places = {method: place for place, method in enumerate(methods)}
    order = sorted(
        found, key=lambda label: (places.get(found[label], len(places)), counting(label))
    )
    return {label: found[label] for label in order}


def ordered_panels(
    table: pd.DataFrame, datasets: Sequence[str]
) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """((dataset, protocol), its rows) in the order of `datasets`, then by name."""
    places = {name: place for place, name in enumerate(datasets)}
    panels = list(table.groupby(["dataset", "protocol"], sort=True))
    return sorted(panels, key=lambda panel: places.get(panel[0][0], len(places)))


def panel_titles(panels: Sequence[tuple[str, str]]) -> list[str]:
    """Of (dataset, protocol): the dataset, and the protocol where there are several, folded."""
    return [folded(name, TITLE) for name in panel_names(panels)]


def panel_names(panels: Sequence[tuple[str, str]]) -> list[str]:
    """The titles of panels in one line each, for more to be said in them."""
    several = len({protocol for _, protocol in panels}) > 1
    return [f"{dataset}, {protocol}" if several else dataset for dataset, protocol in panels]


def inner_label(label: str) -> str:
    """What a label adds to its method, for where the method is named already: `cnn (focal)` gives
    `focal`; the method itself where nothing is added."""
    return re.sub(r"^\S+ \((.*)\)", r"\1", label)


def without_attrs(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without its notices and caveats, which pandas copies, deeply, with every step."""
    bare = frame.copy(deep=False)
    bare.attrs = {}
    return bare


def class_names_of(dataset: str, classes: int, names: Sequence[str]) -> list[str]:
    """One name per class; their numbers where no names are given.

    Raises EvidenceError for too few names.
    """
    given = list(names) or [str(label) for label in range(classes)]
    if len(given) < classes:
        raise EvidenceError(
            f"class_names of {dataset}={given}: {len(given)} names for {classes} classes; name all"
        )
    return given[:classes]


def measured_rows(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of a `results_frame` that have the metric, as numbers; accuracy all must have.

    A metric that the choice of the epoch does not flatter is not `optimistic` in any row. Raises
    EvidenceError for a metric that is no column, and for a value that is not finite.
    """
    metric_of(metric, None, frame)
    if metric != ACCURACY:
        frame = frame.dropna(subset=[metric]).astype({metric: float})
    if metric in UNTOUCHED:
        frame = frame.assign(**{OPTIMISTIC: ""})
    refuse_not_finite(metric, frame[metric])
    return frame


def refuse_not_finite(what: str, values: Iterable[float]) -> None:
    """Raises EvidenceError where a value that would be drawn is NaN or infinite."""
    for value in values:
        if not math.isfinite(value):
            raise EvidenceError(f"{what}={value}: only finite numbers can be drawn; leave it out")
