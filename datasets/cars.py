"""Stanford Cars (Krause, Stark, Deng, Fei-Fei, 3D object representations for fine-grained
categorization, workshop at ICCV 2013): 16,185 photos of 196 models of cars.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from datasets.folder import check_image_size
from datasets.listed import Photo, listing_of, samples_from
from datasets.matlab import read_array, read_column, whole_numbers
from datasets.published import Published, optional_path
from datasets.samples import Samples

TRAIN_LABELS, META = "devkit/cars_train_annos.mat", "devkit/cars_meta.mat"
TEST_LABELS = "cars_test_annos_withlabels.mat"  # came later than the devkit


@dataclass(frozen=True)
class StanfordCars:
    """All models as squares of RGB pixels, official train part first.

    Args:
        root: folder with cars_train/, cars_test/, devkit/ and cars_test_annos_withlabels.mat (which
            may lie in devkit/, too), or an archive of one; None looks for stanford_cars below
            `$SCARCE_DATA` and the cache folder.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 256

    published: ClassVar[Published] = Published(
        title="Stanford Cars",
        folder="stanford_cars",
        marks=("cars_train", "cars_test", "devkit"),
        source="a copy, as its makers' address is gone (torchvision's StanfordCars tells of some),",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are not here.
            DataDamaged: for broken lists, or a broken archive.
            WrongOption: for a folder that is laid out otherwise, missing or broken photos.
        """
        root = self.published.locate(self.root)
        names = [str(name) for name in read_array(root / META, "class_names")]
        test_labels = root / TEST_LABELS
        if not test_labels.is_file():
            test_labels = root / "devkit" / TEST_LABELS
        photos = [
            *_part(root / TRAIN_LABELS, "cars_train", len(names)),
            *_part(test_labels, "cars_test", len(names)),
        ]
        return samples_from(listing_of(root, photos, names), self.image_size)


def _part(file: Path, folder: str, classes: int) -> list[Photo]:
    names = read_column(file, "annotations", "fname")
    numbers = whole_numbers(file, read_column(file, "annotations", "class"), classes)
    train = folder == "cars_train"
    return [Photo(f"{folder}/{n}", k - 1, train) for n, k in zip(names, numbers, strict=True)]
