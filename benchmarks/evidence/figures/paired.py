"""Paired differences: what each draw of the training sample says of two methods."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.cells import (
    measured_rows,
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
from benchmarks.evidence.figures.style import FAINT, INK, PALETTE, folded, house_style
from benchmarks.evidence.optimism import labelled_means
from benchmarks.evidence.statistics import Interval, difference_interval
from benchmarks.evidence.tables.metrics import METRICS, Metric
from benchmarks.evidence.wording import interval_text, points
from benchmarks.grid.errors import nearest
from benchmarks.grid.metrics import ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEEDS_FROM, SEEDS_TO, MEAN_AT = -0.32, 0.18, 0.32  # of the room of one size, from its middle
SIZES_NAMED = 12


def paired_differences(
    frame: pd.DataFrame,
    first: str,
    second: str,
    path_stem: str | PathLike[str],
    datasets: Sequence[str] = (),
    metric: str = ACCURACY,
) -> Drawing:
    """Draws `path_stem`.pdf and .png: the metric of `first` minus that of `second`, in points.

    `frame` is a `results_frame`; both methods are named by their labels (`optimism.marked_labels`).
    One panel per dataset and protocol; at each training size a dot per split seed that both
    methods have (initialisations averaged), always at the same place, and beside the dots their
    mean with its 95 % interval (`statistics.difference_interval`). `metric` is a share and a column
    of the frame; rows without it are left out.

    Raises EvidenceError for a method without results, for a method compared with itself and for
    an accuracy that is not finite.
    """
    differences = _differences(measured_rows(frame, metric), metric, first, second)
    panels = ordered_panels(differences, datasets)
    titles = panel_titles([name for name, _ in panels])
    shown = METRICS[metric]
    of = "" if metric == ACCURACY else f"{shown.says}: "
    with house_style():
        figure, axes = panel_figure(len(panels), 2.5)
        entries: dict[str, Any] = {}
        for ((dataset, _), rows), ax, title in zip(panels, axes, titles, strict=False):
            entries |= _panel(ax, rows, shown)
            ax.set_xlabel(size_label(frame, dataset))
            ax.set_title(title)
            ax.set_ylabel(folded(f"{of}{first} \N{MINUS SIGN} {second} (points)", 34))
        if not panels:
            say_empty(axes[0], "no split seed has both methods")
        share_y_label(axes)
        legend_below(figure, entries)
        title = f"{first} minus {second}, draw by draw"
        title += "" if metric == ACCURACY else f" ({shown.says})"
        return save(figure, path_stem, title, _words(panels, titles, shown, first, second))


def _differences(frame: pd.DataFrame, metric: str, first: str, second: str) -> pd.DataFrame:
    """One row per dataset, protocol, size and split seed that both have."""
    means = labelled_means(without_attrs(frame), metric)
    known = set(means["label"])
    for field, name in (("first", first), ("second", second)):
        if name not in known:
            raise EvidenceError(f"{field}={name}: no results; {nearest(name, known)}")
    if first == second:
        raise EvidenceError(f"second={second}: the same method as first; name another one")
    place = ["dataset", "protocol", "train_size", "split_seed"]
    arms = [means[means["label"] == name].set_index(place)[metric] for name in (first, second)]
    joined = pd.concat(arms, axis="columns", join="inner", keys=["first", "second"]).sort_index()
    joined["difference"] = joined["first"] - joined["second"]
    return joined.reset_index()


def _panel(ax: Axes, rows: pd.DataFrame, shown: Metric) -> dict[str, Any]:
    sizes, seeds = sorted(rows["train_size"].unique()), sorted(rows["split_seed"].unique())
    spread = np.linspace(SEEDS_FROM, SEEDS_TO, len(seeds)) if len(seeds) > 1 else [-0.1]
    aside = dict(zip(seeds, spread, strict=True))
    crowded = len(sizes) * len(seeds) > 300
    at = rows["train_size"].map(sizes.index) + rows["split_seed"].map(aside)
    ax.plot(
        at,
        100 * rows["difference"],
        "o",
        color=PALETTE[0],
        markersize=1.6 if crowded else 3,
        markeredgewidth=0,
        alpha=0.6,
        gid="seeds",
    )
    for place, found in enumerate(_intervals(rows, shown).values()):
        if found.low is not None and found.high is not None:
            ax.vlines(place + MEAN_AT, 100 * found.low, 100 * found.high, color=INK, linewidth=1.2)
        ax.plot(
            [place + MEAN_AT],
            [100 * found.measured],
            "D",
            color=INK,
            markersize=2 if len(sizes) > SIZES_NAMED else 3.5,
            gid=f"mean at {sizes[place]}",
        )
    ax.axhline(0, color=INK, linewidth=0.7, zorder=1.5)
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    step = -(-len(sizes) // SIZES_NAMED)
    named = range(0, len(sizes), step)
    ax.set_xticks(named, [str(sizes[place]) for place in named])
    ax.set_xlim(-0.5, len(sizes) - 0.5)
    (dot,) = ax.plot([], [], "o", color=PALETTE[0], markersize=3, markeredgewidth=0)
    (mean,) = ax.plot([], [], "D-", color=INK, markersize=3.5, linewidth=1.2)
    return {"one draw (split seed)": dot, "mean over draws, 95 % interval": mean}


def _intervals(rows: pd.DataFrame, shown: Metric) -> dict[int, Interval]:
    """Of the mean difference at each size."""
    possible = shown.range.of_differences
    return {
        int(size): difference_interval(values).within(*possible)
        for size, values in rows.groupby("train_size", sort=True)["difference"]
    }


def _words(
    panels: Sequence[tuple[Any, pd.DataFrame]],
    titles: Sequence[str],
    shown: Metric,
    first: str,
    second: str,
) -> str:
    if not panels:
        return f"Empty figure: no split seed has results of both {first} and {second}."
    told = [f"{shown.heading} of {first} minus that of {second}, draw by draw."]
    for (_, rows), title in zip(panels, titles, strict=True):
        wins = rows["difference"].gt(0).groupby(rows["train_size"]).sum()
        parts = [
            f"n = {size}: {_mean_words(found)}, {first} ahead in {wins[size]} of {found.pairs}"
            for size, found in _intervals(rows, shown).items()
        ]
        told.append(f"{title}: {'; '.join(parts)}.")
    return " ".join(told)


def _mean_words(found: Interval) -> str:
    text = points(found.estimate)
    return f"{text} {interval_text(found.ends, 'difference')}" if found.ends else text
