"""From stored records to one data frame: a row per finished cell."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import AXES, IN_LABEL, ROW, SEEDS, axis_name
from benchmarks.evidence.consistency import (
    refuse_mixed_configurations,
    refuse_mixed_data,
    refuse_mixed_schemas,
    refuse_repeated_seeds,
    without_copies,
)
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.notices import Notice, failed_notices
from benchmarks.records.holdings import is_trial
from benchmarks.records.store import Record

PER_CLASS = "n counts the training samples of each class"
REQUIRED_METRICS = ("accuracy", "train_accuracy")
OTHER_METRICS: tuple[str, ...] = ("parameters", "trainable_parameters", "test_samples")
OTHER_METRICS += ("accuracy_last_epoch", "sharpness", "hessian_eigenvalue")
OTHER_METRICS += ("threshold",)
COLUMNS = [*ROW, *SEEDS, "threads", *REQUIRED_METRICS, *OTHER_METRICS]
COLUMNS += ["train_seconds", "score_kind", "optimistic", "key"]


def results_frame(records: Iterable[Record]) -> pd.DataFrame:
    """One row per finished cell, in a fixed order; trials of a search are none.

    `frame.attrs["notices"]` lists what is not among the rows: failed cells (counted by dataset and
    method) and records whose accuracies are missing, not finite or outside 0 to 1.
    `frame.attrs["caveats"]` lists the remarks that the records carry about their data or method.
    `frame.attrs["per_class"]` names the data sets whose sizes count samples of each class.
    `optimistic` says why a row's numbers are too good, and is empty where they are not.

    Raises EvidenceError for what must not be averaged: several schema versions, two configurations
    or two data sets under one name, two different samples under one split seed, two results for
    one cell; and for records that lack a field.
    """
    every = without_copies(records)
    records = [record for record in every if not is_trial(record)]
    refuse_mixed_schemas(records)
    done = [record for record in records if _status(record) == "done"]
    sound = [record for record in done if _fault(record) is None]
    refuse_mixed_configurations(sound)
    refuse_mixed_data(sound)
    frame = pd.DataFrame([_row(record) for record in sound], columns=COLUMNS)
    frame = frame.sort_values([*ROW, *SEEDS, "key"], ignore_index=True)
    refuse_repeated_seeds(frame, [*ROW, *SEEDS])
    frame.attrs["notices"] = _failed(every) + _dropped(done)
    frame.attrs["caveats"] = _caveats(sound)
    frame.attrs["per_class"] = _counted_per_class(sound)
    return frame


def split_means(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """`metric` averaged over initialisations: one row per row name and split seed.

    Draws of the training sample are the independent unit of every interval; several
    initialisations on one draw are not further evidence about other draws.
    """
    groups = frame.groupby([*ROW, "split_seed"], sort=True)[metric]
    return groups.mean().reset_index()


def method_labels(frame: pd.DataFrame) -> pd.Series:
    """`method (backbone, loss, augmentation)` for each row, each where the method had several."""
    told = pd.Series("", index=frame.index)
    for axis in IN_LABEL:
        several = frame.groupby("method")[axis].transform("nunique") > 1
        named = several & (frame[axis] != "")
        told = told.where(~named, told + ", " + frame[axis])
    return frame["method"].where(told == "", frame["method"] + " (" + told.str[2:] + ")")


def _row(record: Record) -> dict[str, Any]:
    config, metrics = record["config"], record["metrics"]
    return {
        "dataset": _field(record, "dataset", "name"),
        "method": _field(record, "method", "name"),
        **{axis: axis_name(config, axis) for axis in AXES},
        "protocol": _field(record, "protocol", "name"),
        "train_size": _field(record, "dataset", "train_size"),
        "split_seed": _field(record, "split_seed"),
        "init_seed": _field(record, "init_seed"),
        "threads": config.get("threads"),
        **{name: float(metrics[name]) for name in REQUIRED_METRICS},
        **{name: metrics.get(name) for name in OTHER_METRICS},
        "train_seconds": (record.get("timing") or {}).get("train"),
        "score_kind": (record.get("predictions") or {}).get("score_kind"),
        "optimistic": str(record.get("optimistic") or ""),
        "key": record["key"],
    }


def _field(record: Record, *path: str) -> Any:
    value = record.get("config")
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        raise EvidenceError(
            f"record {_short(record)}: config.{'.'.join(path)} has no value, which every result"
            " needs: give it one in the configuration and run the cell again"
        )
    return value


def _status(record: Record) -> str:
    status = record.get("status")
    if status not in ("done", "failed"):
        raise EvidenceError(
            f"record {_short(record)}: status={status!r}: expected done or failed;"
            " delete this record and run its cell again"
        )
    return str(status)


def _fault(record: Record) -> str | None:
    metrics = record.get("metrics") or {}
    for name in REQUIRED_METRICS:
        value = metrics.get(name)
        if value is None:
            return f"metrics.{name} is missing"
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not abs(value) < math.inf:  # isfinite fails for a huge whole number
            return f"metrics.{name}={value} is not a number"
        if not 0 <= float(value) <= 1:
            return f"metrics.{name}={value} is outside 0 to 1"
    return None


def _dropped(done: Iterable[Record]) -> list[Notice]:
    notices = []
    for record in sorted(done, key=lambda record: record["key"]):
        fault = _fault(record)
        if fault is None:
            continue
        dataset, method = _field(record, "dataset", "name"), _field(record, "method", "name")
        size, seed = _field(record, "dataset", "train_size"), _field(record, "split_seed")
        text = (
            f"{dataset}, {method}, n = {size}, split seed {seed}: left out, {fault}"
            f" (record {_short(record)})."
        )
        notices.append(Notice("dropped", text, dataset, method, size))
    return notices


def _failed(records: Iterable[Record]) -> list[Notice]:
    return failed_notices(
        (
            _field(record, "dataset", "name"),
            _field(record, "method", "name") + (" (a trial)" if is_trial(record) else ""),
            (record.get("error") or {}).get("type", "unknown error"),
        )
        for record in records
        if _status(record) == "failed"
    )


def _caveats(records: Iterable[Record]) -> list[Notice]:
    found = {
        (_field(record, "dataset", "name"), _field(record, "method", "name"), str(text))
        for record in records
        for text in _said(record)
    }
    return [
        Notice("caveat", f"{dataset}: {text}", dataset, method)
        for dataset, method, text in sorted(found)
    ]


def _counted_per_class(records: Iterable[Record]) -> tuple[str, ...]:
    datasets = (record["config"]["dataset"] for record in records)
    return tuple(sorted({each["name"] for each in datasets if each.get("per_class")}))


def _said(record: Record) -> list[str]:
    """The caveats of a record, and what its sampling makes of n."""
    dataset = record["config"]["dataset"]
    per_class = [PER_CLASS] if dataset.get("per_class") else []
    held = dataset.get("validation")
    validated = [f"{100 * held:g} % of the n samples choose the threshold of F1"] if held else []
    return [*(record.get("caveats") or ()), *per_class, *validated]


def _short(record: Record) -> str:
    return str(record.get("key", "without key"))[:12]
