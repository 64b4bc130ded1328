"""Figures and panels of the sizes of print, their legends and their axes of training sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.figures.style import COLUMN, LINE, NO_RESULT, QUIET, folded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def new_figure(width: float, height: float, layout: str = "constrained") -> Figure:
    """An empty figure of a size in inches, drawn without a window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # "none", too, which the stubs of matplotlib leave out.
    figure = Figure(figsize=(width, height), layout=layout)  # type: ignore[arg-type]
    FigureCanvasAgg(figure)
    return figure


def panel_figure(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """`count` panels, each as wide as a column and `height` inches high, two in a row."""
    columns, rows = min(max(count, 1), 2), max(math.ceil(count / 2), 1)
    figure = new_figure(COLUMN * columns, height * rows)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in axes[max(count, 1) :]:
        unused.remove()
    return figure, axes[: max(count, 1)]


def say_empty(ax: Axes, text: str = NO_RESULT) -> None:
    """Says in place of a plot that there is none."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, text, ha="center", va="center", color=QUIET, transform=ax.transAxes)


def share_y_label(axes: Sequence[Axes]) -> None:
    """Drops the label of a panel whose left neighbour has the same one."""
    labels = [ax.get_ylabel() for ax in axes]
    for place, ax in enumerate(axes):
        if place % 2 and labels[place] == labels[place - 1]:
            ax.set_ylabel("")


def legend_below(figure: Figure, entries: Mapping[str, Any]) -> None:
    """One legend below all panels; the figure grows by its height."""
    if not entries:
        return
    width, height = figure.get_size_inches()
    labels = [folded(label, 50) for label in entries]
    columns = _legend_columns(labels, width)
    lines = max(
        sum(label.count("\n") + 1 for label in column) for column in _columns(labels, columns)
    )
    figure.set_figheight(height + LINE * lines + 0.05)
    legend = figure.legend(
        list(entries.values()),
        ["x"] * len(labels),  # one that begins with _ would be left out
        loc="outside lower center",
        ncols=columns,
        handlelength=2.8,
        columnspacing=1.4,
        labelspacing=0.35,
        borderaxespad=0.2,
        borderpad=0.2,
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)


def _legend_columns(labels: Sequence[str], width: float) -> int:
    """As many as fit into `width` inches."""
    for count in range(min(len(labels), 5), 1, -1):
        needed = [
            0.6 + 0.06 * max(len(line) for label in column for line in label.splitlines())
            for column in _columns(labels, count)
        ]
        if sum(needed) <= width:
            return count
    return 1


def _columns(labels: Sequence[str], count: int) -> list[list[str]]:
    """Filled one after the other as a legend's are: the first ones have one more."""
    each, more = divmod(len(labels), count)
    ends = [each * place + min(place, more) for place in range(count + 1)]
    return [list(labels[start:end]) for start, end in pairwise(ends)]


def grow_by_factors(sizes: Sequence[int]) -> bool:
    """Whether steps between the increasing sizes differ so much that a log axis suits them."""
    gaps = [after - before for before, after in pairwise(sizes)]
    return bool(gaps) and max(gaps) > 3 * min(gaps)


def size_axis(ax: Axes, sizes: Sequence[int], shown: int = 8) -> None:
    """The axis of training sizes: logarithmic where these grow by factors, ticks only at sizes."""
    if grow_by_factors(sizes):
        ax.set_xscale("log")
    ticks = spaced(sizes, shown, logarithmic=grow_by_factors(sizes))
    ax.set_xticks(ticks, [str(size) for size in ticks])
    ax.set_xticks([], minor=True)


def size_label(frame: pd.DataFrame, dataset: str) -> str:
    """What the sizes of a data set count, by its `results_frame`."""
    per_class = dataset in frame.attrs.get("per_class", ())
    return "training samples n of each class" if per_class else "training samples n"


def spaced(values: Sequence[int], shown: int, logarithmic: bool = False) -> list[int]:
    """Some of the increasing values, at least 1/`shown` of the range apart."""
    place = math.log if logarithmic else float
    apart = (place(values[-1]) - place(values[0])) / shown
    kept = [values[0]]
    for value in values[1:]:
        if place(value) - place(kept[-1]) >= apart - 1e-9:
            kept.append(value)
    return kept
