"""EuroSAT in RGB (Helber, Bischke, Dengel, Borth, IEEE JSTARS 2019): 27,000 satellite images of
64×64 pixels, 10 kinds of land use.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from datasets.folder import check_image_size
from datasets.image_listing import list_images
from datasets.listed import samples_from
from datasets.published import Published, optional_path
from datasets.samples import Samples

PHOTOS = "2750"  # the name of the folder of class folders


@dataclass(frozen=True)
class EuroSAT:
    """All images; there is no official split.

    Args:
        root: folder that holds 2750/CLASS/*.jpg, or its archive; None looks for EuroSAT or
            EuroSAT.zip below `$SCARCE_DATA` and the cache folder, and fetches the archive into the
            cache at last.
        image_size: height and width in pixels, 8..4096; other than 64, images are scaled to it.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 64

    # Address and checksum: torchvision 0.29, datasets/eurosat.py.
    published: ClassVar[Published] = Published(
        title="EuroSAT",
        folder="EuroSAT",
        marks=(PHOTOS,),
        source="https://github.com/phelber/eurosat",
        archive="EuroSAT.zip",
        mirrors=(
            "https://huggingface.co/datasets/torchgeo/eurosat/resolve/"
            "c877bcd43f099cd0196738f714544e355477f3fd/",
        ),
        checksum="md5:c8fa014336c82ac7804f0398fcb19387",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (N, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the images are neither here nor to be fetched.
            DataDamaged: for a broken archive.
            WrongOption: for a folder that is laid out otherwise, or broken images.
        """
        listing = list_images(self.published.locate(self.root) / PHOTOS)
        return samples_from(listing, self.image_size)
