"""Caltech-UCSD Birds-200-2011 (Wah, Branson, Welinder, Perona, Belongie, technical report
CNS-TR-2011-001, Caltech 2011): 11,788 photos of 200 kinds of birds.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

import numpy as np

from datasets.cub_layout import BOXES, TABLES, Tables, read_boxes, read_tables
from datasets.decoding import SLACK
from datasets.errors import DataUnavailable, WrongOption
from datasets.fetch import search_folders
from datasets.folder import check_image_size
from datasets.image_listing import Listing
from datasets.listed import listing_of, samples_from
from datasets.published import Published, optional_path
from datasets.samples import Samples

LOOKED_AT = 50  # photos whose boxes reach the furthest: in reduced ones these do not fit
IMAGENET = (
    "of pre-trained backbones only: ImageNet has classes of birds, and some of the test photos are "
    "in ImageNet (Barz and Denzler 2020)"
)
UNKNOWN_SIZE = f"there is no {BOXES}: whether the images were reduced is not known"


@dataclass(frozen=True)
class CUB:
    """The first so many classes as squares of RGB pixels, official train part first.

    The official folder or its archive is looked for in `root` alone if it is given, else as
    CUB_200_2011 below `$SCARCE_DATA` and the cache folder. Where it is not there, folders with
    some of the classes are taken that are known to hold those asked for; at last the archive is
    fetched into the cache.

    Args:
        root: folder with images.txt, image_class_labels.txt, classes.txt, train_test_split.txt and
            images/CLASS/*.jpg, which may hold some of the classes only; or an archive of one.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.
        classes: so many classes, by their official numbers; None is all there are.
        boxes: cut each photo to its bounding box first; refused for photos that were reduced, as
            boxes are in pixels of the original.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 256
    classes: int | None = None
    boxes: bool = False

    published: ClassVar[Published] = Published(
        title="Caltech-UCSD Birds-200-2011",
        folder="CUB_200_2011",
        marks=(*TABLES, "images"),
        archive="CUB_200_2011.tgz",
        source="https://data.caltech.edu/records/65de6-vp158",
        mirrors=("https://data.caltech.edu/records/65de6-vp158/files",),
        checksum="md5:97eceeb196236b17998738112f37df78",
        query="?download=1",
        size=1_150_585_339,
    )
    subsets: ClassVar[dict[str, int]] = {"CUB_200_2011_first50_s256": 50}  # folder: first classes
    official_classes: ClassVar[int] = 200
    official_images: ClassVar[int] = 11_788

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)
        if self.classes is not None and not _is_count(self.classes):
            raise WrongOption("dataset.classes", self.classes, "a whole number from 2 up, or null")
        if not isinstance(self.boxes, bool):
            raise WrongOption("dataset.boxes", self.boxes, "true or false")

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are neither here nor to be fetched.
            DataDamaged: for lists that contradict each other, or a broken archive.
            WrongOption: for a folder that is laid out otherwise, missing or broken photos, more
                classes than there are, and boxes that reach beyond their photos.
        """
        tables = read_tables(self._folder())
        numbers = self._numbers(tables)
        names = [tables.names[number] for number in numbers]
        listing = listing_of(tables.root, tables.photos(numbers), names)
        boxes = None
        if self.boxes:
            by_path = read_boxes(tables)
            boxes = np.array([by_path[name] for name in listing.names])
        samples = samples_from(listing, self.image_size, boxes)
        told = (*self._chosen(numbers, len(listing.names)), *_reduced(tables, listing), IMAGENET)
        return dataclasses.replace(samples, caveats=(*told, *samples.caveats))

    def _folder(self) -> Path:
        if self.root is not None:
            return self.published.within(self.root)
        return self.published.found() or self._subset() or self._fetched()

    def _subset(self) -> Path | None:
        """A folder of some classes that holds all of those asked for."""
        for folder, count in self._subsets_here():
            if self.classes is not None and self.classes <= count:
                return self.published.within(folder)
        return None

    def _subsets_here(self) -> list[tuple[Path, int]]:
        """Each with its number of classes."""
        return [
            (folder, count)
            for name, count in self.subsets.items()
            for folder in search_folders(name)
            if folder.is_dir()
        ]

    def _fetched(self) -> Path:
        try:
            return self.published.fetched()
        except DataUnavailable as error:
            parts = [f", or dataset.classes={count} or fewer" for _, count in self._subsets_here()]
            raise DataUnavailable(error.reason, "".join([error.remedy, *parts])) from error

    def _numbers(self, tables: Tables) -> list[int]:
        there = list(tables.names)
        if self.classes is not None and self.classes > len(there):
            remedy = f"{tables.root} has {len(there)} classes; ask for at most so many"
            raise WrongOption("dataset.classes", self.classes, remedy)
        return there[: self.classes]

    def _chosen(self, numbers: Sequence[int], images: int) -> tuple[str, ...]:
        """What is said where these are not all classes, or not all images of them all."""
        if len(numbers) < self.official_classes:
            first = "the first " if list(numbers) == list(range(1, len(numbers) + 1)) else ""
            return (f"{first}{len(numbers)} of {self.official_classes} classes",)
        if images != self.official_images:
            return (f"{images:,} of {self.official_images:,} photos",)
        return ()


def _reduced(tables: Tables, listing: Listing) -> tuple[str, ...]:
    """What is said of photos that were scaled down: the boxes tell, which were drawn before."""
    if not (tables.root / BOXES).is_file():
        return (UNKNOWN_SIZE,)
    boxes = read_boxes(tables)
    furthest = sorted(listing.names, key=lambda name: _ends(boxes[name]), reverse=True)
    sizes = {name: _size(tables.root / name) for name in furthest[:LOOKED_AT]}
    beyond = [size for name, size in sizes.items() if _reaches_beyond(boxes[name], size)]
    if not beyond:
        return ()
    shorter, _ = Counter(map(min, beyond)).most_common(1)[0]
    return (
        f"images reduced to a shorter side of {shorter} pixels: bounding boxes, which are of the "
        "original photos, reach beyond them",
    )


def _ends(box: Sequence[float]) -> tuple[float, float]:
    """Right and bottom of x, y, width and height."""
    x, y, wide, high = box
    return x + wide, y + high


def _reaches_beyond(box: Sequence[float], size: tuple[int, int]) -> bool:
    return any(end > side + SLACK for end, side in zip(_ends(box), size, strict=True))


def _size(path: Path) -> tuple[int, int]:
    """Width and height by the header of the file, which was decoded before."""
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 2
