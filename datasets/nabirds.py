"""NABirds (Van Horn et al., Building a bird recognition app and large scale dataset with citizen
scientists, CVPR 2015): 48,562 photos of 555 kinds of North American birds.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from datasets.cub_layout import TABLES, Tables, read_tables
from datasets.folder import check_image_size
from datasets.listed import listing_of, samples_from
from datasets.published import Published, optional_path
from datasets.samples import Samples


@dataclass(frozen=True)
class NABirds:
    """All kinds as squares of RGB pixels, official train part first.

    classes.txt names every node of a hierarchy; the classes are those nodes that photos belong to,
    in the order of their numbers.

    Args:
        root: folder with images.txt, image_class_labels.txt, classes.txt, train_test_split.txt and
            images/, or an archive of one; None looks for nabirds or nabirds.tar.gz below
            `$SCARCE_DATA` and the cache folder.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 256

    published: ClassVar[Published] = Published(
        title="NABirds",
        folder="nabirds",
        marks=(*TABLES, "images"),
        source="https://dl.allaboutbirds.org/nabirds, which asks for a name and an agreement,",
        archive="nabirds.tar.gz",
    )
    official_classes: ClassVar[int] = 555

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are not here.
            DataDamaged: for lists that contradict each other, or a broken archive.
            WrongOption: for a folder that is laid out otherwise, missing or broken photos.
        """
        tables = read_tables(self.published.locate(self.root))
        numbers = sorted(set(tables.classes.values()))
        listing = listing_of(tables.root, tables.photos(numbers), _names(tables, numbers))
        samples = samples_from(listing, self.image_size)
        if len(numbers) == self.official_classes:
            return samples
        caveat = f"{len(numbers)} of {self.official_classes} classes"
        return dataclasses.replace(samples, caveats=(caveat, *samples.caveats))


def _names(tables: Tables, numbers: Sequence[int]) -> list[str]:
    """With the number where several classes have one name."""
    shared = Counter(tables.names[number] for number in numbers)
    named = [(number, tables.names[number]) for number in numbers]
    return [name if shared[name] == 1 else f"{name} ({number})" for number, name in named]
