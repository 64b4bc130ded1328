"""Photos of cats, leopards, lions and tigers: the data set of Bharath Raj, "Data Augmentation: How
to use Deep Learning when you have Limited Data" (2018), 50 photos a class to train and to test.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from datasets.downloading import answer, why_not
from datasets.errors import DataUnavailable, WrongOption
from datasets.fetch import PATIENCE, cache_folder, no_data_folder, search_folders
from datasets.folder import check_image_size, given_path, refuse_broken, samples_of
from datasets.image_cache import decoded_images
from datasets.image_listing import Listing, list_images
from datasets.looking import before_fetching
from datasets.samples import Samples

CLASSES = ("cat", "leopard", "lion", "tiger")
MARK = ".downloaded.json"  # written beside photos that were downloaded here
REMEDY = (
    "put the photos into {folder}/train/CLASS and {folder}/test/CLASS, CLASS being "
    + ", ".join(CLASSES)
    + ", or give dataset.root=PATH"
)

IMAGENET = (
    "all four classes are ImageNet classes (281 to 293): a backbone with ImageNet weights has "
    "seen such photos"
)
SUBSTITUTE = (
    "substitute photos: Raj's set is not to be had here; the cats come from another source than "
    "the big cats"
)
UNKNOWN = "photos of unknown origin: neither downloaded from Raj's folder nor its known substitute"


@dataclass(frozen=True)
class BigCats:
    """The four classes as squares of RGB pixels, official train part first.

    The photos are looked for in `root` alone if it is given, else in `$SCARCE_DATA/bigcats` and in
    `bigcats` below the cache folder, and downloaded into the cache at last.

    Args:
        root: folder with {train,test}/{cat,leopard,lion,tiger}/image files.
        image_size: height and width in pixels, 8..4096; the shorter side is scaled to it, the
            middle kept.

    Raises:
        WrongOption: for values of the wrong type or out of range.
    """

    root: str | PathLike[str] | None = None
    image_size: int = 224

    drive_id: ClassVar[str] = "1GpIpbqBQ_ak1Z_4yAj7t6YRqDDyyBbAq"  # Google Drive, data/{train,test}
    substitute: ClassVar[str] = "91d3e61dd2b68abf40d8cb2c7a6f1f67de1341a8842996512419a7dc221162ca"

    def __post_init__(self) -> None:
        if self.root is not None:
            object.__setattr__(self, "root", given_path(self.root))
        check_image_size(self.image_size)

    def load(self) -> Samples:
        """Samples of shape (400, 3, image_size, image_size), memory-mapped, pixels 0..255.

        Raises:
            DataUnavailable: if the photos are neither here nor to be downloaded.
            WrongOption: for a folder that is laid out otherwise or holds broken files.
        """
        listing = self.photos()
        decoded = decoded_images(listing, self.image_size)
        refuse_broken(listing, decoded)
        samples = samples_of(listing, decoded)
        caveats = (*self.origin(listing), *samples.caveats)
        return dataclasses.replace(samples, caveats=caveats)

    def photos(self) -> Listing:
        """The image files; raises what `load` raises."""
        listing = list_images(Path(self.root or self._found() or self._downloaded()))
        if listing.class_names != CLASSES:
            found = ", ".join(listing.class_names)
            remedy = f"the class folders {', '.join(CLASSES)} are needed, not {found}"
            raise WrongOption("dataset.root", listing.root, remedy)
        return listing

    def origin(self, listing: Listing) -> tuple[str, ...]:
        """Caveats on where the photos of a listing come from."""
        contents = set_hash(listing.paths)
        if contents == self.substitute:
            return SUBSTITUTE, IMAGENET
        mark = listing.root / MARK
        if mark.is_file() and json.loads(mark.read_text())["photos_sha256"] == contents:
            return (IMAGENET,)
        return UNKNOWN, IMAGENET

    def _found(self) -> Path | None:
        return next((f for f in search_folders("bigcats") if f.is_dir()), None)

    def _downloaded(self) -> Path:
        return download(self.drive_id, cache_folder() / "bigcats")


def file_hash(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def set_hash(paths: Iterable[Path]) -> str:
    """SHA-256 (hex) over the sorted SHA-256 of the files, whatever their names."""
    return hashlib.sha256("\n".join(sorted(map(file_hash, paths))).encode()).hexdigest()


def download(drive_id: str, target: Path) -> Path:
    """Download a folder of Google Drive to `target`, which appears when it is complete.

    Raises:
        DataUnavailable: if there is no connection (found within about 8 seconds), no package
            gdown, or the folder does not come as a whole.
    """
    remedy = REMEDY.format(folder=target) + no_data_folder()
    before_fetching("photos", ["https://drive.google.com"])
    try:
        import gdown
    except ImportError as error:
        reason = "Raj's photos are not here, and downloading them needs the package gdown"
        raise DataUnavailable(reason, f"pip install gdown; or {remedy}") from error
    _check_connection(remedy)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix=".bigcats-"))
    try:
        gdown.download_folder(id=drive_id, output=str(unfinished), quiet=True, timeout=PATIENCE)
        listing = list_images(unfinished)
        mark = {"google_drive_folder": drive_id, "photos_sha256": set_hash(listing.paths)}
        (unfinished / MARK).write_text(json.dumps(mark))
        os.rename(unfinished, target)
    except Exception as error:  # gdown raises errors of many kinds, of its own and of others
        if target.is_dir():  # another process was faster
            return target
        why = " ".join(str(error).split()) or type(error).__name__
        raise DataUnavailable(f"Raj's photos cannot be downloaded ({why})", remedy) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _check_connection(remedy: str) -> None:
    """Without it gdown would wait for a minute and longer, and tell in many lines."""
    from requests import RequestException

    try:
        answer("https://drive.google.com/", PATIENCE).close()
    except RequestException as error:
        reason = f"Raj's photos are not here, and drive.google.com: {why_not(error)}"
        raise DataUnavailable(reason, remedy) from error
