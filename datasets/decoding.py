"""From an image file to a square of 8-bit RGB pixels, with Pillow.

A file is only ever read, never repaired: one that is truncated, absurdly large or of a kind whose
meaning in 8 bits is unknown is an error that names it.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from datasets.archives import origin
from datasets.errors import DataDamaged, DataUnavailable, WrongOption

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = 1  # of the way from a file to pixels; cached pixels of another version are not used
MAX_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM")  # none that runs programs
SLACK = 1.0  # pixels by which a box may reach beyond its image: boxes are drawn by hand
OF_THE_DISK = (errno.EIO, errno.ESTALE)  # errors that say nothing about the file's contents
TOGETHER = 64  # images decoded before the first of them is handed on

Box = tuple[float, float, float, float]  # x, y, width, height in pixels


def decode(path: str | PathLike[str], image_size: int, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Pixels of an image file, uint8 (image_size, image_size, 3): RGB, over white where it is
    transparent, turned upright, cut to the square in the middle and scaled (antialiased bicubic).

    Of several frames the first is read. 16-bit grey is divided by 257.

    Raises:
        DataDamaged: for a file that is no whole image, has more than `max_pixels` pixels by its
            header, or has values whose range is unknown (floating point, beyond 16 bits).
        DataUnavailable: for a file that cannot be read.
    """
    (pixels,) = decode_all([path], image_size, max_pixels)
    if isinstance(pixels, DataDamaged):
        raise pixels
    return pixels


def decode_all(
    paths: Sequence[str | PathLike[str]],
    image_size: int,
    max_pixels: int = MAX_PIXELS,
    boxes: np.ndarray | None = None,
) -> Iterator[np.ndarray | DataDamaged]:
    """For each path in order the pixels or the DataDamaged of `decode`, by all processors.

    With `boxes`, float64 (N, 4), each image is first cut to its own: x, y, width and height in
    pixels of the upright image. At most 64 results are held at a time.

    Raises:
        DataUnavailable: for a file that cannot be read.
        WrongOption: for a box that reaches beyond its image by more than a pixel.
    """
    cuts = [None] * len(paths) if boxes is None else [tuple(box) for box in boxes.tolist()]

    def attempt(path: str | PathLike[str], box: Box | None) -> np.ndarray | DataDamaged:
        try:
            return _pixels(Path(path), image_size, max_pixels, box)
        except DataDamaged as error:
            return error

    # Threads: Pillow decodes and scales without holding the interpreter.
    with _silent_pillow(), ThreadPoolExecutor(min(_processors(), len(paths) or 1)) as pool:
        for start in range(0, len(paths), TOGETHER):
            end = start + TOGETHER
            yield from pool.map(attempt, paths[start:end], cuts[start:end])


def _pixels(path: Path, image_size: int, max_pixels: int, box: Box | None) -> np.ndarray:
    try:
        with open(path, "rb") as file:
            return _square(file, path, image_size, max_pixels, box)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DataUnavailable(f"{path} cannot be read ({why})", "make it readable") from error


def _square(
    file: IO[bytes], path: Path, image_size: int, max_pixels: int, box: Box | None
) -> np.ndarray:
    from PIL import Image, ImageOps

    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > max_pixels:
                limit = f"at most {max_pixels:,} pixels (max_pixels)"
                raise DataDamaged(path, limit, f"{width} × {height}")
            if box is None:  # boxes are in pixels of the whole image
                image.draft(None, (2 * image_size, 2 * image_size))  # JPEG: skips unseen detail
            upright = ImageOps.exif_transpose(image)
            if box is not None:
                upright = upright.crop(_corners(path, box, upright.size))
            square = ImageOps.fit(_rgb(upright), (image_size, image_size), Image.Resampling.BICUBIC)
            return np.asarray(square)
    except (DataDamaged, WrongOption, MemoryError):
        raise
    except Exception as error:  # what a broken file raises depends on its format and its bytes
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise
        raise DataDamaged(path, "a whole image", _found(error)) from error


def _corners(path: Path, box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box in whole pixels within an image (width, height)."""
    x, y, wide, high = box
    width, height = size
    if min(x, y) < -SLACK or x + wide > width + SLACK or y + high > height + SLACK:
        told = f"the box of {origin(path)} ({x:g} {y:g} {wide:g} {high:g})"
        remedy = f"{told} reaches beyond its {width} × {height} pixels; set dataset.boxes=false"
        raise WrongOption("dataset.boxes", "true", remedy)
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(width, math.ceil(x + wide)), min(height, math.ceil(y + high))
    if left >= right or top >= bottom:
        raise WrongOption("dataset.boxes", "true", f"the box of {origin(path)} is empty")
    return left, top, right, bottom


def _rgb(image: Image) -> Image:
    """The image in mode RGB, whatever its mode."""
    from PIL import Image as pillow  # noqa: N813 - the module, beside the class of that name

    if image.mode == "I" or image.mode.startswith("I;16"):
        image = pillow.fromarray(_eight_bits(np.asarray(image)))
    if image.mode == "F":
        raise ValueError("floating-point pixels, whose white is unknown")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = pillow.new("RGBA", image.size, "white")
        return pillow.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    low, high = int(grey.min()), int(grey.max())
    if low < 0 or high > 65535:
        raise ValueError(f"grey values {low} to {high}, beyond 16 bits")
    return ((grey.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _found(error: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "no image in a known format"
    return " ".join(str(error).split()) or type(error).__name__


@contextlib.contextmanager
def _silent_pillow() -> Iterator[None]:
    """No warnings about odd files, and no limit on pixels but that of `decode`."""
    from PIL import Image

    Image.init()  # knows the formats before several threads ask for them
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
