"""Texts of one's own as samples: a file for each class, a folder for each class, or a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from datasets.errors import DataUnavailable, WrongOption
from datasets.fetch import cache_folder, search_folders
from datasets.published import optional_path
from datasets.samples import Samples

FOLDER = "text"  # below $SCARCE_DATA and the cache, where files without a root are looked for
NO_WORD = -1  # behind the last word of a text
LEAST = 2  # classes

Labelled = dict[str, list[list[str]]]  # class name -> texts as lists of words


@dataclass(frozen=True)
class Texts:
    """Texts of two or more classes, words parted by white space and taken as they are written.

    Args:
        root: with `files`, the folder that they lie in (None: `$SCARCE_DATA/text`, then `text`
            below the cache folder); else a folder CLASS/*.txt with one text in a file, or a .csv
            file with a line of column names.
        files: of each class the name of a file that has one text in a line.
        encoding: of all files, a name that Python knows.
        text_column: of a .csv file.
        label_column: of a .csv file.

    Raises:
        WrongOption: for values of the wrong type.
    """

    root: str | PathLike[str] | None = None
    files: Mapping[str, str] | None = None
    encoding: str = "utf-8"
    text_column: str = "text"
    label_column: str = "label"

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_encoding(self.encoding)
        if self.files is not None and not _names_files(self.files):
            remedy = "names of classes and files are needed, as {neg: bad.txt, pos: good.txt}"
            raise WrongOption("dataset.files", self.files, remedy)

    def load(self) -> Samples:
        """Samples of int32 (N, L), L the words of the longest text; no official split. Classes are
        numbered in alphabetical order. Lines and files without a word are left out.

        Raises:
            DataUnavailable: if `files` without a root are not here.
            WrongOption: for a root that is laid out otherwise, files in another encoding, and
                classes without a text.
        """
        root = optional_path(self.root)
        if self.files is not None:
            found = self._located(self.files, root)
            labelled = {name: read_lines(file, self.encoding) for name, file in found.items()}
        elif root is None:
            remedy = "name a folder CLASS/*.txt or a .csv file, or give dataset.files, too"
            raise WrongOption("dataset.root", None, remedy)
        elif root.is_dir():
            labelled = _of_folders(root, self.encoding)
        else:
            labelled = self._of_table(root)
        return samples_of(labelled, root or FOLDER)

    def _located(self, files: Mapping[str, str], root: Path | None) -> dict[str, Path]:
        folders = [root] if root is not None else search_folders(FOLDER)
        return {name: _find(file, folders) for name, file in files.items()}

    def _of_table(self, file: Path) -> Labelled:
        if file.suffix.lower() != ".csv":
            raise WrongOption("dataset.root", file, "name a folder CLASS/*.txt or a .csv file")
        rows = csv.DictReader(io.StringIO(decoded(file, self.encoding), newline=""), strict=True)
        labelled: Labelled = {}
        try:
            for column in (self.text_column, self.label_column):
                if column not in (rows.fieldnames or ()):
                    found = ", ".join(rows.fieldnames or ()) or "none"
                    raise WrongOption("dataset.root", file, f"no column {column}; it has {found}")
            for row in rows:
                words = (row[self.text_column] or "").split()
                labelled.setdefault((row[self.label_column] or "").strip(), []).append(words)
        except csv.Error as error:
            remedy = f"line {rows.line_num} is no line of a table ({error})"
            raise WrongOption("dataset.root", file, remedy) from error
        if "" in labelled:
            remedy = f"{len(labelled[''])} rows have nothing in column {self.label_column}"
            raise WrongOption("dataset.root", file, remedy)
        return labelled


def check_encoding(encoding: str) -> None:
    """Raises WrongOption unless Python knows the encoding of texts."""
    try:
        "a".encode(encoding)
    except (LookupError, TypeError, ValueError) as error:
        remedy = "no encoding of texts; such as utf-8, latin-1 or cp1252"
        raise WrongOption("dataset.encoding", encoding, remedy) from error


def read_lines(file: Path, encoding: str) -> list[list[str]]:
    """The words of each line of a file that has some; raises what `decoded` raises."""
    # Not str.splitlines: it breaks lines at characters that older encodings have within them.
    words = (line.split() for line in decoded(file, encoding).split("\n"))
    return [text for text in words if text]


def decoded(file: Path, encoding: str) -> str:
    """The contents of a file.

    Raises WrongOption, naming file and line, where they are not of the encoding: bytes that it does
    not have, NUL characters, or UTF-8 read as something else, which would pass unnoticed. Raises
    DataUnavailable where the file may not be read.
    """
    try:
        contents = file.read_bytes()
    except OSError as error:
        raise DataUnavailable(
            f"{file} cannot be read ({error.strerror})", "make it readable"
        ) from error
    try:
        text = contents.decode(encoding)
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        what = f"line {contents.count(10, 0, place) + 1} of {file} is not {encoding}"
        other = "utf-8" if _is_utf8(contents) else "latin-1"
        remedy = f"{what}; give the encoding of the files, such as dataset.encoding={other}"
        raise WrongOption("dataset.encoding", encoding, remedy) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        remedy = f"line {line} of {file} has NUL characters: no text, or dataset.encoding=utf-16"
        raise WrongOption("dataset.encoding", encoding, remedy)
    if len(text) == len(contents) and not contents.isascii() and _is_utf8(contents):
        remedy = f"{file} is written in UTF-8; set dataset.encoding=utf-8"
        raise WrongOption("dataset.encoding", encoding, remedy)
    return text.removeprefix("\ufeff")


def samples_of(labelled: Mapping[str, Sequence[list[str]]], root: object) -> Samples:
    """Samples of texts by class name, with what is to be said of texts that occur twice.

    Raises WrongOption, naming the root, for fewer than two classes or a class without a text.
    """
    names = tuple(sorted(labelled))
    kept = {name: [words for words in labelled[name] if words] for name in names}
    empty = [name for name in names if not kept[name]]
    if empty or len(names) < LEAST:
        found = (
            f"class {empty[0]} has no text" if empty else f"classes: {', '.join(names) or 'none'}"
        )
        raise WrongOption("dataset.root", root, f"{found}; two classes or more are needed")
    texts = [words for name in names for words in kept[name]]
    labels = np.repeat(np.arange(len(names)), [len(kept[name]) for name in names])
    vocabulary = sorted({word for words in texts for word in words})
    return Samples(
        inputs=_numbers(texts, vocabulary),
        labels=labels.astype(np.int64),
        class_names=names,
        peak=1.0,
        caveats=tuple(_repeats(texts, labels)),
        vocabulary=tuple(vocabulary),
    )


def _names_files(files: object) -> bool:
    texts = [*files, *files.values()] if isinstance(files, Mapping) else [None]
    return all(isinstance(text, str) and text for text in texts)


def _find(name: str, folders: Iterable[Path]) -> Path:
    searched = list(folders)
    found = next((folder / name for folder in searched if (folder / name).is_file()), None)
    if found is None:
        told = " or ".join(map(str, searched))
        remedy = f"put it into {cache_folder() / FOLDER}, or give dataset.root=PATH"
        raise DataUnavailable(f"{name} is not in {told}", remedy)
    return found


def _of_folders(root: Path, encoding: str) -> Labelled:
    folders = sorted(child for child in root.iterdir() if child.is_dir())
    return {
        folder.name: [decoded(file, encoding).split() for file in sorted(folder.glob("*.txt"))]
        for folder in folders
        if not folder.name.startswith(".")
    }


def _numbers(texts: Sequence[list[str]], vocabulary: Sequence[str]) -> np.ndarray:
    """Places of words in the vocabulary, int32 (N, L)."""
    place = {word: number for number, word in enumerate(vocabulary)}
    numbers = np.full((len(texts), max(map(len, texts))), NO_WORD, dtype=np.int32)
    for row, words in zip(numbers, texts, strict=True):
        row[: len(words)] = [place[word] for word in words]
    return numbers


def _repeats(texts: Sequence[list[str]], labels: np.ndarray) -> list[str]:
    """What is to be said of texts with the very same words."""
    classes: dict[tuple[str, ...], list[int]] = {}
    for words, label in zip(texts, labels.tolist(), strict=True):
        classes.setdefault(tuple(words), []).append(label)
    repeated = [found for found in classes.values() if len(found) > 1]
    if not repeated:
        return []
    told = (
        f"{sum(map(len, repeated))} of {len(texts)} texts occur more than once: leakage wherever a "
        "split separates them"
    )
    unlike = sum(len(found) for found in repeated if len(set(found)) > 1)
    return [told, *([f"{unlike} of these stand in several classes"] if unlike else [])]


def _is_utf8(contents: bytes) -> bool:
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
