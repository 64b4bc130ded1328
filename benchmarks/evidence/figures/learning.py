"""Learning curves: test accuracy, or another share, against the number of training samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.figures.cells import (
    measured_rows,
    ordered_labels,
    ordered_panels,
    panel_titles,
    without_attrs,
)
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import (
    legend_below,
    panel_figure,
    say_empty,
    share_y_label,
    size_label,
)
from benchmarks.evidence.figures.learning_panel import draw_panel
from benchmarks.evidence.figures.style import NO_RESULT, house_style, looks
from benchmarks.evidence.optimism import labelled_means
from benchmarks.evidence.statistics import accuracy_interval
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.evidence.wording import interval_text, percent
from benchmarks.grid.metrics import ACCURACY

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves

CURVE = ["dataset", "protocol", "label", "method"]
SHARES = ["mean", "low", "high", "floor"]


def learning_curves(
    frame: pd.DataFrame,
    published: Sequence[PublishedCurves],
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    metric: str = ACCURACY,
) -> Drawing:
    """Draws `path_stem`.pdf and .png from a `results_frame`.

    One panel per dataset and protocol (in the order of `datasets`), one line per method (in the
    order of `methods`) through the means over draws, with their 95 % intervals
    (`statistics.accuracy_interval`): as bars side by side where there are few sizes and many
    methods, else as bands. Where a mean is above 90 % the axis is logarithmic in the error, so that
    methods near the ceiling stay apart; a mean without any error is drawn as half a wrong test
    sample in all draws together. Published points are hollow, those of a second source half filled.

    `metric` is a share and a column of the frame; rows without it are left out. The axis of another
    one than accuracy is linear and has no published points.

    Raises EvidenceError for an accuracy that is not finite.
    """
    curves = _curves(measured_rows(frame, metric), metric)
    empty = NO_RESULT if frame.empty else f"{NO_RESULT} with {METRICS[metric].says}"
    published = published if metric == ACCURACY else ()
    order = ordered_labels(curves, methods)
    panels = ordered_panels(curves, datasets)
    titles = panel_titles([name for name, _ in panels])
    with house_style():
        figure, axes = panel_figure(len(panels), 2.75)
        look = looks(order, methods)
        entries: dict[str, Any] = {}
        for ((dataset, _), rows), ax, title in zip(panels, axes, titles, strict=False):
            sources = [curves for curves in published if curves.dataset == dataset]
            entries |= draw_panel(ax, rows, look, sources, metric)
            ax.set_title(title)
            ax.set_xlabel(size_label(frame, dataset))
        if not panels:
            say_empty(axes[0], empty)
        share_y_label(axes)
        in_order = {label: entries.pop(label) for label in order} | entries
        legend_below(figure, in_order)
        alt = _words(panels, titles, order, metric) if panels else f"Empty figure: {empty}."
        return save(figure, path_stem, "Learning curves", alt)


def _curves(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A row per curve and size: the mean over draws, its interval, and the smallest error drawn."""
    tested = frame.groupby("dataset")["test_samples"].max()
    means = labelled_means(without_attrs(frame), metric)
    rows = []
    for (*curve, size), values in means.groupby([*CURVE, "train_size"])[metric]:
        found, samples = accuracy_interval(values), tested[curve[0]]
        floor = 0.5 / (float(samples) * found.pairs) if pd.notna(samples) else 1e-4
        rows.append((*curve, int(size), found.pairs, found.estimate, found.low, found.high, floor))
    table = pd.DataFrame(rows, columns=[*CURVE, "train_size", "draws", *SHARES])
    return table.astype(dict.fromkeys(SHARES, float))


def _words(
    panels: Sequence[tuple[Any, pd.DataFrame]],
    titles: Sequence[str],
    order: Collection[str],
    metric: str,
) -> str:
    says = METRICS[metric].says
    parts = [f"Mean {says} against the number of training samples n, with 95 % intervals."]
    for (_, rows), title in zip(panels, titles, strict=True):
        largest = rows["train_size"].max()
        sizes = f"n = {rows['train_size'].min()} to {largest}"
        curves = [rows[rows["label"] == label] for label in order]
        told = "; ".join(_curve_words(curve) for curve in curves if len(curve))
        parts.append(f"{title}, {sizes}: {told}.")
    return " ".join(parts)


def _curve_words(curve: pd.DataFrame) -> str:
    first, last = curve.iloc[0], curve.iloc[-1]
    interval = None if pd.isna(last["low"]) else [last["low"], last["high"]]
    text = percent(last["mean"])
    if interval:
        text += f" {interval_text(interval, 'mean')}"
    if len(curve) == 1:
        return f"{last['label']} {text}"
    return f"{last['label']} from {percent(first['mean'])} to {text}"
