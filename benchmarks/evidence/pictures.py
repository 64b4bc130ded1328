"""Pictures as pages show them, with title and words; and the images that were learned from."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.records.store import Record

if TYPE_CHECKING:
    import numpy as np

COLOURS = 128  # of a chart: its lines, their blends into white, its text


@dataclass(frozen=True)
class Picture:
    """A figure: `name` is its place on the page, `alt` tells it to those who do not see it.

    `photographs`: it shows pictures of things, whose colours must stay as they are; all others are
    charts on white, which a page may reduce to few colours and turn light on dark.
    """

    name: str
    title: str
    alt: str
    png: bytes
    photographs: bool = False


@dataclass(frozen=True)
class Images:
    """The images of a data set, each of shape (H, W, C) from 0 to 1, and what they are called.

    `names` are empty where the images have none.
    """

    image: Callable[[int], np.ndarray]
    class_names: Sequence[str]
    names: Sequence[str] = ()


# The images of a record's data set; None where they are not at hand.
ImagesOf = Callable[[Record], Images | None]


def data_uri(picture: Picture) -> str:
    """The picture as a `data:` address, a chart's colours reduced to a palette where that is
    smaller.

    Raises PIL.UnidentifiedImageError for bytes that are no picture.
    """
    content = picture.png
    if not picture.photographs:
        content = min(content, _with_palette(content), key=len)
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


def _with_palette(png: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if "A" in image.getbands() else None)
    reduced = io.BytesIO()
    palette = flat.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(reduced, "PNG", optimize=True)
    return reduced.getvalue()
