"""The file of a table: where it lies, and its columns by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from datasets.characters import text_of
from datasets.errors import DataUnavailable, WrongOption, listed
from datasets.fetch import cache_folder, find, no_data_folder, search_folders

if TYPE_CHECKING:
    import pandas as pd

PARQUET = (".parquet", ".pq")
PACKED: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
ZIPPED = b"PK\x03\x04"  # how archives and spreadsheets begin
SEPARATORS = (",", ";", "\t", "|")

# Published tables that people fetch by hand, by the name that their files in conf/dataset give.
PAGE = "https://github.com/jbrownlee/Datasets"
FILES = "https://raw.githubusercontent.com/jbrownlee/Datasets/master"
PUBLISHED = {
    f"tabular/{name}": f"{FILES}/{name}"
    for name in ("mammography.csv", "oil-spill.csv", "phoneme.csv")
}


def located(file: str | PathLike[str]) -> Path:
    """Where the file, or the file with .gz behind its name, lies.

    Raises DataUnavailable, with its address, for a published table that is not on this machine, and
    WrongOption for any other file.
    """
    given = Path(os.path.expanduser(file))
    folders = [] if given.is_absolute() else search_folders("")
    places = [given.parent, *(folder / given.parent for folder in folders)]
    found = find(given.name, places)
    if found is not None:
        return found
    if str(file) in PUBLISHED:
        raise DataUnavailable(f"{file} is not here{no_data_folder()}", _by_hand(str(file)))
    if given.is_dir():
        raise WrongOption("dataset.file", file, "that is a folder; name a .csv or .parquet file")
    told = " or ".join(str(place.absolute()) for place in places)
    where = told if given.is_absolute() else f"{told}{no_data_folder()}"
    remedy = f"there is no such file in {where}; give dataset.file=PATH, a .csv or .parquet file"
    raise WrongOption("dataset.file", file, remedy)


def table_in(
    path: Path, encoding: str, separator: str, header: bool, columns: Sequence[str] | None
) -> pd.DataFrame:
    """The rows of a file, its columns named; what `datasets.table.Table` says of these options.

    Raises WrongOption for a file that cannot be read, is no table or has no rows.
    """
    if path.suffix in PARQUET:
        frame = _of_parquet(path)
        _require_distinct([str(name) for name in frame.columns], path)
    else:
        frame = _of_csv(path, encoding, separator, header, named=header and columns is None)
        frame.columns = _names(frame, path, columns)
    if not len(frame):
        names = listed([str(name) for name in frame.columns])
        remedy = f"it names columns ({names}) and has no rows; add a row for each sample"
        raise WrongOption("dataset.file", path, remedy)
    return frame


def _of_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:  # of pyarrow
        raise _no_table(path, error, "write it anew, or give a .csv file") from error


def _of_csv(path: Path, encoding: str, separator: str, header: bool, named: bool) -> pd.DataFrame:
    """`named` by its header alone."""
    import pandas as pd

    text = text_of(_contents(path), path, encoding, alone=True)
    _require_lines(text, path)
    _require_separator(text, path, separator)
    first = 0 if header else None
    try:
        frame = pd.read_csv(io.StringIO(text), sep=separator, header=first, skipinitialspace=True)
        names = _first_line(text, separator) if named else []
    except ValueError as error:
        raise _no_table(path, error, "mend that line, or give dataset.separator") from error
    _require_distinct(names, path)
    return frame


def _no_table(path: Path, error: Exception, remedy: str) -> WrongOption:
    what = f"not to be read as a table ({' '.join(str(error).split())})"
    return WrongOption("dataset.file", path, f"{what}; {remedy}")


def _by_hand(file: str) -> str:
    return (
        f"get it from {PUBLISHED[file]} ({PAGE}) and put it as {file} into {cache_folder()} or the "
        "folder that SCARCE_DATA names, or give dataset.file=PATH"
    )


def _contents(path: Path) -> bytes:
    """Unpacked; raises WrongOption where they cannot be had."""
    try:
        with PACKED.get(path.suffix, _plain)(path) as file:
            contents: bytes = file.read()
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        remedy = f"cannot be read ({why}); make it readable, or replace it"
        raise WrongOption("dataset.file", path, remedy) from error
    if contents.startswith(ZIPPED):
        remedy = "an archive or a spreadsheet; unpack it, or save it as .csv"
        raise WrongOption("dataset.file", path, remedy)
    return contents


def _plain(path: Path) -> IO[bytes]:
    return open(path, "rb")


def _require_lines(text: str, path: Path) -> None:
    if not text.strip():
        remedy = "the file is empty; it needs a line of column names and a row for each sample"
        raise WrongOption("dataset.file", path, remedy)


def _require_separator(text: str, path: Path, separator: str) -> None:
    """Raises WrongOption where the first line has another separator and not this one."""
    first = text.lstrip("\r\n").partition("\n")[0]
    others = [other for other in SEPARATORS if other in first]
    if separator in first or not others:
        return
    other = max(others, key=first.count)
    # In quotes for the shell, and in others for Hydra.
    given = "dataset.separator=\"'" + other.replace("\t", "\\t") + "'\""
    what = f"the first line of {path} is one column and has {first.count(other)} {other!r}"
    raise WrongOption("dataset.separator", separator, f"{what}; give {given}")


def _first_line(text: str, separator: str) -> list[str]:
    """The names as they stand there: pandas makes a.1 of a second a."""
    import pandas as pd

    options = {"header": None, "nrows": 1, "dtype": str, "skipinitialspace": True}
    line = pd.read_csv(io.StringIO(text), sep=separator, **options)
    return [str(name) for name in line.iloc[0].dropna()]


def _require_distinct(names: Sequence[str], path: Path) -> None:
    repeated = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if repeated:
        what = f"several columns are named {listed(repeated)}"
        raise WrongOption("dataset.file", path, f"{what}; rename all but one of each")


def _names(frame: pd.DataFrame, path: Path, columns: Sequence[str] | None) -> list[str]:
    """Of all columns; raises WrongOption where they do not fit."""
    import pandas as pd

    if not isinstance(frame.index, pd.RangeIndex):
        remedy = "its lines have more values than its first line; name each column"
        raise WrongOption("dataset.file", path, remedy)
    if columns is not None and len(columns) != frame.shape[1]:
        remedy = f"{len(columns)} names for {frame.shape[1]} columns; name each"
        raise WrongOption("dataset.columns", list(columns), remedy)
    return [str(name) for name in (frame.columns if columns is None else columns)]
