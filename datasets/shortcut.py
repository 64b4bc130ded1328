"""Photos with a shortcut: the way an animal faces tells its class in training, not in the test.

Which way the animals face was seen by eye, photo by photo; `facing.csv` holds it by the SHA-256 of
the file (its first 16 digits). Photos where the animal faces the camera, where head and body point
different ways, and further photos of the same scene are not in it, and neither are cats.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from datasets.bigcats import CLASSES, BigCats, file_hash
from datasets.errors import DataUnavailable, WrongOption
from datasets.folder import refuse_broken
from datasets.image_cache import PEAK, decoded_images
from datasets.image_listing import Listing
from datasets.samples import Samples

WAYS = ("left", "right")  # of class 0 and of class 1 in the train part


class Photo(NamedTuple):
    """A photo of known facing: its place in the listing, the label 0 or 1, left or right."""

    position: int
    label: int
    facing: str


@dataclass(frozen=True)
class Shortcut:
    """Two of the classes of `BigCats`, mirrored so that a shortcut arises.

    Of each class the photos of known facing are dealt in turn to the train and the test part. In
    the train part each is mirrored if needed, so that the first class faces left and the second
    right. In the test part each occurs twice, facing left and facing right.

    Args:
        root: as of `BigCats`.
        image_size: as of `BigCats`.
        classes: the two classes, the one that faces left in training first.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 224
    classes: Sequence[str] = ("leopard", "tiger")

    facing: ClassVar[Path] = Path(__file__).with_name("facing.csv")

    def __post_init__(self) -> None:
        BigCats(self.root, self.image_size)
        object.__setattr__(self, "classes", _two_classes(self.classes))

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), pixels 0..255, train part first.

        Raises:
            DataUnavailable: if there are no photos, or none of known facing.
            WrongOption: for classes of which no facing is known, and what `BigCats.load` raises.
        """
        source = BigCats(self.root, self.image_size)
        listing = source.photos()
        photos, listed = self._known(listing)
        decoded = decoded_images(listing, self.image_size)
        refuse_broken(listing, decoded)
        train, test = self._parts(photos)
        versions = [*train, *test]
        return Samples(
            inputs=np.stack([_turned(decoded.images[p.position], p, way) for p, way in versions]),
            labels=np.array([photo.label for photo, _ in versions], dtype=np.int64),
            class_names=tuple(self.classes),
            peak=PEAK,
            official_train=len(train),
            caveats=(*self._made(len(photos), listed), *source.origin(listing)),
            names=tuple(f"{listing.names[p.position]} facing {way}" for p, way in versions),
            parts_alone=True,  # the test part has each photo both ways
        )

    def _known(self, listing: Listing) -> tuple[list[Photo], int]:
        """The photos of known facing, in the order of the listing, and how many there are in all
        of these classes.
        """
        with open(self.facing, encoding="utf-8", newline="") as file:
            facing = {row["sha256"]: row["facing"] for row in csv.DictReader(file)}
        photos, listed = [], 0
        for position, (path, label) in enumerate(zip(listing.paths, listing.labels, strict=True)):
            name = listing.class_names[label]
            if name not in self.classes:
                continue
            listed += 1
            way = facing.get(file_hash(path)[:16])
            if way is not None:
                photos.append(Photo(position, self.classes.index(name), way))
        self._check(photos, listing)
        return photos, listed

    def _check(self, photos: list[Photo], listing: Listing) -> None:
        if not photos:
            raise DataUnavailable(
                f"of no photo of {' or '.join(self.classes)} in {listing.root} is it known which "
                "way the animal faces",
                "use the photos that facing.csv describes, or other dataset.classes",
            )
        for label, name in enumerate(self.classes):
            if sum(photo.label == label for photo in photos) < 2:
                raise WrongOption(
                    "dataset.classes", name, "it is not known which way its animals face"
                )

    def _parts(
        self, photos: list[Photo]
    ) -> tuple[list[tuple[Photo, str]], list[tuple[Photo, str]]]:
        """Photos of the train and of the test part, each with the way it is to face."""
        train, test = [], []
        for label, way in enumerate(WAYS):
            members = [photo for photo in photos if photo.label == label]
            train += [(photo, way) for photo in members[::2]]
            test += [(photo, either) for photo in members[1::2] for either in WAYS]
        return train, test

    def _made(self, known: int, listed: int) -> tuple[str, ...]:
        first, second = self.classes
        return (
            f"made from real photos, mirrored where needed: in the train part every {first} faces "
            f"left and every {second} right; in the test part each photo occurs both ways, so that "
            "test images are not independent",
            f"{listed - known} of {listed} photos are left out, as the animal faces the camera, "
            "the scene is there already, or the facing is not known",
        )


def _turned(image: np.ndarray, photo: Photo, way: str) -> np.ndarray:
    """The image (3, H, W), mirrored if the animal faces the other way."""
    return image if photo.facing == way else image[:, :, ::-1]


def _two_classes(classes: object) -> tuple[str, str]:
    known = ", ".join(CLASSES)
    remedy = f"name two different classes of {known}"
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        raise WrongOption("dataset.classes", classes, remedy)
    chosen = tuple(classes)
    if len(chosen) != 2 or len(set(chosen)) != 2 or not set(chosen) <= set(CLASSES):
        raise WrongOption("dataset.classes", list(chosen), remedy)
    return chosen
