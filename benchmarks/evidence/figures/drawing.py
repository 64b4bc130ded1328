"""From a finished figure to its two files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.evidence.pictures import Picture
from benchmarks.records.reading import no_cycle_collection

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 200


@dataclass(frozen=True)
class Drawing:
    """A figure and its files: `paths` are the PDF and the PNG.

    `alt` tells the main numbers to those who do not see the figure. `figure` is what was drawn,
    for changes by hand. Iterating over a drawing gives its paths.
    """

    paths: tuple[Path, Path]
    title: str
    alt: str
    figure: Figure = field(repr=False, compare=False)
    photographs: bool = False

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def picture(self) -> Picture:
        """The figure as pages show it, named after its files."""
        png = self.paths[1]
        return Picture(png.stem, self.title, self.alt, png.read_bytes(), self.photographs)


def save(
    figure: Figure,
    path_stem: str | PathLike[str],
    title: str,
    alt: str,
    photographs: bool = False,
) -> Drawing:
    """Writes `path_stem`.pdf and .png, without dates, within the same `house_style` as the figure.

    Drawn in memory first: on a full disk matplotlib hides the reason and keeps the file open.
    """
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")  # or the layout is found anew for each file
    stem, pdf, png = Path(path_stem), io.BytesIO(), io.BytesIO()
    undated = {"CreationDate": None, "ModDate": None}
    with no_cycle_collection():  # embedding a font makes and drops very many objects
        figure.savefig(pdf, format="pdf", dpi=DOTS_PER_INCH, metadata=undated)
        figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    paths = stem.with_name(f"{stem.name}.pdf"), stem.with_name(f"{stem.name}.png")
    for path, content in zip(paths, (pdf, png), strict=True):
        path.write_bytes(content.getvalue())
    return Drawing(paths, title, alt, figure, photographs)
