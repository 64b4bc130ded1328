"""Learning curves: test accuracy, or another share, against the number of training samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.figures.cells import (
    TITLE,
    inner_label,
    measured_rows,
    ordered_labels,
    ordered_panels,
    panel_names,
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
from benchmarks.evidence.figures.learning_panel import LABEL, NEAR_CEILING, draw_panel
from benchmarks.evidence.figures.style import NO_RESULT, folded, house_style, looks
from benchmarks.evidence.optimism import labelled_means
from benchmarks.evidence.statistics import accuracy_interval
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.evidence.wording import interval_text, percent
from benchmarks.grid.metrics import ACCURACY

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves

CURVE = ["dataset", "protocol", "label", "method"]
SHARES = ["mean", "low", "high", "floor"]
CROWDED = 16  # lines in a panel from which on they are too many to be followed
HEIGHT, LOW = 2.75, 1.9  # inches of a panel, and of one of many
LABEL_OF_LOW = 28  # letters in a line beside a low panel
Panel = tuple[str, str, pd.DataFrame]  # data set, title, curves


def learning_curves(
    frame: pd.DataFrame,
    published: Sequence[PublishedCurves],
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    metric: str = ACCURACY,
) -> Drawing:
    """Draws `path_stem`.pdf and .png from a `results_frame`.

    One panel per dataset and protocol (in the order of `datasets`), and per method where lines
    would crowd it; one line per method (in the order of `methods`) and what it was run with,
    through the means over draws, with their 95 % intervals (`statistics.accuracy_interval`): as
    bars side by side where there are few sizes and many methods, else as bands. Where a mean of a
    data set is above 90 % all its axes are logarithmic in the error, so that methods near the
    ceiling stay apart; a mean without any error is drawn as half a wrong test sample in all draws
    together. Published points are hollow, those of a second source half filled.

    `metric` is a share and a column of the frame; rows without it are left out. The axis of another
    one than accuracy is linear and has no published points.

    Raises EvidenceError for an accuracy that is not finite.
    """
    curves = _curves(measured_rows(frame, metric), metric)
    empty = NO_RESULT if frame.empty else f"{NO_RESULT} with {METRICS[metric].says}"
    published = published if metric == ACCURACY else ()
    crowded = _crowded(curves)
    panels = _panels(curves, datasets)
    if crowded:
        panels, methods = _one_method_each(panels, methods), ()
    near_ceiling = _near_ceiling(curves) if metric == ACCURACY else ()
    order = ordered_labels(pd.concat([rows for *_, rows in panels] or [curves]), methods)
    with house_style():
        height, letters = (LOW, LABEL_OF_LOW) if crowded else (HEIGHT, LABEL)
        figure, axes = panel_figure(len(panels), height)
        look = looks(order, methods)
        entries: dict[str, Any] = {}
        for (dataset, title, rows), ax in zip(panels, axes, strict=False):
            sources = [curves for curves in published if curves.dataset == dataset]
            by_error = dataset in near_ceiling
            entries |= draw_panel(ax, rows, look, sources, metric, letters, by_error)
            ax.set_title(folded(title, TITLE))
            ax.set_xlabel(size_label(frame, dataset))
        if not panels:
            say_empty(axes[0], empty)
        share_y_label(axes)
        in_order = {label: entries.pop(label) for label in order} | entries
        legend_below(figure, in_order)
        alt = _words(panels, order, metric) if panels else f"Empty figure: {empty}."
        return save(figure, path_stem, "Learning curves", alt)


def _crowded(curves: pd.DataFrame) -> bool:
    """Whether a panel has too many lines, because methods were run with many things each."""
    counts = curves.groupby(["dataset", "protocol"])[["label", "method"]].nunique()
    return bool(((counts["label"] >= CROWDED) & (counts["label"] > 2 * counts["method"])).any())


def _near_ceiling(curves: pd.DataFrame) -> set[str]:
    """The data sets with a mean near 100 %: all panels of one have axes of one kind."""
    best = curves.groupby("dataset")["mean"].max()
    return set(best.index[best > NEAR_CEILING])


def _panels(curves: pd.DataFrame, datasets: Sequence[str]) -> list[Panel]:
    found = ordered_panels(curves, datasets)
    titles = panel_names([name for name, _ in found])
    return [(name[0], title, rows) for (name, rows), title in zip(found, titles, strict=True)]


def _one_method_each(panels: Sequence[Panel], methods: Sequence[str]) -> list[Panel]:
    """A panel for each method in a panel; its title names the method, so the labels do not."""
    parts = []
    for dataset, title, rows in panels:
        inner = rows.assign(label=rows["label"].map(inner_label))
        for method in dict.fromkeys(ordered_labels(rows, methods).values()):
            parts.append((dataset, f"{title}, {method}", inner[inner["method"] == method]))
    return parts


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


def _words(panels: Sequence[Panel], order: Collection[str], metric: str) -> str:
    says = METRICS[metric].says
    parts = [f"Mean {says} against the number of training samples n, with 95 % intervals."]
    for _, title, rows in panels:
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
