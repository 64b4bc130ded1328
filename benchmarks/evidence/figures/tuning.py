"""The search for hyper-parameters: best validation score so far, and which fields mattered."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import legend_below, panel_figure, share_y_label
from benchmarks.evidence.figures.style import FAINT, Look, counted, cut, house_style, looks
from benchmarks.evidence.trials import best_so_far, importances, mean_over_splits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "The search for hyper-parameters"


def tuning_progress(
    trials: pd.DataFrame,
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
) -> Drawing:
    """Draws `path_stem`.pdf and .png from a `trials_frame`.

    One panel per data set and train size with the best validation score of each method against
    the epochs spent, in whole trainings: mean over splits. Where a rung ends, the line begins anew:
    with more epochs, the best of the trials that are left. The last panel has the share of the
    variance that each searched field explains.
    """
    progress, shares = best_so_far(trials), importances(trials)
    order = {label: label.split(" (")[0] for label in sorted(trials["label"].unique())}
    places = [name for name, _ in progress.groupby(["dataset", "train_size"], sort=True)]
    if datasets:
        places.sort(key=lambda place: (_place(datasets, place[0]), place[1]))
    with house_style():
        figure, axes = panel_figure(len(places) + bool(shares), 2.5)
        look = looks(order, methods)
        entries: dict[str, Any] = {}
        for ax, (dataset, size) in zip(axes, places, strict=False):
            rows = progress[(progress["dataset"] == dataset) & (progress["train_size"] == size)]
            entries |= _search(ax, rows, look, _judged_by(trials))
            ax.set_title(f"{dataset}, n = {size}")
        share_y_label(axes[: len(places)])
        if shares:
            _importances(axes[-1], shares, look)
        legend_below(figure, {label: entries[label] for label in look})
        return save(figure, path_stem, TITLE, _words(progress, shares, _judged_by(trials)))


def _judged_by(trials: pd.DataFrame) -> str:
    """What the trials were judged by, in words; several with a stroke between them."""
    return " / ".join(name.replace("_", " ") for name in sorted(trials["judged_by"].unique()))


def _place(names: Sequence[str], name: str) -> int:
    return list(names).index(name) if name in names else len(names)


def _search(ax: Axes, rows: pd.DataFrame, look: dict[str, Look], judged_by: str) -> dict[str, Any]:
    entries = {}
    for label, mine in look.items():
        own = rows[rows["label"] == label]
        if own.empty:
            continue
        for rung, steps in mean_over_splits(own).groupby("rung", sort=True):
            (line,) = ax.plot(
                steps["spent"],
                100 * steps["best"],
                color=mine.color,
                linestyle=mine.dashes,
                marker=mine.marker if len(steps) <= 20 else None,
                markersize=3,
                drawstyle="steps-post",
                gid=f"{label} rung {rung}",
            )
        entries[label] = line
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, -1), min(high, 101))
    ax.set_ylabel(f"best validation {judged_by} (%)")
    ax.set_xlabel("epochs spent, in whole trainings")
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    return entries


def _importances(ax: Axes, shares: dict[str, dict[str, float]], look: dict[str, Look]) -> None:
    fields = sorted({field for found in shares.values() for field in found})
    height = 0.8 / len(shares)
    for place, (label, found) in enumerate(shares.items()):
        at = np.arange(len(fields)) + (place - (len(shares) - 1) / 2) * height
        values = [100 * found.get(field, 0.0) for field in fields]
        ax.barh(at, values, height=0.9 * height, color=look[label].color, linewidth=0)
    ax.set_yticks(range(len(fields)), [cut(field, 24) for field in fields])
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("importance (% of the variance explained)")
    ax.set_title("searched fields")


def _words(progress: pd.DataFrame, shares: dict[str, dict[str, float]], judged_by: str) -> str:
    told = [f"Best validation {judged_by} of each search at its end, mean over splits."]
    last = progress[progress["rung"] == progress.groupby("label")["rung"].transform("max")]
    for (dataset, size), rows in last.groupby(["dataset", "train_size"], sort=True):
        parts = []
        for label, own in rows.groupby("label", sort=True):
            ends = own.groupby("split_seed")["best"].max()
            parts.append(f"{label} {100 * ends.mean():.1f} % ({counted(len(ends), 'split')})")
        told.append(f"{dataset}, n = {size}: {'; '.join(parts)}.")
    for label, found in shares.items():
        parts = [f"{field} {100 * share:.0f} %" for field, share in found.items()]
        told.append(f"Importance for {label}: {', '.join(parts)}.")
    return " ".join(told)
