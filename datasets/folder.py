"""Any folder of photos, or an archive of one: a folder for each class."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

import numpy as np

from datasets.archives import extracted, origin
from datasets.decoding import MAX_PIXELS
from datasets.duplicates import duplicate_caveats
from datasets.errors import WrongOption
from datasets.image_cache import PEAK, DecodedImages, decoded_images
from datasets.image_listing import Listing, list_images
from datasets.samples import Samples, class_counts

SIZES = range(8, 4097)
BROKEN = ("refuse", "leave_out")
TOLD = 10  # broken files named in an error
VERY_UNEVEN = 3.0  # largest class over smallest, from which on it is a caveat


@dataclass(frozen=True)
class Folder:
    """All images below a folder, as squares of RGB pixels.

    Args:
        root: folder with CLASS/image files, or with train/CLASS, test/CLASS and perhaps
            val/CLASS (an official split; val counts as train); or a .zip or .tar archive of one.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.
        broken: `refuse` any file that is no whole image, or `leave_out` such files and say so.
        max_pixels: files with more pixels count as broken.

    Raises:
        WrongOption: for a missing `root` and for values of the wrong type or out of range.
    """

    to_name: ClassVar[tuple[str, ...]] = ("root",)  # without any it is nobody's data yet
    root: str | PathLike[str] | None = None
    image_size: int = 224
    broken: str = "refuse"
    max_pixels: int = MAX_PIXELS

    def __post_init__(self) -> None:
        if self.root is None:
            raise WrongOption(
                "dataset.root", None, "give dataset.root=PATH, a folder of class folders"
            )
        object.__setattr__(self, "root", given_path(self.root))
        check_image_size(self.image_size)
        if self.broken not in BROKEN:
            raise WrongOption("dataset.broken", self.broken, f"choose one of {', '.join(BROKEN)}")
        if not _whole(self.max_pixels) or self.max_pixels < 1:
            raise WrongOption("dataset.max_pixels", self.max_pixels, "a number of pixels is needed")

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            WrongOption: for a folder that is laid out otherwise, for broken files (unless they
                are left out), or for images that do not fit on the disk of the cache.
            DataDamaged: for a broken archive.
            DataUnavailable: if the cache cannot be written.
        """
        root = given_path(self.root)
        listing = list_images(extracted(root) if root.is_file() else root)
        decoded = decoded_images(listing, self.image_size, self.max_pixels)
        if self.broken == "refuse":
            refuse_broken(listing, decoded, "replace them, or set dataset.broken=leave_out")
        return samples_of(listing, decoded)


def given_path(root: object) -> Path:
    """The path that the option `dataset.root` names."""
    if not isinstance(root, (str, PathLike)) or not str(root):
        raise WrongOption("dataset.root", root, "name a folder of class folders")
    return Path(os.path.expanduser(root))


def check_image_size(size: object) -> None:
    if not _whole(size) or size not in SIZES:
        told = f"a whole number from {SIZES[0]} to {SIZES[-1]} is needed"
        raise WrongOption("dataset.image_size", size, told)


def refuse_broken(
    listing: Listing, decoded: DecodedImages, remedy: str = "replace or remove them"
) -> None:
    """Raises WrongOption, naming the first ten, if there are broken files."""
    if decoded.broken:
        told = ", ".join(f"{name} ({reason})" for name, reason in decoded.broken[:TOLD])
        more = f" and {len(decoded.broken) - TOLD} more" if len(decoded.broken) > TOLD else ""
        root = origin(listing.root)
        raise WrongOption("dataset.root", root, f"broken images: {told}{more}; {remedy}")


def samples_of(listing: Listing, decoded: DecodedImages) -> Samples:
    """The decoded images of a listing with their labels, and what is to be said of them."""
    labels = listing.labels[decoded.positions]
    names = tuple(listing.names[position] for position in decoded.positions)
    official = decoded.official_train
    samples = Samples(
        inputs=decoded.images,
        labels=labels,
        class_names=listing.class_names,
        peak=PEAK,
        official_train=official,
        caveats=(
            *listing.caveats,
            *_left_out(decoded, len(listing.names)),
            *_imbalance(labels, listing.class_names),
            *duplicate_caveats(decoded.duplicates, labels, names, official),
        ),
        names=names,
        known_fingerprint=decoded.fingerprint,
    )
    _check_classes(samples, listing.root)
    return samples


def _left_out(decoded: DecodedImages, listed: int) -> list[str]:
    if not decoded.broken:
        return []
    first = decoded.broken[0][0]
    return [f"{len(decoded.broken)} of {listed} files are broken and left out ({first}, ...)"]


def _imbalance(labels: np.ndarray, class_names: tuple[str, ...]) -> list[str]:
    counts = class_counts(labels, class_names)
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[most] <= VERY_UNEVEN * counts[least]:
        return []
    ratio = counts[most] / max(1, counts[least])
    return [
        f"uneven classes: {counts[most]} images of {most}, {counts[least]} of {least} "
        f"({ratio:.1f} to 1); accuracy alone favours the large ones"
    ]


def _check_classes(samples: Samples, root: Path) -> None:
    for name, count in class_counts(samples.labels, samples.class_names).items():
        if not count:
            told = f"all files of class {name} are broken"
            raise WrongOption("dataset.root", origin(root), told)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
