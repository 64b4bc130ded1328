"""Text files: what they hold, in the encoding that they are written in."""

from __future__ import annotations

import codecs
import shlex
from pathlib import Path

from datasets.errors import WrongOption

MARKS = {  # the longer first: one begins as another does
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


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
    not have, NUL characters, or UTF-8 or UTF-16 read as something else, which would pass unnoticed.
    """
    wide = 0 in "a".encode(encoding)
    if not wide and (other := _wide_encoding(contents)):
        remedy = f"{file} is written in {other.upper()}; {_to_utf8(file, alone, other)}"
        raise WrongOption("dataset.encoding", encoding, remedy)
    if not wide and 0 in contents:
        raise _no_text(contents.decode("latin-1"), file, encoding)
    try:
        text = contents.decode(encoding)
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        what = f"line {contents.count(10, 0, place) + 1} of {file} is not {encoding}"
        remedy = _as_utf8(alone) if _is_utf8(contents) else _to_utf8(file, alone)
        raise WrongOption("dataset.encoding", encoding, f"{what}; {remedy}") from error
    if "\0" in text:
        raise _no_text(text, file, encoding)
    narrow = wide and contents and 0 not in contents
    by_byte = len(text) == len(contents) and not contents.isascii()
    if (narrow or by_byte) and _is_utf8(contents):
        remedy = f"{file} is written in UTF-8; {_as_utf8(alone)}"
        raise WrongOption("dataset.encoding", encoding, remedy)
    return text.removeprefix("\ufeff")


def _no_text(text: str, file: Path, encoding: str) -> WrongOption:
    line = text.count("\n", 0, text.index("\0")) + 1
    remedy = (
        f"line {line} of {file} has NUL characters: it is no text, or of another encoding, such "
    )
    remedy += "as dataset.encoding=utf-16-le"
    return WrongOption("dataset.encoding", encoding, remedy)


def _as_utf8(alone: bool) -> str:
    others = ", and convert the files that are not (iconv -f latin1 -t utf-8 OLD > NEW)"
    return f"give dataset.encoding=utf-8{'' if alone else others}"


def _to_utf8(file: Path, alone: bool, encoding: str | None = None) -> str:
    """What to do with a file that is not written in UTF-8. Where there are others, which may be,
    another encoding for all of them is right for some alone. `encoding` is its own, where that is
    known."""
    if encoding:
        give = f"give dataset.encoding={encoding}"
    else:
        whose = "the encoding of the file" if alone else "their encoding"
        give = f"give {whose}, such as dataset.encoding=latin-1"
    if alone:
        return give
    convert = f"iconv -f {encoding or 'latin1'} -t utf-8 {shlex.quote(str(file))} > NEW"
    return f"convert this file ({convert}), or, if all files are written alike, {give}"


def _wide_encoding(contents: bytes) -> str | None:
    """The encoding of two or four bytes for a letter that the contents are in, by the mark at their
    beginning or by where they have zeros; None for others."""
    for mark, encoding in MARKS.items():
        if contents.startswith(mark):
            return encoding
    first, second = contents[0::2].count(0), contents[1::2].count(0)
    if bool(first) == bool(second) or first + second < len(contents) / 4:
        return None
    return "utf-16-be" if first else "utf-16-le"


def _is_utf8(contents: bytes) -> bool:
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
