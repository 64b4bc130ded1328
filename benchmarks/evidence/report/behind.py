"""The cells behind every number of a page, small enough to travel inside it.

Columns instead of records, and each configuration once: 10,000 cells take about a megabyte.
"""

from __future__ import annotations

import itertools
import json
import math
import typing
from collections.abc import Iterable
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import ROW, SEEDS, axis_name
from benchmarks.evidence.claims.expectations import Metric
from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.report.origin import FINISHED, flat
from benchmarks.evidence.tables.parameters import parameters_text
from benchmarks.records.store import Record

KEY_DIGITS = 12  # shown of a key; more where two keys of the page begin alike
DECIMALS = 6
STATISTICS = ("runs", "draws", "mean", "low", "high", "sd", "train_mean", "published")
Row = tuple[Any, ...]


class Distinct:
    """Values in the order of their first appearance, each once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        """Where this value stands among the values."""
        text = json.dumps(value, sort_keys=True, default=str)
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(json.loads(text))
        return self._places[text]


def cells_behind(
    frame: pd.DataFrame, records: Iterable[Record], table: pd.DataFrame
) -> dict[str, Any]:
    """All cells as columns, with the rows they belong to and the configurations they share.

    `frame` is a `results_frame` of the records, `table` its `summary`. `rows` are the table's rows,
    in its order, then those without any number, as one list of distinct `values` and the
    places in it (`at`) per axis of ROW; `cells` holds one list per column, as long
    as there are cells: finished ones in the order of the frame, then failed and left out ones by
    key. `row`, `config` and `origin` of a cell are places in `rows`, `configs` and `origins`; a
    configuration is again one place per group in `groups`. `lost` says, by the cell's place, why a
    cell has no result, or none by the metric of the table. `optimistic` are the places of the rows
    whose numbers are too good; it is there only where there are such.
    """
    by_key = {record["key"]: record for record in records}
    lost = sorted(by_key.keys() - set(frame["key"]))
    cells = [by_key[key] for key in frame["key"]] + [by_key[key] for key in lost]
    axes = [*table[ROW].itertuples(index=False, name=None), *map(axes_of, cells)]
    rows = {row: place for place, row in enumerate(dict.fromkeys(axes))}
    groups: dict[str, Distinct] = {}
    configs, origins = Distinct(), Distinct()
    digits = _digits(by_key)
    columns: dict[str, list[Any]] = {
        "row": [rows[axes_of(record)] for record in cells],
        "key": [key[:digits] for key in (*frame["key"], *lost)],
        "config": [configs.place(_grouped(record, groups)) for record in cells],
        "origin": [origins.place(_origin(record)) for record in cells],
    }
    columns |= {name: [record["config"].get(name) for record in cells] for name in SEEDS}
    measured = _metrics(frame)
    columns |= {name: _rounded(frame[name]) + [None] * len(lost) for name in measured}
    flattered = sorted({rows[axes_of(record)] for record in cells if record.get(OPTIMISTIC)})
    return {
        "axes": ROW,
        "rows": [_factored(column) for column in zip(*rows, strict=True)],
        "metrics": measured,
        "cells": columns,
        "configs": configs.values,
        "groups": {name: distinct.values for name, distinct in groups.items()},
        "origins": origins.values,
        **({OPTIMISTIC: flattered} if flattered else {}),
        "lost": _without_metric(frame, table.attrs["metric"])
        | {str(len(frame) + place): _why(by_key[key]) for place, key in enumerate(lost)},
    }


def rows_of(behind: dict[str, Any]) -> list[Row]:
    """The rows again, from what `cells_behind` made of them."""
    columns = [[column["values"][place] for place in column["at"]] for column in behind["rows"]]
    return list(zip(*columns, strict=True))


def axes_of(record: Record) -> Row:
    """The row of the summary that a record belongs to: its values of ROW."""
    config = record["config"]
    size = config["dataset"].get("train_size")
    return tuple(size if axis == "train_size" else axis_name(config, axis) for axis in ROW)


def summary_columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    """The STATISTICS of the summary and the text of its parameters, one list each; those that no
    row has are left out.
    """
    known = [name for name in STATISTICS if table[name].notna().any() or name == "runs"]
    columns = {name: _rounded(table[name]) for name in known}
    if table["parameters"].notna().any():
        spans = zip(table["trainable_parameters"], table["parameters"], strict=True)
        columns["parameters"] = [parameters_text(*pair) or None for pair in spans]
    return columns


def _factored(column: Iterable[Any]) -> dict[str, list[Any]]:
    distinct = Distinct()
    at = [distinct.place(value) for value in column]
    return {"values": distinct.values, "at": at}


def _metrics(frame: pd.DataFrame) -> list[str]:
    known = [name for name in typing.get_args(Metric) if name in frame]
    return [name for name in known if frame[name].notna().any() or name == "accuracy"]


def _rounded(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else _short(value) for value in column.tolist()]


def _short(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() else round(value, DECIMALS)


def _grouped(record: Record, groups: dict[str, Distinct]) -> dict[str, int]:
    """The place of each part of the configuration; row and seeds are told by the cell itself."""
    config = {name: value for name, value in record["config"].items() if name not in SEEDS}
    dataset = config.get("dataset") or {}
    config["dataset"] = {name: dataset[name] for name in dataset if name != "train_size"}
    return {
        name: groups.setdefault(name, Distinct()).place(
            dict(flat(value)) if isinstance(value, dict) else value
        )
        for name, value in sorted(config.items())
    }


def _origin(record: Record) -> dict[str, Any]:
    return {k: v for k, v in flat(record.get("provenance") or {}) if k != FINISHED}


def _without_metric(frame: pd.DataFrame, metric: str) -> dict[str, str]:
    missing = frame[metric].isna().to_numpy().nonzero()[0]
    return {str(place): f"no {metric}" for place in missing}


def _why(record: Record) -> str:
    error = record.get("error")
    if not error:
        return "left out: see the notices"
    return f"{error.get('type', 'unknown error')}: {' '.join(str(error.get('message')).split())}"


def _digits(keys: Iterable[str]) -> int:
    """So many that no two keys look alike."""
    ordered = sorted(keys)
    alike = (_alike(*pair) for pair in itertools.pairwise(ordered))
    return max([KEY_DIGITS, *(length + 1 for length in alike)])


def _alike(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
