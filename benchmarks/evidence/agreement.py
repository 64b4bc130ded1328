"""Own results against the published ones: every user's run is a replication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.results import ROW, results_frame, split_means
from benchmarks.evidence.statistics import (
    difference_interval,
    paired_differences,
    welch_difference,
)
from benchmarks.evidence.wording import interval_text, percent
from benchmarks.records.store import Record

if TYPE_CHECKING:
    import pandas as pd


def agreement(
    own_records: Sequence[Record],
    published_records: Sequence[Record] | None,
    own_verdicts: Sequence[dict[str, Any]] | None = (),
    published_verdicts: Sequence[dict[str, Any]] | None = (),
) -> dict[str, Any]:
    """How well own and published results agree, as plain JSON-able data.

    `cells`: the same key in both; how many have the same accuracy, and the largest difference.
    `rows`: the same dataset, protocol, method, loss and size in both, on the split seeds that both
    have (on all, where they share none); a row agrees if the accuracies are identical or if the
    paired 95 % interval of own - published (Welch's without shared seeds) contains 0, and is
    undecided where no interval can be made. An interval that contains 0 is no proof of equality:
    with few draws it is wide, so the intervals are listed where rows disagree.
    `verdicts`: claim ids with the same and with different verdicts.
    """
    own, published = results_frame(own_records), results_frame(published_records or [])
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
        + (f"; undecided: {rows['undecided']}" if rows["undecided"] else ""),
    ]
    for row in rows["disagree"]:
        lines.append(
            f"  {row['dataset']}, {row['method']}, n = {row['train_size']}: own"
            f" {percent(row['own'])}, published {percent(row['published'])}, difference"
            f" {interval_text(row['interval'], 'difference')} points"
        )
    same = len(verdicts["equal"])
    lines.append(f"Verdicts also published: {same + len(verdicts['different'])}; the same: {same}")
    for other in verdicts["different"]:
        lines.append(f"  {other['id']}: own {other['own']}, published {other['published']}")
    return "\n".join(lines)


def _cells(own: pd.DataFrame, published: pd.DataFrame) -> dict[str, Any]:
    both = own.merge(published, on="key", suffixes=("_own", "_published"))
    difference = (both["accuracy_own"] - both["accuracy_published"]).abs()
    return {
        "common": len(both),
        "identical": int((difference == 0).sum()),
        "largest_difference": float(difference.max()) if len(both) else None,
    }


def _rows(own: pd.DataFrame, published: pd.DataFrame) -> dict[str, Any]:
    ours, theirs = _by_row(own), _by_row(published)
    common = [row for row in ours if row in theirs]
    answers = [_row(row, ours[row], theirs[row]) for row in common]
    return {
        "common": len(common),
        "agree": sum(answer["outcome"] == "agree" for answer in answers),
        "undecided": sum(answer["outcome"] == "undecided" for answer in answers),
        "disagree": [answer for answer in answers if answer["outcome"] == "disagree"],
    }


def _by_row(frame: pd.DataFrame) -> dict[tuple[Any, ...], pd.Series]:
    means = split_means(frame, "accuracy")
    return {row: rows.set_index("split_seed")["accuracy"] for row, rows in means.groupby(ROW)}


def _row(row: tuple[Any, ...], ours: pd.Series, theirs: pd.Series) -> dict[str, Any]:
    """Paired on the split seeds that both have; Welch's interval only where they share none."""
    shared = ours.index.intersection(theirs.index)
    if len(shared):
        ours, theirs = ours[shared], theirs[shared]
        interval = difference_interval(paired_differences(ours, theirs))
    else:
        interval = welch_difference(ours, theirs)
    if len(shared) and (ours == theirs).all():
        outcome = "agree"
    elif len(shared) and interval.spread == 0:
        outcome = "disagree"
    elif interval.low is None:
        outcome = "undecided"
    else:
        outcome = "agree" if interval.low <= 0 <= interval.high else "disagree"
    return dict(zip(ROW, row, strict=True)) | {
        "train_size": int(row[-1]),
        "own": float(ours.mean()),
        "published": float(theirs.mean()),
        "difference": interval.estimate,
        "interval": None if interval.low is None else [interval.low, interval.high],
        "outcome": outcome,
    }


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
    }
