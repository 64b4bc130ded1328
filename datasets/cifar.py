"""CIFAR-10 and CIFAR-100 (Krizhevsky, Learning multiple layers of features from tiny images,
technical report, Toronto 2009): 60,000 colour photos of 32×32 pixels, in their Python version; and
ciFAIR-10 (Barz and Denzler, Do we train on test data? Purging CIFAR of near-duplicates, Journal of
Imaging 6, 2020), with new photos in the place of those test photos that have duplicates.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from datasets.errors import DataDamaged, WrongOption
from datasets.fetch import checked
from datasets.published import Published, optional_path
from datasets.restricted_pickle import read_pickle
from datasets.samples import Samples

SIDE = 32  # pixels
VALUES = 3 * SIDE * SIDE  # of an image: all red ones, then green, then blue
SOURCE = "https://www.cs.toronto.edu/~kriz/cifar.html"
MIRROR = "https://www.cs.toronto.edu/~kriz/"
CIFAIR_SOURCE = "https://cvjena.github.io/cifair/"
CIFAIR_MIRROR = "https://github.com/cvjena/cifair/releases/download/v1.0/"
DUPLICATES = (
    "{share} % of the test images have duplicates in the train part (Barz and Denzler, Do we train "
    "on test data? Purging CIFAR of near-duplicates, 2020)"
)


class File(NamedTuple):
    """Name and MD5 (hex) of a published file."""

    name: str
    md5: str


@dataclass(frozen=True)
class Variant:
    """The files of one of the sets.

    Args:
        published: the folder that they are in.
        train: files of the train part.
        test: of the test part.
        meta: the file with the names of the classes.
        labels: key of the labels in the files of both parts.
        names: key of the names in `meta`.
        duplicates: per cent of the test images that have duplicates in the train part; none where
            they were replaced.
    """

    published: Published
    train: tuple[File, ...]
    test: File
    meta: File
    labels: bytes
    names: bytes
    duplicates: str | None


def _published(
    title: str, folder: str, archive: str, files: tuple[str, ...], md5: str, size: int
) -> Published:
    checksum = f"md5:{md5}"
    return Published(title, folder, files, SOURCE, archive, (MIRROR,), checksum, size=size)


# Checksums: torchvision 0.29, datasets/cifar.py. Duplicates: Barz and Denzler 2020, abstract.
CIFAR10 = Variant(
    published=_published(
        "CIFAR-10",
        "cifar-10-batches-py",
        "cifar-10-python.tar.gz",
        (*(f"data_batch_{k}" for k in range(1, 6)), "test_batch", "batches.meta"),
        "c58f30108f718f92721af3b95e74349a",
        170_498_071,
    ),
    train=(
        File("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        File("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        File("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        File("data_batch_4", "634d18415352ddfa80567beed471001a"),
        File("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    ),
    test=File("test_batch", "40351d587109b95175f43aff81a1287e"),
    meta=File("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
    labels=b"labels",
    names=b"label_names",
    duplicates="3.3",
)
# Archive and test batch: github.com/cvjena/cifair, loaders/pytorch/cifair.py; all other files are
# those of CIFAR-10.
CIFAIR10 = dataclasses.replace(
    CIFAR10,
    published=Published(
        "ciFAIR-10",
        "ciFAIR-10",
        CIFAR10.published.marks,
        CIFAIR_SOURCE,
        "ciFAIR-10.zip",
        (CIFAIR_MIRROR,),
        "md5:ca08fd390f0839693d3fc45c4e49585f",
    ),
    test=File("test_batch", "01290e6b622a1977a000eff13650aca2"),
    duplicates=None,
)
CIFAR100 = Variant(
    published=_published(
        "CIFAR-100",
        "cifar-100-python",
        "cifar-100-python.tar.gz",
        ("train", "test", "meta"),
        "eb9058c3a382ffc7106e4002c42a8d85",
        169_001_437,
    ),
    train=(File("train", "16019d7e3df5f24257cddd939b257f8d"),),
    test=File("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
    meta=File("meta", "7973b15100ade9c7d40fb424638fde48"),
    labels=b"fine_labels",
    names=b"fine_label_names",
    duplicates="10",
)


@dataclass(frozen=True)
class CIFAR:
    """All images of CIFAR-10, of ciFAIR-10, or of CIFAR-100 with its 100 fine classes, train part
    first.

    The folder or its archive is looked for in `root` alone if it is given, else below
    `$SCARCE_DATA` and the cache folder, and the archive is fetched into the cache at last. Every
    file is compared with its published checksum before it is read, and no code in it is run.

    Args:
        root: folder with the files of the Python version, or the .tar.gz or .zip of it.
        variant: `cifar10`, `cifar100` or `cifair10`.

    Raises:
        WrongOption: for values of the wrong type or an unknown variant.
    """

    root: str | PathLike[str] | None = None
    variant: str = "cifar10"

    variants: ClassVar[dict[str, Variant]] = {
        "cifar10": CIFAR10,
        "cifar100": CIFAR100,
        "cifair10": CIFAIR10,
    }

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        if self.variant not in self.variants:
            known = ", ".join(self.variants)
            raise WrongOption("dataset.variant", self.variant, f"choose one of {known}")

    def load(self) -> Samples:
        """Samples of shape (N, 3, 32, 32), pixels 0..255, in the order of the files.

        Raises:
            DataUnavailable: if the files are neither here nor to be fetched.
            DataDamaged: if a file is not the published one or holds something else than images.
            WrongOption: for a folder that is laid out otherwise.
        """
        variant = self.variants[self.variant]
        folder = variant.published.locate(self.root)
        names = _class_names(folder, variant)
        train = [_part(folder, file, variant.labels, len(names)) for file in variant.train]
        parts = [*train, _part(folder, variant.test, variant.labels, len(names))]
        return Samples(
            inputs=np.concatenate([images for images, _ in parts]),
            labels=np.concatenate([labels for _, labels in parts]),
            class_names=names,
            peak=255.0,
            official_train=sum(len(labels) for _, labels in train),
            caveats=_caveats(variant),
        )


def _caveats(variant: Variant) -> tuple[str, ...]:
    share = variant.duplicates
    return () if share is None else (DUPLICATES.format(share=share),)


def _class_names(folder: Path, variant: Variant) -> tuple[str, ...]:
    held = _checked(folder, variant.meta)
    names = held.get(variant.names)
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise DataDamaged(folder / variant.meta.name, "names of classes", "none")
    return tuple(name.decode() for name in names)


def _part(folder: Path, file: File, key: bytes, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (m, 3, 32, 32) and labels int64 (m,)."""
    held = _checked(folder, file)
    pixels, numbers = held.get(b"data"), held.get(key)
    if not isinstance(numbers, list) or not all(
        type(number) is int and 0 <= number < classes for number in numbers
    ):
        raise DataDamaged(folder / file.name, f"labels 0 to {classes - 1}", "others")
    shape = (len(numbers), VALUES)
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape != shape:
        found = getattr(pixels, "shape", "none")
        raise DataDamaged(folder / file.name, f"bytes of shape {shape}", str(found))
    return pixels.reshape(-1, 3, SIDE, SIDE), np.array(numbers, dtype=np.int64)


def _checked(folder: Path, file: File) -> dict[Any, Any]:
    held = read_pickle(checked(folder / file.name, f"md5:{file.md5}"))
    if not isinstance(held, dict):
        raise DataDamaged(folder / file.name, "a dictionary", type(held).__name__)
    # The loaders of ciFAIR are ready for names that Python 3 wrote.
    return {name.encode() if isinstance(name, str) else name: kept for name, kept in held.items()}
