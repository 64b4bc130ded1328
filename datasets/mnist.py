"""MNIST from its four original files (LeCun, Cortes & Burges, yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from datasets.classes import digit_classes, keep_classes
from datasets.errors import DataUnavailable, WrongOption
from datasets.fetch import fetch, find, read_checked, search_folders
from datasets.samples import Samples

IDX_HEADER = {1: 8, 3: 16}  # bytes before the values: magic number, then one size a dimension


class IdxFile(NamedTuple):
    """A published idx file: its name, SHA-256 of its contents, MD5 and size of it packed as
    NAME.gz.
    """

    name: str
    sha256: str
    md5_gz: str
    size_gz: int | None = None


@dataclass(frozen=True)
class MNIST:
    """The chosen digits of all 70,000 images, train part first.

    Files (plain or .gz) are looked for in `root` alone if it is given, else below `$SCARCE_DATA`
    and the cache folder in `MNIST/raw`, and fetched into the cache at last.

    Args:
        root: folder that holds the four files; None searches and fetches.
        classes: the digits to keep, labelled by their position; None keeps all ten.

    Raises:
        WrongOption: for a `root` that is no folder; for unknown, repeated or fewer than two
            classes.
    """

    root: str | PathLike[str] | None = None
    classes: tuple[int, ...] | None = (0, 1)

    mirrors: ClassVar[tuple[str, ...]] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    subfolder: ClassVar[str] = "MNIST/raw"
    train_images: ClassVar[IdxFile] = IdxFile(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        9_912_422,
    )
    train_labels: ClassVar[IdxFile] = IdxFile(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "d53e105ee54ea40749a09fcbcd1e9432",
        28_881,
    )
    test_images: ClassVar[IdxFile] = IdxFile(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "9fb629c4189551a2d022fa330f9573f3",
        1_648_877,
    )
    test_labels: ClassVar[IdxFile] = IdxFile(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        "ec29112dd5afa0611ce80d1b7f02629c",
        4_542,
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", digit_classes(self.classes))
        if self.root is not None:
            object.__setattr__(self, "root", _folder(self.root))

    def load(self) -> Samples:
        """Samples of shape (N, 1, 28, 28), pixels 0..255, in the order of the files.

        Raises:
            DataUnavailable: if a file is neither here nor to be fetched.
            DataDamaged: if a file is not the published one.
        """
        train_images, train_labels = self._part(self.train_images, self.train_labels)
        test_images, test_labels = self._part(self.test_images, self.test_labels)
        return Samples(
            inputs=np.concatenate([train_images, test_images])[:, None],
            labels=np.concatenate([train_labels, test_labels]),
            class_names=tuple(str(digit) for digit in digit_classes(self.classes)),
            peak=255.0,
            official_train=len(train_labels),
        )

    def _part(self, images: IdxFile, labels: IdxFile) -> tuple[np.ndarray, np.ndarray]:
        classes = digit_classes(self.classes)
        return keep_classes(self._read(images, 3), self._read(labels, 1), classes)

    def _read(self, file: IdxFile, dimensions: int) -> np.ndarray:
        return _parse_idx(read_checked(self._locate(file), file.sha256), dimensions)

    def _locate(self, file: IdxFile) -> Path:
        if self.root is not None:
            return self._in_root(Path(self.root), file)
        folders = search_folders(self.subfolder)
        cache = folders[-1]
        return find(file.name, folders) or fetch(
            name=f"{file.name}.gz",
            mirrors=self.mirrors,
            checksum=f"md5:{file.md5_gz}",
            folder=cache,
            size=file.size_gz,
            remedy=f"set SCARCE_DATA to a folder that holds {self.subfolder}/{file.name}, "
            f"or put {file.name} into {cache}",
        )

    def _in_root(self, root: Path, file: IdxFile) -> Path:
        path = find(file.name, [root])
        if path is None:
            raise DataUnavailable(
                f"{root} has no {file.name}",
                f"put {file.name} or {file.name}.gz there, or leave out dataset.root",
            )
        return path


def _folder(root: str | PathLike[str]) -> Path:
    wrong = WrongOption("dataset.root", root, "name a folder that holds the four MNIST files")
    if not isinstance(root, (str, PathLike)) or not str(root):
        raise wrong
    folder = Path(os.path.expanduser(root))
    if not folder.is_dir():
        raise wrong
    return folder


def _parse_idx(contents: bytes, dimensions: int) -> np.ndarray:
    header = IDX_HEADER[dimensions]
    shape = np.frombuffer(contents, dtype=">u4", count=dimensions, offset=4)
    return np.frombuffer(contents, dtype=np.uint8, offset=header).reshape(shape)
