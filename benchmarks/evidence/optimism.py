"""Numbers that are too good, because the epoch of a run was chosen on the test data.

A record says so in `optimistic`, one sentence; its metric `accuracy` is that of the chosen epoch,
`accuracy_last_epoch` that of the same run at its last one, chosen before any test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import ROW
from benchmarks.evidence.ranges import SHARE
from benchmarks.evidence.results import method_labels, split_means
from benchmarks.evidence.statistics import Interval, difference_interval

OPTIMISTIC = "optimistic"
MARK = "§"  # of a number in a table
# Metrics that the choice of the epoch does not flatter.
UNTOUCHED = (
    "accuracy_last_epoch",
    "train_seconds",
    "parameters",
    "trainable_parameters",
    "test_samples",
    "sharpness",  # of the network of the last epoch
    "hessian_eigenvalue",
)
RUNS = ["dataset", "protocol", "label", "train_size"]


@dataclass(frozen=True)
class ScoredTwice:
    """The same runs by the accuracy of the epoch that was best on the test data, and of the last.

    Both are means over draws (split seeds), `difference` is the interval of their paired
    differences, first less second.
    """

    dataset: str
    protocol: str
    method: str
    train_size: int
    chosen: float
    last: float
    difference: Interval


def why_optimistic(rows: pd.DataFrame, metric: str) -> str:
    """Why the numbers of these rows of a `results_frame` are too good; empty where they are not."""
    if metric in UNTOUCHED or OPTIMISTIC not in rows.columns:
        return ""
    return next((text for text in rows[OPTIMISTIC] if text), "")


def optimistic_sentence(why: str) -> str:
    """`optimistic: the best epoch was chosen on the test data.`"""
    return f"{OPTIMISTIC}: {without_stop(why)}."


def without_stop(why: str) -> str:
    """The sentence on one line, to stand inside another one."""
    return " ".join(why.split()).rstrip(".")


def marked_labels(frame: pd.DataFrame) -> pd.Series:
    """`method_labels`, with `, optimistic` behind those of optimistic rows: what figures show."""
    labels = method_labels(frame)
    if OPTIMISTIC not in frame:
        return labels
    return labels.where(frame[OPTIMISTIC] == "", labels + f", {OPTIMISTIC}")


def labelled_means(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The `split_means` of a metric, with the `marked_labels` as column `label`."""
    means = split_means(frame, metric)
    why = frame.groupby([*ROW, "split_seed"], sort=True)[OPTIMISTIC].first()
    return means.assign(label=marked_labels(means.assign(**{OPTIMISTIC: why.to_numpy()})))


def honest_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a `results_frame` that are not optimistic."""
    return frame[frame[OPTIMISTIC] == ""]


def scored_twice(frame: pd.DataFrame) -> list[ScoredTwice]:
    """One entry per row of the results whose runs were scored both ways, in a fixed order."""
    labelled = frame.assign(label=method_labels(frame))
    both = labelled[(frame[OPTIMISTIC] != "") & frame["accuracy_last_epoch"].notna()]
    scores = both.astype({"accuracy_last_epoch": float}).groupby([*RUNS, "split_seed"])
    draws = scores[["accuracy", "accuracy_last_epoch"]].mean()
    return [_scored(row, values) for row, values in draws.groupby(level=RUNS)]


def _scored(row: tuple[Any, ...], values: pd.DataFrame) -> ScoredTwice:
    chosen, last = values["accuracy"], values["accuracy_last_epoch"]
    dataset, protocol, method, size = row
    difference = difference_interval(chosen - last).within(*SHARE.of_differences)
    return ScoredTwice(
        dataset, protocol, method, int(size), float(chosen.mean()), float(last.mean()), difference
    )
