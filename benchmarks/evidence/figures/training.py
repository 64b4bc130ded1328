"""Training curves: training loss by epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.cells import (
    cell_of,
    chosen_cells,
    ordered_labels,
    ordered_panels,
    panel_titles,
)
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import legend_below, panel_figure, say_empty, share_y_label
from benchmarks.evidence.figures.style import FAINT, Look, counted, house_style, looks, power_of_ten
from benchmarks.records.store import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSS = "train_loss"
STEPS = [step * 10**power for power in range(9) for step in (1, 2, 5)]
POINTS = 40  # of one curve
SMALLEST = -6  # as a power of ten: a smaller loss only says that training is over
NO_HISTORY = "no training history"


def training_curves(
    histories: Iterable[tuple[Record, Mapping[str, Sequence[float]]]],
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    train_size: int | None = None,
) -> Drawing:
    """Draws `path_stem`.pdf and .png: mean training loss by epoch, one line per method.

    `histories` are records with their histories; those without `train_loss` (methods that do not
    train in epochs) are left out. One panel per dataset and protocol, at `train_size` or the
    dataset's largest. The band goes from the smallest to the largest loss of all runs. A run that
    stopped early counts with its last loss from then on. Longer histories are drawn as 40 points
    at most, each the mean over the epochs since the point before. Losses below 10⁻⁶ are drawn
    there.

    Raises EvidenceError for a loss that is not finite and for a size without any history.
    """
    table = chosen_cells(_with_losses(histories), train_size)
    order = ordered_labels(table, methods)
    panels = ordered_panels(table, datasets)
    titles = [
        f"{title}, n = {rows['train_size'].iloc[0]}"
        for title, (_, rows) in zip(panel_titles([n for n, _ in panels]), panels, strict=True)
    ]
    curves = [_curves(rows, order) for _, rows in panels]
    with house_style():
        figure, axes = panel_figure(len(panels), 2.5)
        look = looks(order, methods)
        entries: dict[str, Any] = {}
        for drawn, ax, title in zip(curves, axes, titles, strict=False):
            entries |= _panel(ax, drawn, look)
            ax.set_title(title)
        if not panels:
            say_empty(axes[0], NO_HISTORY)
        share_y_label(axes)
        legend_below(figure, {label: entries[label] for label in order})
        return save(figure, path_stem, "Training loss by epoch", _words(titles, curves))


def _with_losses(
    histories: Iterable[tuple[Record, Mapping[str, Sequence[float]]]],
) -> list[dict[str, Any]]:
    cells = []
    for record, history in histories:
        losses = history.get(LOSS)
        if losses:
            _refuse_not_finite(record, losses)
            cells.append({**cell_of(record), "losses": losses})
    return cells


def _refuse_not_finite(record: Record, losses: Sequence[float]) -> None:
    for epoch, loss in enumerate(losses, 1):
        if loss is None or not math.isfinite(loss):
            raise EvidenceError(
                f"record {record['key'][:12]}: history.{LOSS}={loss} in epoch {epoch}: only finite"
                " losses can be drawn; leave this record out"
            )


def _curves(rows: pd.DataFrame, order: Iterable[str]) -> dict[str, np.ndarray]:
    """By label the losses of its runs: an array of shape (runs, epochs)."""
    found = {}
    for label in order:
        runs = rows.loc[rows["label"] == label, "losses"]
        epochs = max(map(len, runs), default=0)
        if epochs:
            found[label] = np.array([[*run, *[run[-1]] * (epochs - len(run))] for run in runs])
    return found


def _panel(ax: Axes, curves: dict[str, np.ndarray], look: dict[str, Look]) -> dict[str, Any]:
    lengths = [losses.shape[1] for losses in curves.values()]
    by_factors = max(lengths) > 4 * min(lengths)
    shown = {label: _shown_epochs(losses.shape[1], by_factors) for label, losses in curves.items()}
    drawn = {label: _averaged(losses, shown[label]) for label, losses in curves.items()}
    means = np.concatenate([losses.mean(axis=0) for losses in drawn.values()])
    floor = 10.0**SMALLEST if means.max() > 20 * max(means.min(), 10.0**SMALLEST) else 0.0
    entries = {}
    for place, (label, losses) in enumerate(drawn.items()):
        mine = look[label]
        low, mean, high = (
            np.maximum(of_runs(axis=0), floor) for of_runs in (losses.min, losses.mean, losses.max)
        )
        ax.fill_between(shown[label], low, high, color=mine.color, alpha=0.12, linewidth=0)
        (entries[label],) = ax.plot(
            shown[label],
            mean,
            color=mine.color,
            linestyle=mine.dashes,
            marker=mine.marker,
            markevery=0.15 if len(mean) > 8 else None,
            markeredgecolor="white",
            markeredgewidth=0.4,
            zorder=3 + place / 100,
            gid=label,
        )
    ax.set_ylabel("training loss")
    ax.set_xlabel("epoch")
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    _epoch_axis(ax, max(lengths), by_factors)
    if floor:
        lowest = min(float(losses.min()) for losses in drawn.values())
        _loss_axis(ax, max(lowest, floor), float(means.max()))
    return entries


def _shown_epochs(epochs: int, by_factors: bool) -> np.ndarray:
    """The increasing epochs (from 1) that get a point; the first and the last are among them."""
    space = np.geomspace if by_factors else np.linspace
    return np.unique(space(1, epochs, min(POINTS, epochs)).round().astype(int))


def _averaged(losses: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """Mean losses over the epochs up to each shown one: (runs, epochs) -> (runs, shown)."""
    starts = np.concatenate([[0], epochs[:-1]])
    means: np.ndarray = np.add.reduceat(losses, starts, axis=1) / (epochs - starts)
    return means


def _epoch_axis(ax: Axes, longest: int, by_factors: bool) -> None:
    if not by_factors:
        step = next(step for step in STEPS if longest <= 6 * step)
        ticks = [epoch for epoch in range(0, longest + 1, step) if epoch] or [1]
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        return
    ax.set_xscale("log")
    ticks = [step for step in STEPS if step <= longest]
    ticks = ticks if len(ticks) <= 9 else [tick for tick in ticks if str(tick)[0] == "1"]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks([], minor=True)


def _loss_axis(ax: Axes, smallest: float, largest: float) -> None:
    ax.set_yscale("log")
    lowest, highest = math.floor(math.log10(smallest)), math.ceil(math.log10(largest))
    step = -(-(highest - lowest) // 6)
    powers = range(lowest, highest + 1, step)
    names = {power: power_of_ten(power) for power in powers}
    if lowest == SMALLEST:
        names[lowest] = f"≤ {names[lowest]}"
    ax.set_yticks([10.0**power for power in powers], list(names.values()))
    ax.minorticks_off()
    ax.set_ylim(10.0 ** (lowest - 0.3), None)


def _words(titles: Sequence[str], curves: Sequence[dict[str, np.ndarray]]) -> str:
    if not titles:
        return f"Empty figure: {NO_HISTORY}."
    told = ["Mean training loss by epoch, from the first to the last."]
    for title, drawn in zip(titles, curves, strict=True):
        parts = [f"{label} {_curve_words(losses)}" for label, losses in drawn.items()]
        told.append(f"{title}: {'; '.join(parts)}.")
    return " ".join(told)


def _curve_words(losses: np.ndarray) -> str:
    runs, epochs = losses.shape
    mean = losses.mean(axis=0)
    text = f"from {mean[0]:.2g} to {mean[-1]:.2g} in {counted(epochs, 'epoch')}"
    return f"{text} ({counted(runs, 'run')})"
