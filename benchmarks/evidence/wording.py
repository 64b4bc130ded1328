"""How numbers are written: accuracies in per cent, differences in points."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unit:
    """How a number is written: its scale, whether with a sign, what follows it."""

    scale: float
    signed: bool
    text: str
    more_digits: int = 0


UNITS = {
    "difference": Unit(100, True, " points"),
    "points": Unit(100, False, " points"),
    "mean": Unit(100, False, " %"),
    "ratio": Unit(1, False, " times", more_digits=1),
    "number": Unit(1, False, "", more_digits=2),
    "signed number": Unit(1, True, "", more_digits=2),
}
LARGE = 1000  # from here on decimals tell nothing
TAG_OR_LINK = re.compile(r"<(?=[A-Za-z/!?])|\[(?=[^\]]*\]\()")
MARKS = {"read": "", "digitised": "digitised", "memory": "unconfirmed"}


def percent(share: float | None, digits: int = 1) -> str:
    """0.9853 -> `98.5 %`; None -> `-`."""
    return "-" if share is None else f"{_rounded(100 * share, digits)} %"


def points(difference: float | None, digits: int = 1) -> str:
    """0.0312 -> `+3.1 points`; None -> `-`."""
    return "-" if difference is None else f"{_signed(100 * difference, digits)} points"


def effect_text(effect: float | None, unit: str | None, digits: int = 1) -> str:
    """An effect in its unit, one of UNITS: `+3.1 points`, `98.5 %`, `0.48 times`, `12.5`."""
    if effect is None:
        return "-"
    assert unit is not None  # what is measured has one
    return f"{_number(effect, unit, digits)}{UNITS[unit].text}"


def optimism_text(told: Mapping[str, Any]) -> str:
    """What follows an effect of a verdict, a part or a row whose numbers are too good; else ''."""
    return " (optimistic)" if told.get("optimistic") else ""


def interval_text(interval: Sequence[float] | None, unit: str | None, digits: int = 1) -> str:
    """`[+1.2, +5.0]` in points or `[98.1, 99.3]` in per cent; None -> `-`."""
    if interval is None:
        return "-"
    assert unit is not None  # what is measured has one
    return "[" + ", ".join(_number(bound, unit, digits) for bound in interval) + "]"


def p_text(p: float | None) -> str:
    """0.0312 -> `0.031`; tiny values -> `< 0.001`; None -> `-`."""
    if p is None:
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def sizes_text(sizes: Iterable[int]) -> str:
    """[10, 20] -> `n = 10, 20`."""
    return "n = " + ", ".join(str(size) for size in sizes)


def published_text(verdict: Mapping[str, Any]) -> str:
    """The published effect with its mark: `+8.2 points (digitised)`; `-` where there is none."""
    if verdict.get("published") is None:
        return "-"
    mark = MARKS[verdict["published_mark"]]
    text = effect_text(verdict["published"], verdict["unit"])
    return f"{text} ({mark})" if mark else text


def _number(value: float, unit: str, digits: int) -> str:
    written = UNITS[unit]
    write = _signed if written.signed else _rounded
    scaled = written.scale * value
    return write(scaled, _decimals(scaled, written, digits))


def _decimals(value: float, written: Unit, digits: int) -> int:
    """Fewer where decimals tell nothing; more where a ratio or a number would vanish."""
    if abs(value) >= LARGE:
        return 0
    wanted = digits + written.more_digits
    if written.more_digits and 0 < abs(value) < 10**-wanted:
        return 1 - math.floor(math.log10(abs(value)))
    return wanted


def _rounded(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _signed(value: float, digits: int) -> str:
    text = _rounded(value, digits)
    return text if text.startswith("-") or float(text) == 0 else "+" + text


def without_tags(text: str) -> str:
    """Text of Markdown in which no name can begin an HTML element or a link to somewhere."""
    return TAG_OR_LINK.sub(r"\\\g<0>", text)
