"""Confusion matrices on a page: everything is placed in inches, on one axis.

An axis of its own for each of 18 matrices would take seconds to lay out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.evidence.figures.layout import new_figure, say_empty
from benchmarks.evidence.figures.style import COLUMN, LINE, NO_PREDICTIONS, PAGE, QUIET, cut, folded
from benchmarks.evidence.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WRITTEN_COUNTS, WRITTEN_SHARES, NAMED = 3, 12, 16  # up to so many classes
STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]  # between classes that are named
GAP = 0.16  # between two matrices


def matrices_figure(
    sums: Sequence[dict[str, np.ndarray]], titles: Sequence[str], named: Sequence[list[str]]
) -> Figure:
    """Per dataset a block of matrices: `sums` by label, the block's title, the classes' names.

    Rows of a matrix are true classes, columns predicted ones; shades are shares of the true class.
    """
    if not sums:
        figure = new_figure(COLUMN, 1.0)
        say_empty(figure.subplots(), NO_PREDICTIONS)
        return figure
    blocks = [_Block(matrices, names) for matrices, names in zip(sums, named, strict=True)]
    width = max(COLUMN, *(block.width for block in blocks))
    height = sum(block.height for block in blocks)
    figure = new_figure(width, height, layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    top = 0.0
    for block, title in zip(blocks, titles, strict=True):
        block.draw(ax, top, title)
        top += block.height
    return figure


class _Block:
    """The matrices of one dataset, in rows; all lengths are in inches."""

    def __init__(self, matrices: dict[str, np.ndarray], names: Sequence[str]):
        few = len(names) <= WRITTEN_COUNTS
        written = "numbers in %" if len(names) <= WRITTEN_SHARES else "darkest: all"
        self.key = "" if few else f" ({written} of the true class)"
        in_a_row = 6 if few else 3
        self.rows = math.ceil(len(matrices) / in_a_row)
        self.columns = math.ceil(len(matrices) / self.rows)
        self.ticks = range(0, len(names), next(s for s in STEPS if len(names) <= s * NAMED))
        self.names = [cut(names[place], 14) for place in self.ticks]
        name = 0.055 * max(map(len, self.names)) + 0.05
        self.left = 0.25 + name
        room = (PAGE - self.left) / self.columns - GAP
        self.side = min(room, 0.9 if few else 1.9)
        self.upright = name > self.side * self.ticks.step / len(names)
        self.below = 0.2 + (name if self.upright else 0.12)
        length = int((self.side + GAP) / 0.057)
        self.labels = [folded(cut(label, 2 * length), length) for label in matrices]
        self.above = LINE * max(label.count("\n") + 1 for label in self.labels) + 0.09
        self.matrices = list(matrices.values())
        self.width = self.left + self.columns * (self.side + GAP)
        self.height = 0.25 + self.rows * (self.above + self.side) + self.below + 0.1

    def draw(self, ax: Axes, top: float, title: str) -> None:
        ax.text(self.left, top + 0.14, title + self.key, fontsize=8, va="center")
        for place, (label, matrix) in enumerate(zip(self.labels, self.matrices, strict=True)):
            row, column = divmod(place, self.columns)
            x = self.left + column * (self.side + GAP)
            y = top + 0.25 + row * (self.above + self.side) + self.above
            ax.text(x + self.side / 2, y - 0.04, label, ha="center", va="bottom")
            _matrix(ax, matrix, x, y, self.side)
            if column == 0:
                self._true_classes(ax, x, y)
            if place + self.columns >= len(self.matrices):
                self._predicted_classes(ax, x, y + self.side)

    def _true_classes(self, ax: Axes, x: float, y: float) -> None:
        for height, name in self._places():
            ax.text(x - 0.05, y + height, name, ha="right", va="center")
        middle = y + self.side / 2
        ax.text(0.1, middle, "true class", rotation=90, ha="center", va="center")

    def _predicted_classes(self, ax: Axes, x: float, y: float) -> None:
        rotation = 90 if self.upright else 0
        for aside, name in self._places():
            ax.text(x + aside, y + 0.04, name, ha="center", va="top", rotation=rotation)
        ax.text(x + self.side / 2, y + self.below - 0.02, "predicted", ha="center", va="bottom")

    def _places(self) -> list[tuple[float, str]]:
        """How far from the matrix's corner the middle of a class lies, and its name."""
        step = self.side / len(self.matrices[0])
        return [((t + 0.5) * step, name) for t, name in zip(self.ticks, self.names, strict=True)]


def _matrix(ax: Axes, matrix: np.ndarray, x: float, y: float, side: float) -> None:
    classes = len(matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    edges = np.linspace(0, side, classes + 1)
    mesh = ax.pcolormesh(x + edges, y + edges, shares, cmap="Blues", vmin=0, vmax=1.2)
    mesh.set_rasterized(classes > NAMED)
    box = [x, x + side, x + side, x, x], [y, y, y + side, y + side, y]
    ax.plot(*box, color=QUIET, linewidth=0.6)
    if classes > WRITTEN_SHARES:
        return
    size = 6 if classes <= 10 else 5.5
    middles = (edges[:-1] + side / classes / 2).tolist()
    for true, predicted in np.ndindex(matrix.shape):
        count, share = matrix[true, predicted].item(), shares[true, predicted].item()
        ax.text(
            x + middles[predicted],
            y + middles[true],
            _written(count, share, classes),
            ha="center",
            va="center",
            fontsize=size,
            color="white" if share > 0.55 else "black",
        )


def _written(count: int, share: float, classes: int) -> str:
    if classes <= WRITTEN_COUNTS:
        return f"{count}\n{percent(share)}"
    return f"{100 * share:.0f}" if count else ""
