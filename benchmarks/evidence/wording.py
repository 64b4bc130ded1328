"""How numbers are written: accuracies in per cent, differences in points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MARKS = {"read": "", "digitised": "digitised", "memory": "unconfirmed"}


def percent(share: float | None, digits: int = 1) -> str:
    """0.9853 -> `98.5 %`; None -> `-`."""
    return "-" if share is None else f"{_rounded(100 * share, digits)} %"


def points(difference: float | None, digits: int = 1) -> str:
    """0.0312 -> `+3.1 points`; None -> `-`."""
    return "-" if difference is None else f"{_signed(100 * difference, digits)} points"


def effect_text(effect: float | None, unit: str, digits: int = 1) -> str:
    """An effect in its unit: `difference` in points, `mean` in per cent."""
    return points(effect, digits) if unit == "difference" else percent(effect, digits)


def interval_text(interval: Sequence[float] | None, unit: str, digits: int = 1) -> str:
    """`[+1.2, +5.0]` in points or `[98.1, 99.3]` in per cent; None -> `-`."""
    if interval is None:
        return "-"
    write = _signed if unit == "difference" else _rounded
    return "[" + ", ".join(write(100 * bound, digits) for bound in interval) + "]"


def sizes_text(sizes: Iterable[int]) -> str:
    """[10, 20] -> `n = 10, 20`."""
    return "n = " + ", ".join(str(size) for size in sizes)


def published_text(verdict: dict[str, Any]) -> str:
    """The published effect with its mark: `+8.2 points (digitised)`; `-` where there is none."""
    if verdict.get("published") is None:
        return "-"
    mark = MARKS[verdict["published_mark"]]
    text = effect_text(verdict["published"], verdict["unit"])
    return f"{text} ({mark})" if mark else text


def _rounded(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _signed(value: float, digits: int) -> str:
    text = _rounded(value, digits)
    return text if text.startswith("-") or float(text) == 0 else "+" + text
