"""Own results against the published ones: every user's run is a replication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.axes import ROW
from benchmarks.evidence.optimism import OPTIMISTIC, why_optimistic
from benchmarks.evidence.ranges import SHARE
from benchmarks.evidence.results import results_frame, split_means
from benchmarks.evidence.statistics import (
    NO_SPREAD,
    Interval,
    difference_interval,
    paired_differences,
    welch_difference,
)
from benchmarks.evidence.wording import interval_text, optimism_text, percent
from benchmarks.records.store import Record

if TYPE_CHECKING:
    import pandas as pd

PRINTS = ["data", "split"]
OUTCOMES = ("agree", "undecided", "disagree", "other data")
Answer = tuple[list[float] | None, str]  # the ends of the interval, and the outcome


def agreement(
    own_records: Sequence[Record],
    published_records: Sequence[Record] | None,
    own_verdicts: Sequence[dict[str, Any]] | None = (),
    published_verdicts: Sequence[dict[str, Any]] | None = (),
) -> dict[str, Any]:
    """How well own and published results agree, as plain JSON-able data.

    `cells`: the same key in both; how many have the same accuracy, and the largest difference.
    `rows`: the same dataset, protocol, method, loss and size in both, on the splits that both have
    (on all, where they share none), told by seed and fingerprint; a row agrees if the accuracies
    are identical or if the paired 95 % interval of own - published (Welch's without shared splits)
    contains 0, and is undecided where no interval can be made. An interval that contains 0 is no
    proof of equality: with few draws it is wide, so the intervals are listed where rows disagree.
    Rows whose data fingerprints differ, or are not known, are of other data: neither agreement nor
    disagreement. Differences within rounding count as none.
    `verdicts`: claim ids with the same and with different verdicts. `own_verdicts` of None are
    those of a grid that was changed: no published verdict is of the same question, and those there
    are come as `not_compared`.
    """
    own, published = _frame(own_records), _frame(published_records or [])
    return {
        "published": not published.empty,
        "cells": _cells(own, published),
        "rows": _rows(own, published),
        "verdicts": _verdicts(own_verdicts, published_verdicts),
    }


def agreement_text(found: dict[str, Any]) -> str:
    """The agreement in a few lines, for the end of a run."""
    if not found["published"]:
        return "No published results to compare with."
    cells, rows, verdicts = found["cells"], found["rows"], found["verdicts"]
    largest = percent(cells["largest_difference"], 2)
    lines = [
        f"Cells also published: {cells['common']}; identical accuracy: {cells['identical']};"
        f" largest difference: {largest}",
        f"Rows also published: {rows['common']}; no difference found: {rows['agree']}"
        + (f"; undecided: {rows['undecided']}" if rows["undecided"] else "")
        + (f"; other data: {len(rows['other_data'])}" if rows["other_data"] else ""),
    ]
    for row in rows["disagree"]:
        lines.append(
            f"  {row['dataset']}, {row['method']}, n = {row['train_size']}{optimism_text(row)}: own"
            f" {percent(row['own'])}, published {percent(row['published'])}, difference"
            f" {interval_text(row['interval'], 'difference')} points"
        )
    for dataset, count in sorted(Counter(row["dataset"] for row in rows["other_data"]).items()):
        lines.append(f"  {dataset}: other data than published under this name, rows: {count}")
    return "\n".join(lines + _verdict_lines(verdicts))


def _verdict_lines(verdicts: dict[str, Any]) -> list[str]:
    same, different = len(verdicts["equal"]), verdicts["different"]
    if verdicts["not_compared"]:
        count = len(verdicts["not_compared"])
        return [f"Verdicts also published: {count}; not compared, as this run changed the grid"]
    return [
        f"Verdicts also published: {same + len(different)}; the same: {same}",
        *(f"  {v['id']}: own {v['own']}, published {v['published']}" for v in different),
    ]


def _frame(records: Sequence[Record]) -> pd.DataFrame:
    """The results, with the fingerprints of the data and of the split where they are known."""
    frame = results_frame(records)
    prints = {record["key"]: record.get("fingerprints") or {} for record in records}
    for name in PRINTS:
        frame[name] = [prints[key].get(name) for key in frame["key"]]
    return frame


def _cells(own: pd.DataFrame, published: pd.DataFrame) -> dict[str, Any]:
    both = own.merge(published, on="key", suffixes=("_own", "_published"))
    difference = (both["accuracy_own"] - both["accuracy_published"]).abs()
    return {
        "common": len(both),
        "identical": int((difference <= NO_SPREAD).sum()),
        "largest_difference": float(difference.max()) if len(both) else None,
    }


def _rows(own: pd.DataFrame, published: pd.DataFrame) -> dict[str, Any]:
    ours, theirs = _by_row(own), _by_row(published)
    common = [row for row in ours if row in theirs]
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in OUTCOMES}
    for row in common:
        answer = _row(row, ours[row], theirs[row])
        answers[answer["outcome"]].append(answer)
    return {
        "common": len(common),
        "agree": len(answers["agree"]),
        "undecided": len(answers["undecided"]),
        "disagree": answers["disagree"],
        "other_data": answers["other data"],
    }


def _by_row(frame: pd.DataFrame) -> dict[tuple[Any, ...], pd.DataFrame]:
    """Of each row the mean accuracy on every split seed, with its fingerprints."""
    splits = [*ROW, "split_seed"]
    means = split_means(frame, "accuracy").set_index(splits)
    means = means.join(frame.groupby(splits)[[*PRINTS, OPTIMISTIC]].first()).reset_index()
    return {row: rows.set_index("split_seed") for row, rows in means.groupby(ROW)}


def _row(row: tuple[Any, ...], ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, Any]:
    shared = _shared_splits(ours, theirs)
    if len(shared):
        ours, theirs = ours.loc[shared], theirs.loc[shared]
    one, other = ours["accuracy"], theirs["accuracy"]
    why = why_optimistic(ours, "accuracy") or why_optimistic(theirs, "accuracy")
    interval, outcome = None, "other data"
    if _same_data(ours, theirs):
        interval, outcome = _paired(one, other) if len(shared) else _unpaired(one, other)
    return dict(zip(ROW, row, strict=True)) | {
        "train_size": int(row[-1]),
        "own": float(one.mean()),
        "published": float(other.mean()),
        "difference": float(one.mean() - other.mean()),
        "interval": interval,
        "outcome": outcome,
        **({OPTIMISTIC: why} if why else {}),
    }


def _same_data(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Whether both are known to come from one and the same data."""
    prints = {*ours["data"], *theirs["data"]}
    return len(prints) == 1 and all(isinstance(found, str) for found in prints)


def _shared_splits(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.Index:
    """The split seeds that drew the same samples in both."""
    seeds = ours.index.intersection(theirs.index)
    return seeds[ours.loc[seeds, "split"] == theirs.loc[seeds, "split"]]


def _paired(ours: pd.Series, theirs: pd.Series) -> Answer:
    differences = paired_differences(ours, theirs)
    interval = difference_interval(differences).within(*SHARE.of_differences)
    if (abs(differences) <= NO_SPREAD).all():
        return _ends(interval), "agree"
    if interval.spread == 0:
        return None, "disagree"
    return _ends(interval), _outcome(interval)


def _unpaired(ours: pd.Series, theirs: pd.Series) -> Answer:
    """By Welch's interval: other draws from the same data."""
    interval = welch_difference(ours, theirs).within(*SHARE.of_differences)
    return _ends(interval), _outcome(interval)


def _outcome(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return "undecided"
    return "agree" if interval.low <= NO_SPREAD and interval.high >= -NO_SPREAD else "disagree"


def _ends(interval: Interval) -> list[float] | None:
    return interval.ends


def _verdicts(
    own: Sequence[dict[str, Any]] | None, published: Sequence[dict[str, Any]] | None
) -> dict[str, Any]:
    theirs = {verdict["id"]: verdict["verdict"] for verdict in published or ()}
    common = [verdict for verdict in own or () if verdict["id"] in theirs]
    return {
        "equal": [v["id"] for v in common if v["verdict"] == theirs[v["id"]]],
        "different": [
            {"id": v["id"], "own": v["verdict"], "published": theirs[v["id"]]}
            for v in common
            if v["verdict"] != theirs[v["id"]]
        ],
        "not_compared": list(theirs) if own is None else [],
    }
