"""The metrics a table can show: their names, units, and which direction is better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import pandas as pd
from pandas.api.types import is_numeric_dtype

from benchmarks.evidence.axes import ROW, SEEDS
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.ranges import Range, range_of
from benchmarks.grid.errors import nearest

Direction = Literal["larger", "smaller", "none"]
DIGITS = 3
NOT_METRICS = (*ROW, *SEEDS, "threads", "key")


@dataclass(frozen=True)
class Metric:
    """A number of each run: `says` names it in a caption, `scale` takes it to `unit`.

    `direction` tells which values are better; with `none` nothing is best. `digits` are decimals.
    """

    name: str
    says: str
    unit: str = ""
    scale: float = 1.0
    digits: int = DIGITS
    direction: Direction = "none"

    def number(self, value: float) -> str:
        """The value in the metric's unit, never as `-0.0`: accuracy 0.9853 -> `98.5`."""
        text = f"{self.scale * value:.{self.digits}f}"
        return text.removeprefix("-") if float(text) == 0 else text

    def difference(self, value: float) -> str:
        """A difference in the metric's unit, with its sign: accuracy 0.0312 -> `+3.1`."""
        text = self.number(value)
        return text if text.startswith("-") or float(text) == 0 else f"+{text}"

    @property
    def heading(self) -> str:
        """`says` where a sentence begins: `Test accuracy`."""
        return f"{self.says[:1].upper()}{self.says[1:]}"

    @property
    def in_unit(self) -> str:
        """How a caption goes on: ` in %`, or nothing for a number without a unit."""
        return f" in {self.unit}" if self.unit else ""

    @property
    def in_unit_of_differences(self) -> str:
        """As `in_unit`; differences of percentages are points."""
        return " in points" if self.is_share else self.in_unit

    @property
    def range(self) -> Range:
        """What its values can be."""
        return range_of(self.name)

    def range_of(self, difference: bool) -> Range:
        """What its values can be, or a difference of two of them."""
        return self.range.of_differences if difference else self.range

    def overshoots(self, mean: float, reach: float, difference: bool = False) -> bool:
        """Whether `mean ± reach`, rounded as they are shown, goes beyond what can be."""
        possible, rounding = self.range_of(difference), 0.5 / 10**self.digits
        middle, half = float(self.number(mean)), float(self.number(reach))
        least, most = self.scale * possible.least, self.scale * possible.most
        return bool(middle - half < least - rounding or middle + half > most + rounding)

    def interval(self, low: float, high: float, difference: bool = False) -> str:
        """Both ends in the metric's unit: `[80.8, 100.0]`, `[-100.0, +100.0]` of differences."""
        write = self.difference if difference else self.number
        return f"[{write(low)}, {write(high)}]"

    @property
    def is_share(self) -> bool:
        """Whether its values are from 0 to 1, and shown in %."""
        return self.unit == "%"


def _share(name: str, says: str) -> Metric:
    return Metric(name, says, "%", 100.0, 1, "larger")


METRICS = {
    metric.name: metric
    for metric in (
        _share("accuracy", "test accuracy"),
        _share("train_accuracy", "training accuracy"),
        _share("accuracy_last_epoch", "test accuracy after the last epoch"),
        _share("all_right", "every test sample right"),
        _share("balanced_accuracy", "balanced test accuracy"),
        _share("macro_f1", "macro-averaged F1 score"),
        _share("auroc", "area under the ROC curve"),
        _share("average_precision", "average precision"),
        _share("f1_at_threshold", "F1 score at a threshold chosen on validation samples"),
        Metric("log_loss", "log loss on the test samples", "nats", direction="smaller"),
        Metric("brier", "Brier score on the test samples", direction="smaller"),
        Metric("calibration_error", "calibration error", direction="smaller"),
        Metric("train_seconds", "training time", "s", direction="smaller"),
        Metric("sharpness", "sharpness in the box of Keskar et al."),
        Metric("hessian_eigenvalue", "largest eigenvalue of the Hessian"),
        Metric("parameters", "number of parameters", digits=0),
        Metric("trainable_parameters", "number of trainable parameters", digits=0),
        Metric("test_samples", "number of test samples", digits=0),
    )
}


def metric_of(name: str, direction: str | None, frame: pd.DataFrame) -> Metric:
    """The metric of this name, with `direction` (None: the one that is known of it).

    Any column of numbers that is no axis is a metric. Raises EvidenceError for another name, for
    an unknown direction, and where the direction of a metric that is not in METRICS is not told.
    """
    known = [column for column in frame.columns if _is_metric(frame[column])]
    if name not in known:
        raise EvidenceError(f"metric={name}: {nearest(name, known)}")
    if direction is not None and direction not in get_args(Direction):
        raise EvidenceError(f"direction={direction}: {nearest(direction, get_args(Direction))}")
    metric = METRICS.get(name)
    if metric is None and direction is None:
        raise EvidenceError(
            f"direction of metric={name} is unknown: add direction=larger, smaller or none"
        )
    metric = metric or Metric(name, name)
    return metric if direction is None else replace(metric, direction=cast(Direction, direction))


def _is_metric(values: pd.Series) -> bool:
    if values.name in NOT_METRICS or values.name in METRICS:
        return values.name in METRICS
    # Columns that some records lack hold None beside their numbers.
    present = values.dropna()
    return not present.empty and is_numeric_dtype(present.infer_objects())
