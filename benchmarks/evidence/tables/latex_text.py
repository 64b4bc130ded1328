"""Text as LaTeX prints it, and about how wide that is."""

from __future__ import annotations

import re
import unicodedata

ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    # At the start of a row, these would be taken for an argument of the line break before it.
    "[": "{[}",
    "*": "{*}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": r"$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "†": r"$\dagger$",
    "‡": r"$\ddagger$",
    "§": r"\S{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "’": "'",
}
ACCENTED = set("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿßØøÆæ")
# Widths in points at \footnotesize (Computer Modern of 8 points); letters are rounded up.
DIGIT, POINT, SIGN = 4.3, 2.4, 6.7
WIDTHS = {"ijl.,:;'!| ": 3.0, "tfrs()[]/-I": 3.7, "mwMW%@&—±×−≤≥": 8.8, "+<>=~\\#": 6.6}
CAPITAL, LETTER = 6.6, 4.7
LONG_WORD = 20
BREAKS_AFTER = "_-/.,:= "


def escape(text: str) -> str:
    """Text that LaTeX prints as it is; letters its fonts lack become their code point."""
    text = " ".join(str(text).split())
    escaped = "".join(ESCAPES.get(letter) or _letter(letter) for letter in text)
    # Two hyphens would be printed as one dash.
    return re.sub("-(?=-)", "-{}", escaped)


def prose(text: str) -> str:
    """Escaped text whose long names may be broken at the end of a line."""
    words = " ".join(
        r"\allowbreak{}".join(map(escape, stacked(word, LONG_WORD * LETTER)))
        if len(word) > LONG_WORD
        else escape(word)
        for word in str(text).split()
    )
    return words.replace(r" \%", r"~\%")


def stacked(text: str, width: float) -> list[str]:
    """The text in lines of at most `width` points, if possible broken after `_`, `-`, ..."""
    lines, start = [], 0
    while text_width(text[start:]) > width:
        end = start + 1
        while text_width(text[start : end + 1]) <= width:
            end += 1
        fitting = max(text.rfind(mark, start + 1, end) for mark in BREAKS_AFTER)
        end = fitting + 1 if fitting > start else end
        lines.append(text[start:end].strip())
        start = end
    return [*lines, text[start:].strip()]


def text_width(text: str) -> float:
    """About how many points a text takes at most."""
    return sum(map(_letter_width, "".join(map(_letter, text))))


def number_width(text: str) -> float:
    """How many points a number takes."""
    return sum(DIGIT if letter.isdigit() else POINT if letter == "." else SIGN for letter in text)


def _letter(letter: str) -> str:
    """The letter, if it is no markup, in letters that LaTeX's usual fonts have."""
    if " " <= letter <= "~" or letter in ACCENTED or letter in ESCAPES:
        return letter
    if letter.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or f"U+{ord(letter):04X}"


def _letter_width(letter: str) -> float:
    usual = CAPITAL if letter.isupper() else LETTER
    return next((width for letters, width in WIDTHS.items() if letter in letters), usual)
