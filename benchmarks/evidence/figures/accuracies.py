"""Accuracies, or other shares, of many methods at one training size, a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.evidence.axes import NO_AUGMENTATION
from benchmarks.evidence.figures.cells import inner_label, measured_rows, without_attrs
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import new_figure
from benchmarks.evidence.figures.style import FAINT, INK, PAGE, PALETTE, QUIET, house_style
from benchmarks.evidence.optimism import labelled_means
from benchmarks.evidence.statistics import accuracy_interval
from benchmarks.evidence.tables.metrics import METRICS, Metric
from benchmarks.evidence.wording import interval_text, percent
from benchmarks.grid.metrics import ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL = ["dataset", "protocol", "method", "train_size"]
PanelName = tuple[str, str, str, int]
ROW_HEIGHT, AROUND = 0.15, 0.75  # inches
MANY = 9  # rows in a table of curves from which on they are too many for a legend


def without_curves(frame: pd.DataFrame) -> bool:
    """Whether there are no curves to draw: each of many methods was run at one size."""
    labelled = labelled_means(without_attrs(frame), "accuracy")
    sizes = labelled.groupby(["dataset", "protocol", "label"])["train_size"].nunique()
    return len(sizes) >= MANY and sizes.max() == 1


def accuracies(
    frame: pd.DataFrame,
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    metric: str = ACCURACY,
) -> Drawing:
    """Draws `path_stem`.pdf and .png from a `results_frame`.

    One panel per data set, protocol, method and size, in the order of `datasets` and `methods`; in
    it a row per backbone, loss and augmentation, the best on top: the mean over draws with its 95 %
    interval (`statistics.accuracy_interval`). A line stands at the one without augmentation.
    `metric` is a share and a column of the frame; rows without it are left out.

    Raises EvidenceError for an accuracy that is not finite.
    """
    panels = _panels(measured_rows(frame, metric), metric, methods, datasets)
    shown = METRICS[metric]
    heights = [AROUND + ROW_HEIGHT * len(rows) for _, rows in panels]
    with house_style():
        figure = new_figure(PAGE, sum(heights))
        axes = figure.subplots(len(panels), 1, height_ratios=heights, squeeze=False)
        for ax, (name, rows) in zip(axes.flat, panels, strict=True):
            _draw(ax, rows, shown)
            ax.set_title(_title(name, panels))
        title = "Accuracies" if metric == ACCURACY else shown.heading
        return save(figure, path_stem, title, _words(panels, shown))


def _panels(
    frame: pd.DataFrame, metric: str, methods: Sequence[str], datasets: Sequence[str]
) -> list[tuple[PanelName, pd.DataFrame]]:
    means = labelled_means(without_attrs(frame), metric)
    found = []
    for name, rows in means.groupby(PANEL, sort=True):
        told = []
        for (label, augmentation), values in rows.groupby(["label", "augmentation"])[metric]:
            interval = accuracy_interval(values)
            told.append((label, augmentation, interval.estimate, interval.low, interval.high))
        columns = ["label", "augmentation", "mean", "low", "high"]
        table = pd.DataFrame(told, columns=columns).astype({"low": float, "high": float})
        found.append((name, table.sort_values(["mean", "label"], ignore_index=True)))
    places = [{each: place for place, each in enumerate(names)} for names in (datasets, methods)]
    last = len(frame)
    return sorted(
        found,
        key=lambda panel: (places[0].get(panel[0][0], last), places[1].get(panel[0][2], last)),
    )


def _draw(ax: Axes, rows: pd.DataFrame, shown: Metric) -> None:
    plain = rows[rows["augmentation"] == NO_AUGMENTATION]
    if len(plain) == 1:
        ax.axvline(100 * plain["mean"].iloc[0], color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)))
    places = range(len(rows))
    known = rows["low"].notna()
    ax.hlines(
        [place for place in places if known.iloc[place]],
        100 * rows.loc[known, "low"],
        100 * rows.loc[known, "high"],
        color=PALETTE[0],
        linewidth=1.0,
    )
    ax.plot(100 * rows["mean"], places, "o", color=PALETTE[0], markersize=3.5, gid="means")
    ax.set_yticks(places, [inner_label(label) for label in rows["label"]])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlabel(f"{shown.says} (%)")
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.spines["left"].set_color(INK)


def _title(name: PanelName, panels: Sequence[tuple[PanelName, pd.DataFrame]]) -> str:
    dataset, protocol, method, size = name
    several = len({other[1] for other, _ in panels}) > 1
    return f"{dataset}{f', {protocol}' if several else ''}, {method}, n = {size}"


def _words(panels: Sequence[tuple[PanelName, pd.DataFrame]], shown: Metric) -> str:
    parts = [f"Mean {shown.says} of each method, with 95 % intervals."]
    for name, rows in panels:
        told = []
        for row in rows[::-1].itertuples():
            interval = None if pd.isna(row.low) else [row.low, row.high]
            text = f"{row.label} {percent(row.mean)}"
            told.append(f"{text} {interval_text(interval, 'mean')}" if interval else text)
        parts.append(f"{_title(name, panels)}: {'; '.join(told)}.")
    return " ".join(parts)
