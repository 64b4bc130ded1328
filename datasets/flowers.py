"""Oxford Flowers-102 (Nilsback, Zisserman, Automated flower classification over a large number of
classes, ICVGIP 2008): 8,189 photos of 102 kinds of flowers.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from datasets.archives import extracted
from datasets.fetch import cache_folder, fetch, search_folders
from datasets.folder import check_image_size
from datasets.listed import Photo, listing_of, samples_from
from datasets.matlab import read_array, whole_numbers
from datasets.published import Published, optional_path
from datasets.samples import Samples

LABELS, SPLIT, ARCHIVE = "imagelabels.mat", "setid.mat", "102flowers.tgz"
PARTS = {"trnid": True, "valid": True, "tstid": False}  # whether it is to train on


@dataclass(frozen=True)
class Flowers102:
    """All kinds as squares of RGB pixels. The official parts train and validation are trained on,
    20 photos of each kind, as by Barz and Denzler 2020. The files name no kind: classes are called
    by their numbers.

    Args:
        root: folder with imagelabels.mat, setid.mat and jpg/ or 102flowers.tgz; None looks for
            flowers-102 below `$SCARCE_DATA` and the cache folder, and fetches it into the cache at
            last.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 256

    published: ClassVar[Published] = Published(
        title="Flowers-102",
        folder="flowers-102",
        marks=(LABELS, SPLIT),
        source="https://www.robots.ox.ac.uk/~vgg/data/flowers/102/ (102flowers.tgz and two lists)",
        mirrors=("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",),
    )
    # As torchvision 0.29 has them, datasets/flowers102.py; the last one tells that all are here.
    files: ClassVar[dict[str, str]] = {
        ARCHIVE: "52808999861908f626f3c1f4e79d11fa",
        LABELS: "e0620be6f572b9609742df49c70aed4d",
        SPLIT: "a5357ecc9cb78c4bef273ce3793fc85c",
    }
    kinds: ClassVar[int] = 102

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are neither here nor to be fetched.
            DataDamaged: for broken lists, or a broken archive.
            WrongOption: for a folder that is laid out otherwise, missing or broken photos.
        """
        folder = self._folder()
        packed = folder / ARCHIVE
        photos_in = (
            folder if (folder / "jpg").is_dir() or not packed.exists() else extracted(packed)
        )
        names = [str(number) for number in range(1, self.kinds + 1)]
        listing = listing_of(photos_in, _photos(folder, self.kinds), names)
        return samples_from(listing, self.image_size)

    def _folder(self) -> Path:
        if self.root is not None:
            return self.published.within(self.root)
        for folder in search_folders(self.published.folder):
            if (folder / SPLIT).is_file():
                return self.published.within(folder)
        return self._fetched()

    def _fetched(self) -> Path:
        folder = cache_folder() / self.published.folder
        for name, md5 in self.files.items():
            remedy = self.published.remedy
            fetch(name, self.published.mirrors, f"md5:{md5}", folder, remedy)
        return folder


def _photos(folder: Path, classes: int) -> list[Photo]:
    """In the order of their numbers within each part."""
    labels = _numbers(folder / LABELS, "labels", classes)
    return [
        Photo(f"jpg/image_{number:05d}.jpg", labels[number - 1] - 1, train)
        for part, train in PARTS.items()
        for number in sorted(_numbers(folder / SPLIT, part, len(labels)))
    ]


def _numbers(file: Path, name: str, most: int) -> list[int]:
    return whole_numbers(file, read_array(file, name).tolist(), most)
