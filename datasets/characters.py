"""Text files: what they hold, in the encoding that they are written in."""

from __future__ import annotations

import shlex
from pathlib import Path

from datasets.errors import WrongOption


def check_encoding(encoding: str) -> None:
    """Raises WrongOption unless Python knows the encoding of texts."""
    try:
        "a".encode(encoding)
    except (LookupError, TypeError, ValueError) as error:
        remedy = "no encoding of texts; such as utf-8, latin-1 or cp1252"
        raise WrongOption("dataset.encoding", encoding, remedy) from error


def decoded(file: Path, encoding: str, alone: bool = False) -> str:
    """The contents of a file, one of several of that encoding unless it is `alone`.

    Raises what `text_of` raises, and OSError where the file may not be read.
    """
    return text_of(file.read_bytes(), file, encoding, alone)


def text_of(contents: bytes, file: Path, encoding: str, alone: bool) -> str:
    """What the contents of a file say.

    Raises WrongOption, naming file and line, where they are not of the encoding: bytes that it does
    not have, NUL characters, or UTF-8 read as something else, which would pass unnoticed.
    """
    try:
        text = contents.decode(encoding)
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        what = f"line {contents.count(10, 0, place) + 1} of {file} is not {encoding}"
        remedy = _as_utf8(alone) if _is_utf8(contents) else _to_utf8(file, alone)
        raise WrongOption("dataset.encoding", encoding, f"{what}; {remedy}") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        remedy = f"line {line} of {file} has NUL characters: no text, or dataset.encoding=utf-16"
        raise WrongOption("dataset.encoding", encoding, remedy)
    if len(text) == len(contents) and not contents.isascii() and _is_utf8(contents):
        remedy = f"{file} is written in UTF-8; {_as_utf8(alone)}"
        raise WrongOption("dataset.encoding", encoding, remedy)
    return text.removeprefix("\ufeff")


def _as_utf8(alone: bool) -> str:
    others = ", and convert the files that are not (iconv -f latin1 -t utf-8 OLD > NEW)"
    return f"give dataset.encoding=utf-8{'' if alone else others}"


def _to_utf8(file: Path, alone: bool) -> str:
    """What to do with a file that is not written in UTF-8. Where there are others, which may be,
    another encoding for all of them is right for some alone."""
    if alone:
        return "give the encoding of the file, such as dataset.encoding=latin-1"
    convert = f"iconv -f latin1 -t utf-8 {shlex.quote(str(file))} > NEW"
    return (
        f"convert this file ({convert}), or, if all files are written alike, give their encoding, "
        "such as dataset.encoding=latin-1"
    )


def _is_utf8(contents: bytes) -> bool:
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
