"""Texts of one's own as samples: a file for each class, a folder for each class, or a table."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import ClassVar

import numpy as np

from datasets.characters import check_encoding, decoded
from datasets.errors import WrongOption, listed
from datasets.fetch import no_data_folder, search_folders
from datasets.published import optional_path
from datasets.samples import Samples, few

FOLDER = "text"  # below $SCARCE_DATA and the cache, where files without a root are looked for
NO_WORD = -1  # behind the last word of a text
LEAST = 2  # classes

Labelled = dict[str, list[list[str]]]  # class name -> texts as lists of words


@dataclass(frozen=True)
class Texts:
    """Texts of two or more classes, words parted by white space and taken as they are written.

    Args:
        root: with `files`, the folder that they lie in (None: the working folder,
            `$SCARCE_DATA/text`, then `text` below the cache folder: the first that has them all);
            else a folder CLASS/*.txt with one text in a file, or a .csv file with a line of column
            names.
        files: of each class the name of a file that has one text in a line. Lines without a word
            are left out.
        encoding: of all files, a name that Python knows.
        text_column: of a .csv file.
        label_column: of a .csv file.

    Raises:
        WrongOption: for values of the wrong type.
    """

    to_name: ClassVar[tuple[str, ...]] = ("root", "files")  # without any it is nobody's data yet
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
        numbered in alphabetical order. Caveats tell of few texts, and of those that occur twice.

        Raises:
            WrongOption: for files that are not here, a root that is laid out otherwise, files in
                another encoding, files and rows without a word, and classes without a text.
            OSError: for files that may not be read.
        """
        root = optional_path(self.root)
        if self.files is not None:
            found = _located(self.files, root)
            lines = {name: read_lines(file, self.encoding) for name, file in found.items()}
            samples = samples_of(lines, dict(self.files), "dataset.files")
            return _own(samples, os.path.commonpath([file.parent for file in found.values()]))
        if root is None:
            remedy = "name a folder CLASS/*.txt or a .csv file, or give dataset.files, too"
            raise WrongOption("dataset.root", None, remedy)
        if not root.exists():
            remedy = "there is no such folder or file; name a folder CLASS/*.txt or a .csv file"
            raise WrongOption("dataset.root", root, remedy)
        labelled = _of_folders(root, self.encoding) if root.is_dir() else self._of_table(root)
        return _own(samples_of(labelled, root), root)

    def _of_table(self, file: Path) -> Labelled:
        if file.suffix.lower() != ".csv":
            raise WrongOption("dataset.root", file, "name a folder CLASS/*.txt or a .csv file")
        text = decoded(file, self.encoding, alone=True)
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        labelled: Labelled = {}
        empty: dict[str, list[int]] = {self.text_column: [], self.label_column: []}
        try:
            _require_columns(file, rows.fieldnames or (), empty)
            for row in rows:
                values = {column: (row[column] or "").strip() for column in empty}
                for column in filter(lambda name: not values[name], empty):
                    empty[column].append(rows.line_num)
                words = values[self.text_column].split()
                labelled.setdefault(values[self.label_column], []).append(words)
        except csv.Error as error:
            remedy = f"line {rows.line_num} is no line of a table ({error}); mend it"
            raise WrongOption("dataset.root", file, remedy) from error
        for column, lines in empty.items():
            if lines:
                what = f"nothing in column {column} of line{'s' * (len(lines) > 1)} {listed(lines)}"
                raise WrongOption("dataset.root", file, f"{what}; fill in or remove these")
        return labelled


def read_lines(file: Path, encoding: str) -> list[list[str]]:
    """The words of each line of a file that has some; raises what `decoded` raises."""
    # Not str.splitlines: it breaks lines at characters that older encodings have within them.
    words = (line.split() for line in decoded(file, encoding).split("\n"))
    return [text for text in words if text]


def samples_of(
    labelled: Mapping[str, Sequence[list[str]]], place: object, field: str = "dataset.root"
) -> Samples:
    """Samples of texts by class name, with what is to be said of texts that occur twice.

    Raises WrongOption, naming the place, which `field` states, for fewer than two classes or a
    class without a text.
    """
    names = tuple(sorted(labelled))
    empty = [name for name in names if not labelled[name]]
    if empty or len(names) < LEAST:
        found = (
            f"class {empty[0]} has no text" if empty else f"classes: {', '.join(names) or 'none'}"
        )
        raise WrongOption(field, place, f"{found}; two classes or more are needed, each with texts")
    texts = [words for name in names for words in labelled[name]]
    labels = np.repeat(np.arange(len(names)), [len(labelled[name]) for name in names])
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


def _own(samples: Samples, origin: object) -> Samples:
    return replace(samples, origin=str(origin), caveats=(*few(samples), *samples.caveats))


def _located(files: Mapping[str, str], root: Path | None) -> dict[str, Path]:
    """Where the file of each class lies, all of them in one folder."""
    given = [Path(), *search_folders(FOLDER)] if root is None else [root]
    folders = [folder.absolute() for folder in given]
    for folder in folders:
        places = {name: folder / file for name, file in files.items()}
        if all(place.is_file() for place in places.values()):
            return places
    names = list(files.values())
    nowhere = [name for name in names if not any((folder / name).is_file() for folder in folders)]
    what = f"no {listed(nowhere)}" if nowhere else f"not all of {listed(names)} together"
    told = " or ".join(map(str, folders)) + (no_data_folder() if root is None else "")
    remedy = f"{what} in {told}; give the folder of the files, dataset.root=PATH"
    raise WrongOption("dataset.files", dict(files), remedy)


def _of_folders(root: Path, encoding: str) -> Labelled:
    """Of CLASS/*.txt; raises WrongOption where a class has no file, or a file no word."""
    folders = sorted(child for child in root.iterdir() if child.is_dir())
    labelled: Labelled = {}
    empty: list[str] = []
    for folder in folders:
        if folder.name.startswith("."):
            continue
        texts = {
            file.relative_to(root): decoded(file, encoding).split()
            for file in sorted(folder.glob("*.txt"))
        }
        if not texts:
            remedy = f"class folder {folder} holds no .txt file; fill or remove it"
            raise WrongOption("dataset.root", root, remedy)
        empty += [str(name) for name, words in texts.items() if not words]
        labelled[folder.name] = list(texts.values())
    if empty:
        remedy = f"no word in {listed(empty)}; write a text into each, or remove it"
        raise WrongOption("dataset.root", root, remedy)
    return labelled


def _require_columns(file: Path, found: Sequence[str], needed: Iterable[str]) -> None:
    for column in needed:
        if column not in found:
            what = f"no column {column}; it has {', '.join(found) or 'none'}"
            remedy = f"{what}; name them by dataset.text_column and dataset.label_column"
            raise WrongOption("dataset.root", file, remedy)
        if found.count(column) > 1:
            remedy = f"several columns are named {column}; rename all but one of them"
            raise WrongOption("dataset.root", file, remedy)


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
