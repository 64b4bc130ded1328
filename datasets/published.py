"""Where the files of a published data set lie on this machine, or what they are fetched from."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from datasets.archives import extracted
from datasets.errors import DataUnavailable, WrongOption
from datasets.fetch import cache_folder, fetch, no_data_folder, search_folders
from datasets.folder import given_path
from datasets.looking import found_at


@dataclass(frozen=True)
class Published:
    """A folder of files, as the makers of a data set publish it.

    Args:
        title: the data set's name for people.
        folder: the folder's name.
        marks: files or folders in it by which it is known, all of them needed.
        source: where people get it.
        archive: name of the file that the folder is packed in; none where it is not packed so.
        mirrors: addresses that the archive is fetched from; none where there are no stable ones,
            or where they ask for a login.
        checksum: of the archive, as of `datasets.fetch.fetch`.
        query: as of `datasets.fetch.fetch`.
        size: bytes of the archive, where known.
    """

    title: str
    folder: str
    marks: tuple[str, ...]
    source: str
    archive: str = ""
    mirrors: tuple[str, ...] = ()
    checksum: str = ""
    query: str = ""
    size: int | None = None

    def locate(self, root: str | PathLike[str] | None) -> Path:
        """The folder: in `root` alone if that is given, else below `$SCARCE_DATA` or the cache,
        fetched into the cache at last. Wherever it is looked for, its archive serves as well.

        Raises:
            WrongOption: for a folder or an archive without the marks.
            DataUnavailable: if it is neither here nor to be fetched.
            DataDamaged: for a broken archive.
        """
        return self.within(root) if root is not None else self.found() or self.fetched()

    def found(self) -> Path | None:
        """Below `$SCARCE_DATA` or the cache, as a folder or packed; None where it is not there."""
        names = filter(None, (self.folder, self.archive))
        places = [place for name in names for place in search_folders(name)]
        place = next((place for place in places if place.exists()), None)
        return None if place is None else self.within(place)

    def fetched(self) -> Path:
        """Fetched into the cache and unpacked."""
        if not self.mirrors:
            reason = f"{self.title}: not here, nor to be fetched{no_data_folder()}"
            raise DataUnavailable(reason, self.remedy)
        file = fetch(
            name=self.archive,
            mirrors=self.mirrors,
            checksum=self.checksum,
            folder=cache_folder(),
            remedy=self.remedy,
            query=self.query,
            size=self.size,
        )
        return self.within(file)

    @property
    def remedy(self) -> str:
        """What a person can do to have it."""
        packed = f" or {self.archive}" if self.archive else ""
        return (
            f"get it from {self.source} and put the folder {self.folder} with "
            f"{', '.join(self.marks)}{packed} into "
            f"{cache_folder()} or the folder that SCARCE_DATA names, or give dataset.root=PATH"
        )

    def within(self, place: str | PathLike[str]) -> Path:
        """The folder that has the marks: this one, or one in it; unpacked where it is a file."""
        place = Path(place)
        if not place.exists():
            raise WrongOption("dataset.root", place, "there is no such folder or archive")
        top = extracted(place) if place.is_file() else place
        inner = sorted(child for child in top.iterdir() if child.is_dir())
        for folder in (top, *inner):
            if all((folder / mark).exists() for mark in self.marks):
                found_at(folder)
                return folder
        missing = next(mark for mark in self.marks if not (top / mark).exists())
        remedy = f"{missing} is missing; {self.title} has {', '.join(self.marks)}"
        raise WrongOption("dataset.root", place, remedy)


def optional_path(root: object) -> Path | None:
    """The path that the option `dataset.root` names, if any; raises WrongOption for no path."""
    return None if root is None else given_path(root)
