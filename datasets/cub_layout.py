"""The text files of Caltech-UCSD Birds, whose layout NABirds has, too.

Each line begins with the number of an image or of a class: images.txt (path below images/),
image_class_labels.txt (number of the class), classes.txt (name), train_test_split.txt (1 to train
on, 0 to test on), bounding_boxes.txt (x, y, width and height in pixels of the original photo).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasets.errors import DataDamaged, WrongOption
from datasets.listed import Photo

IMAGES, LABELS, CLASSES = "images.txt", "image_class_labels.txt", "classes.txt"
SPLIT, BOXES = "train_test_split.txt", "bounding_boxes.txt"
TABLES = (IMAGES, LABELS, CLASSES, SPLIT)
PARTS = {"1": True, "0": False}
TOLD = 3  # image numbers named in an error


@dataclass(frozen=True)
class Tables:
    """What the text files say; all but `names` are by the number of the image, in the order of
    images.txt.

    Args:
        root: the folder of the files.
        paths: path of each image below `root`.
        classes: number of its class.
        train: whether it is to train on.
        names: name of each class, by its number, in their order.
    """

    root: Path
    paths: dict[str, str]
    classes: dict[str, int]
    train: dict[str, bool]
    names: dict[int, str]

    def photos(self, numbers: Sequence[int]) -> list[Photo]:
        """The photos of these classes, labelled by their position in `numbers`."""
        labels = {number: label for label, number in enumerate(numbers)}
        return [
            Photo(path, labels[self.classes[image]], self.train[image])
            for image, path in self.paths.items()
            if self.classes[image] in labels
        ]


def read_tables(root: Path) -> Tables:
    """Raises DataDamaged for files that contradict each other or hold something else."""
    paths = {image: f"images/{path}" for image, path in _lines(root / IMAGES).items()}
    names = {_number(root / CLASSES, n): name for n, name in _lines(root / CLASSES).items()}
    return Tables(
        root=root,
        paths=paths,
        classes=_classes(root / LABELS, paths, names),
        train=_parts(root / SPLIT, paths),
        names=dict(sorted(names.items())),
    )


def read_boxes(tables: Tables) -> dict[str, tuple[float, ...]]:
    """x, y, width and height of each image's box, by the image's path below the root.

    Raises:
        WrongOption: if there is no bounding_boxes.txt.
        DataDamaged: if it has other images than images.txt, or something else than four numbers.
    """
    file = tables.root / BOXES
    if not file.is_file():
        raise WrongOption("dataset.boxes", "true", f"{file} is missing")
    lines = _lines(file)
    _require_same_images(file, tables.paths, lines)
    return {path: _box(file, image, lines[image]) for image, path in tables.paths.items()}


def _box(file: Path, image: str, text: str) -> tuple[float, ...]:
    try:
        x, y, wide, high = map(float, text.split())
    except ValueError as error:
        raise DataDamaged(file, "four numbers", f"{text} for image {image}") from error
    if not np.isfinite([x, y, wide, high]).all():
        raise DataDamaged(file, "four finite numbers", f"{text} for image {image}")
    return x, y, wide, high


def _classes(file: Path, paths: dict[str, str], names: dict[int, str]) -> dict[str, int]:
    lines = _lines(file)
    _require_same_images(file, paths, lines)
    found = {image: _number(file, lines[image]) for image in paths}
    for image, number in found.items():
        if number not in names:
            raise DataDamaged(file, f"class numbers of {CLASSES}", f"{number} for image {image}")
    return found


def _parts(file: Path, paths: dict[str, str]) -> dict[str, bool]:
    lines = _lines(file)
    _require_same_images(file, paths, lines)
    for image, part in lines.items():
        if part not in PARTS:
            raise DataDamaged(file, "1 (train) or 0 (test)", f"{part} for image {image}")
    return {image: PARTS[lines[image]] for image in paths}


def _require_same_images(file: Path, paths: dict[str, str], lines: dict[str, str]) -> None:
    without = [image for image in paths if image not in lines]
    unknown = [image for image in lines if image not in paths]
    for what, images in (("nothing for", without), ("unknown", unknown)):
        if images:
            told = ", ".join(images[:TOLD]) + (", ..." if len(images) > TOLD else "")
            found = f"{what} image {told} ({len(images)} in all)"
            raise DataDamaged(file, f"a line for each image of {IMAGES}", found)


def _lines(file: Path) -> dict[str, str]:
    """The rest of each line by its first word."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataDamaged(file, "text", str(error)) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        first, _, rest = line.strip().partition(" ")
        if first and not rest.strip():
            raise DataDamaged(file, "two words or more in each line", f"{line!r} in line {number}")
        if first in found:
            raise DataDamaged(file, "each number once", f"{first} again in line {number}")
        if first:
            found[first] = rest.strip()
    return found


def _number(file: Path, text: str) -> int:
    if not text.isdecimal():
        raise DataDamaged(file, "whole numbers of classes", text)
    return int(text)
