"""One panel of learning curves: lines, intervals, published points and an axis for shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from benchmarks.evidence.figures.layout import grow_by_factors, size_axis
from benchmarks.evidence.figures.style import FAINT, INK, Look, folded
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.grid.metrics import ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from benchmarks.evidence.claims.files import PublishedCurves

NEAR_CEILING = 0.9  # beyond it methods differ by factors of the error rather than by points
TICKS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999]
FINE_TICKS = [0.2, 0.4, 0.6, 0.75, 0.85, 0.88, 0.92, 0.93, 0.94, 0.96, 0.97, 0.985, 0.993, 0.997]
MARKED = 15  # points of one curve with a marker
FEW = 3  # methods whose bands can be told apart
LABEL = 42  # letters in a line of the label of the axis
AXIS_POINTS = 200  # width of a panel's axis
ROOM, APART = 1.5, 4.0  # least and largest distance of two bars, in points
FILLED = ["none", "bottom", "right", "top", "left"]  # of published points, by source


def draw_panel(
    ax: Axes,
    rows: pd.DataFrame,
    look: dict[str, Look],
    sources: Sequence[PublishedCurves],
    metric: str = ACCURACY,
    letters: int = LABEL,
    by_error: bool = False,
) -> dict[str, Line2D]:
    """Draws the curves of one dataset and returns what the legend has to explain.

    `rows` hold label, method, train_size, mean, low, high (shares; NaN without an interval) and
    floor, the smallest error that is drawn. The axis is logarithmic in the error where `by_error`
    says so, else linear. The label of the axis has lines of at most `letters`.
    """
    floor = float(rows["floor"].min()) if by_error else None
    scale = _Scale(floor, METRICS[metric].says, letters)
    entries = _curves(ax, rows, look, scale)
    for place, source in enumerate(sources):
        entries |= _published(ax, rows, look, source, FILLED[place % len(FILLED)], scale)
    points = [line.get_ydata() for line in ax.lines]
    scale.finish(ax, np.concatenate(points))
    return entries


@dataclass(frozen=True)
class _Scale:
    """Heights of shares: errors from `floor` up on a logarithmic axis or, without, per cent.

    `says` names the shares, in lines of at most `letters`.
    """

    floor: float | None
    says: str
    letters: int

    def height(self, shares: ArrayLike) -> np.ndarray:
        shares = np.asarray(shares, dtype=float)
        return 100 * shares if self.floor is None else np.maximum(1 - shares, self.floor)

    def finish(self, ax: Axes, heights: np.ndarray) -> None:
        """The axis for these points; intervals may reach beyond it."""
        ax.grid(axis="y", color=FAINT, linewidth=0.6)
        if self.floor is None:
            ax.set_ylabel(folded(f"{self.says} (%)", self.letters))
            return
        top = max(heights.min() * 0.6, self.floor * 0.85)
        bottom = min(max(heights.max(), 0.02) * 1.3, 1.0)
        ticks = _ticks(self.floor, top, bottom)
        ax.set_ylabel(folded(f"{self.says} (%), log scale of the error", self.letters))
        ax.set_yscale("log")
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.set_ylim(bottom, top)  # after the ticks, which would widen it
        ax.minorticks_off()


def _ticks(floor: float, top: float, bottom: float) -> dict[float, str]:
    """Error -> accuracy in per cent; 100 stands at the floor."""

    def inside(shares: Sequence[float]) -> dict[float, str]:
        lowest = max(top, 1.5 * floor)
        return {1 - s: f"{100 * s:g}" for s in shares if lowest <= 1 - s <= bottom}

    ticks = inside(TICKS)
    if len(ticks) < 4:
        ticks |= inside(FINE_TICKS)
    return ticks | ({floor: "100"} if floor >= top else {})


def _curves(
    ax: Axes, rows: pd.DataFrame, look: dict[str, Look], scale: _Scale
) -> dict[str, Line2D]:
    present = [label for label in look if label in set(rows["label"])]
    sizes = sorted(rows["train_size"].unique())
    size_axis(ax, sizes)
    offsets, marked = _offsets(sizes, len(present)), -(-len(sizes) // MARKED)
    entries = {}
    for place, label in enumerate(present):
        curve, mine = rows[rows["label"] == label], look[label]
        at = _aside(curve["train_size"], offsets[place], grow_by_factors(sizes))
        low, high = scale.height(curve["low"]), scale.height(curve["high"])
        if offsets.any() or len(sizes) == 1:  # a band needs two sizes to be seen
            ax.vlines(at, low, high, color=mine.color, linewidth=0.9, alpha=0.75)
        else:
            alpha = min(0.15, 0.7 / len(present))
            ax.fill_between(at, low, high, color=mine.color, alpha=alpha, linewidth=0)
        (entries[label],) = ax.plot(
            at,
            scale.height(curve["mean"]),
            color=mine.color,
            marker=mine.marker,
            linestyle=mine.dashes,
            markeredgecolor="white",
            markeredgewidth=0.4,
            markevery=(place % marked, marked),
            zorder=3 + place / 100,
            gid=label,
        )
    return entries


def _published(
    ax: Axes,
    rows: pd.DataFrame,
    look: dict[str, Look],
    source: PublishedCurves,
    fill: str,
    scale: _Scale,
) -> dict[str, Line2D]:
    """The source's points for the methods that are drawn, in the look of each method."""
    labels = dict(zip(rows["method"][::-1], rows["label"][::-1], strict=True))
    known = sorted(set(source.points) & set(labels))
    for method in known:
        points, mine = sorted(source.points[method].items()), look[labels[method]]
        heights = scale.height([share for _, share in points])
        marks = _hollow(mine.marker, mine.color, fill)
        ax.plot([size for size, _ in points], heights, gid=source.label, zorder=5, **marks)
    return {source.label: ax.plot([], [], **_hollow("o", INK, fill))[0]} if known else {}


def _offsets(sizes: Sequence[int], methods: int) -> np.ndarray:
    """How far to the side each method's points go, in units of n (or of log n); 0 without room."""
    along = np.log(sizes) if grow_by_factors(sizes) else np.asarray(sizes, dtype=float)
    gap = float(np.diff(along).min()) if len(sizes) > 1 else 1.0
    point = (along[-1] - along[0] + gap) / AXIS_POINTS
    step = min(0.6 * gap / methods, APART * point)
    points_apart = step / point
    if methods <= FEW or points_apart < ROOM:
        return np.zeros(methods)
    shifts: np.ndarray = (np.arange(methods) - (methods - 1) / 2) * step
    return shifts


def _aside(sizes: pd.Series, offset: float, by_factors: bool) -> pd.Series:
    return sizes * math.exp(offset) if by_factors else sizes + offset


def _hollow(marker: str, color: str, fill: str) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": marker,
        "color": color,
        "fillstyle": fill,
        "markerfacecoloralt": "white",
        "markersize": 4.5,
        "markeredgewidth": 0.9,
    }
