"""MIT indoor scenes (Quattoni, Torralba, Recognizing indoor scenes, CVPR 2009): 67 kinds of rooms,
about 80 photos of each to train on and 20 to test on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from datasets.errors import DataDamaged
from datasets.folder import check_image_size
from datasets.listed import Photo, listing_of, samples_from
from datasets.published import Published, optional_path
from datasets.samples import Samples

TRAIN, TEST = "TrainImages.txt", "TestImages.txt"


@dataclass(frozen=True)
class MIT67:
    """The listed photos as squares of RGB pixels, train part first; of the 15,620 photos in Images/
    the others are in neither part.

    Args:
        root: folder with TrainImages.txt, TestImages.txt and Images/CLASS/*.jpg, or an archive of
            one; None looks for mit67 below `$SCARCE_DATA` and the cache folder.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 256

    published: ClassVar[Published] = Published(
        title="MIT indoor scenes",
        folder="mit67",
        marks=(TRAIN, TEST, "Images"),
        source="https://web.mit.edu/torralba/www/indoor.html",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are not here.
            DataDamaged: for lists that contradict each other.
            WrongOption: for a folder that is laid out otherwise, missing or broken photos.
        """
        root = self.published.locate(self.root)
        train, test = _names(root / TRAIN), _names(root / TEST)
        twice = sorted(set(train) & set(test))
        if twice:
            raise DataDamaged(root / TEST, "no image of the train part", twice[0])
        classes = sorted({name.split("/")[0] for name in (*train, *test)})
        photos = [
            Photo(f"Images/{name}", classes.index(name.split("/")[0]), part is train)
            for part in (train, test)
            for name in part
        ]
        return samples_from(listing_of(root, photos, classes), self.image_size)


def _names(file: Path) -> list[str]:
    """CLASS/NAME in each line."""
    try:
        names = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise DataDamaged(file, "text in UTF-8", str(error)) from error
    found = [name for name in names if name]
    for name in found:
        if name.count("/") != 1 or name.split("/")[0] in ("", ".", ".."):
            raise DataDamaged(file, "CLASS/NAME in each line", name)
    twice = [name for name, count in Counter(found).items() if count > 1]
    if twice:
        raise DataDamaged(file, "each image once", twice[0])
    return found
