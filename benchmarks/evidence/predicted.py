"""Metrics that no record holds, from the predictions that lie beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from benchmarks.evidence.metrics import prediction_metrics
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import results_frame
from benchmarks.records.holdings import Holding

PREDICTED: tuple[str, ...] = ("balanced_accuracy", "macro_f1", "log_loss", "brier")
PREDICTED += ("calibration_error", "auroc", "average_precision", "f1_at_threshold")
ALL_RIGHT = "all_right"  # 1 where every test sample is right, else 0
# From the keys of finished cells to each cell's predictions, in any order.
PredictionsOf = Callable[[Iterable[str]], Iterable[tuple[str, Mapping[str, np.ndarray]]]]


def frame_of(held: Holding, metrics: Iterable[str] = ()) -> pd.DataFrame:
    """What is held as a frame, with those of the metrics that only predictions can tell."""
    return with_predicted_metrics(results_frame(held.records), metrics, held.predictions)


def with_predicted_metrics(
    frame: pd.DataFrame, names: Iterable[str], predictions_of: PredictionsOf
) -> pd.DataFrame:
    """The frame with these metrics as columns, those that are metrics of predictions, and
    `all_right`, whose mean is the share of cells without a mistake.

    A cell for which a metric cannot be told (no probabilities, one class only) has none there, and
    a notice says for how many cells, and why.
    """
    names = set(names)
    if ALL_RIGHT in names:
        frame = frame.assign(**{ALL_RIGHT: (frame["accuracy"] == 1).astype(float)})
    wanted = sorted(names & set(PREDICTED) - set(frame.columns))
    if not wanted:
        return frame
    found: dict[str, dict[str, float | None]] = {name: {} for name in wanted}
    reasons: dict[tuple[str, str], int] = {}
    recorded = frame.set_index("key")
    kinds, thresholds = recorded["score_kind"], recorded["threshold"]
    for key, arrays in predictions_of(frame["key"]):
        kind, threshold = kinds[key], thresholds[key]  # pandas has nan where a record has none
        measures = prediction_metrics(
            arrays,
            kind if isinstance(kind, str) else None,
            None if pd.isna(threshold) else float(threshold),
        )
        for name in wanted:
            found[name][key] = measures[name].value
            reason = measures[name].reason
            if reason:
                reasons[name, reason] = reasons.get((name, reason), 0) + 1
    columns = {name: frame["key"].map(found[name]).astype(float) for name in wanted}
    measured = frame.assign(**columns)
    measured.attrs["notices"] = [*frame.attrs.get("notices", ()), *_notices(reasons)]
    return measured


def _notices(reasons: dict[tuple[str, str], int]) -> list[Notice]:
    return [
        Notice("note", f"{name.replace('_', ' ')}: none for {count} cells, {reason}.")
        for (name, reason), count in sorted(reasons.items())
    ]
