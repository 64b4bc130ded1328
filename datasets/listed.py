"""Image files that a data set's own lists name, each with its class and its official part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from datasets.archives import origin
from datasets.errors import WrongOption
from datasets.folder import TOLD, refuse_broken, samples_of
from datasets.image_cache import decoded_images
from datasets.image_listing import Listing
from datasets.samples import Samples


class Photo(NamedTuple):
    """Path below the root with `/`, the position of its class, and whether it is to train on."""

    name: str
    label: int
    train: bool


def listing_of(root: Path, photos: Sequence[Photo], class_names: Sequence[str]) -> Listing:
    """The photos in their order, those to train on first.

    Raises:
        WrongOption: if files are missing (the first ten are named), or fewer than two classes,
            or a class has no photo.
    """
    ordered = sorted(photos, key=lambda photo: not photo.train)  # stable
    _refuse_missing(root, [photo.name for photo in ordered])
    labels = np.array([photo.label for photo in ordered], dtype=np.int64)
    _check_classes(root, labels, class_names)
    return Listing(
        root=root,
        names=tuple(photo.name for photo in ordered),
        labels=labels,
        class_names=tuple(class_names),
        official_train=sum(photo.train for photo in ordered),
    )


def samples_from(listing: Listing, image_size: int, boxes: np.ndarray | None = None) -> Samples:
    """The decoded images of a listing, each cut to its box, float64 (N, 4), where there are boxes.

    Raises what `datasets.image_cache.decoded_images` raises, and WrongOption for broken files.
    """
    decoded = decoded_images(listing, image_size, boxes=boxes)
    refuse_broken(listing, decoded)
    return samples_of(listing, decoded)


def _refuse_missing(root: Path, names: Sequence[str]) -> None:
    missing = [name for name in names if not (root / name).is_file()]
    if missing:
        told = ", ".join(missing[:TOLD])
        more = f" and {len(missing) - TOLD} more" if len(missing) > TOLD else ""
        count = f"{len(missing)} of {len(names)} images are missing"
        remedy = f"{count}: {told}{more}; unpack the set anew"
        raise WrongOption("dataset.root", origin(root), remedy)


def _check_classes(root: Path, labels: np.ndarray, class_names: Sequence[str]) -> None:
    if len(class_names) < 2:
        raise WrongOption("dataset.root", origin(root), "at least two classes are needed")
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    empty = [name for name, count in zip(class_names, counts, strict=True) if not count]
    if empty:
        told = ", ".join(empty[:TOLD])
        remedy = f"the lists name no image of class {told}"
        raise WrongOption("dataset.root", origin(root), remedy)
