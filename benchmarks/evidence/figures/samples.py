"""A sheet of samples: a row per sample or class, a column per view; photographs, so PNG alone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.evidence.figures.drawing import DOTS_PER_INCH
from benchmarks.evidence.figures.layout import new_figure
from benchmarks.evidence.figures.style import LINE, QUIET, folded, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE, GAP, LEFT, EDGE = 0.95, 0.06, 0.95, 0.08  # inches
CHARACTERS_PER_INCH = 20  # of 7 point type, on average
SMOOTH_FROM = 64  # pixels a side; smaller images show their pixels


@dataclass(frozen=True)
class Row:
    """`images` are uint8 (C, H, W), grey or RGB, all of one shape; the `note` stands below the
    name."""

    name: str
    images: Sequence[np.ndarray]
    note: str = ""


def samples_sheet(
    rows: Sequence[Row], columns: Sequence[str], peak: float, title: str, path: Path
) -> None:
    """Draws the PNG `path`: `columns` stand above the images, if named, and the rows' names beside
    them.

    Raises OSError where the file cannot be written.
    """
    with house_style():
        figure = sheet_of(rows, columns, peak, title)
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    path.write_bytes(png.getvalue())


def sheet_of(rows: Sequence[Row], columns: Sequence[str], peak: float, title: str) -> Figure:
    """Everything is placed in inches, on one axis: many axes take long to lay out."""
    tall, wide = (SIDE * side / max(rows[0].images[0].shape[1:]) for side in _sides(rows))
    across = max(len(row.images) for row in rows)
    width = LEFT + across * (wide + GAP) + EDGE
    heading = folded(title, int((width - 2 * EDGE) * CHARACTERS_PER_INCH))
    top = 2 * EDGE + LINE * (heading.count("\n") + 1) + LINE * bool(columns)
    height = top + len(rows) * (tall + GAP) + EDGE
    figure = new_figure(width, height, layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.text(EDGE, EDGE, heading, ha="left", va="top", linespacing=1.25)
    for column, name in enumerate(columns):
        middle = LEFT + column * (wide + GAP) + wide / 2
        ax.text(middle, top - 0.04, name, ha="center", va="bottom", color=QUIET)
    for place, row in enumerate(rows):
        upper = top + place * (tall + GAP)
        name = f"{folded(row.name, 15)}\n{row.note}".rstrip()
        ax.text(LEFT - EDGE, upper + tall / 2, name, ha="right", va="center")
        for column, image in enumerate(row.images):
            left = LEFT + column * (wide + GAP)
            extent = (left, left + wide, upper + tall, upper)
            ax.imshow(_shown(image, peak), extent=extent, interpolation=_interpolation(image))
    ax.set_axis_off()
    ax.set_aspect("auto")
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    return figure


def _sides(rows: Sequence[Row]) -> tuple[int, int]:
    return rows[0].images[0].shape[1:]


def _shown(image: np.ndarray, peak: float) -> np.ndarray:
    """Shares of the peak, (H, W, 3)."""
    return np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0) / peak


def _interpolation(image: np.ndarray) -> str:
    return "antialiased" if min(image.shape[1:]) >= SMOOTH_FROM else "nearest"
