"""How every figure looks: sizes for print, type, and marks that stay apart in greyscale."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

COLUMN, PAGE = 3.375, 6.75  # inches: one column of a journal, and both
LINE = 0.145  # inches, of small print
INK, QUIET, FAINT = "0.15", "0.42", "0.9"
# seaborn's colour-blind palette without its yellow and pale pink, too faint in print, and black.
PALETTE = ["#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#8c5a2b", "#56b4e9", "#7f7f7f"]
PALETTE += ["#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5))]
NO_RESULT, NO_PREDICTIONS = "no finished cell", "no predictions"

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "text.parse_math": False,  # names may hold $ and _
    "text.color": INK,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.pad": 2.5,
    "ytick.major.pad": 2.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.1,
    "lines.markersize": 4,
    "pdf.fonttype": 42,  # text that can be searched, and that every journal accepts
}


@dataclass(frozen=True)
class Look:
    """Colour, marker and line style of one method."""

    color: str
    marker: str
    dashes: Any


@contextmanager
def house_style() -> Iterator[None]:
    """Figures made and saved inside look the same whatever the user's own settings are."""
    import matplotlib

    # What chooses a backend is not a matter of looks, and cannot be set back.
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")}
    with matplotlib.rc_context(defaults | STYLE):  # type: ignore[arg-type]  # any of its names
        yield


def looks(labels: Mapping[str, str], methods: Sequence[str]) -> dict[str, Look]:
    """The look of each label (label -> method); up to 36 labels differ from each other.

    A method's place in `methods` fixes its look, so that it is the same in all figures of a
    benchmark, whichever methods these show.
    """
    order: list[str] = []
    for method in methods:
        order += [label for label in labels if labels[label] == method] or [method]
    order += [label for label in labels if label not in order]
    return {
        label: Look(
            PALETTE[place % len(PALETTE)],
            MARKERS[place % len(MARKERS)],
            DASHES[place % len(DASHES)],
        )
        for place, label in enumerate(order)
        if label in labels
    }


def folded(text: str, width: int) -> str:
    """The text in lines of at most `width` characters, broken inside of names where it must be."""
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False))


def cut(text: str, length: int) -> str:
    """The text in one line of at most `length` characters, with … for what is left out."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def counted(number: int, noun: str) -> str:
    """`1 draw`, `20 draws`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def power_of_ten(exponent: int) -> str:
    """-6 -> 10⁻⁶, without mathtext."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
