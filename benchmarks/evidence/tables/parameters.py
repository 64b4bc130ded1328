"""How many parameters the models behind a number have, and how many of them are trained."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

COUNTED = ("parameters", "trainable_parameters")
Span = tuple[int, int]  # the fewest and the most
COUNTED_SENTENCE = (
    "Parameters: those that are trained / all of the model; one number where all are trained, a"
    " range where the models of a row differ."
)


def spans(frame: pd.DataFrame, places: list[str]) -> pd.DataFrame:
    """For each group of runs the Span of COUNTED, or None where no run counts them."""
    counts = frame[list(COUNTED)].apply(pd.to_numeric)
    groups = counts.groupby([frame[place] for place in places], dropna=False)
    low, high = groups.min(), groups.max()
    found = pd.DataFrame(index=low.index)
    for name in COUNTED:
        pairs = zip(low[name], high[name], strict=True)
        found[name] = pd.Series(
            [None if pd.isna(few) else (int(few), int(most)) for few, most in pairs],
            index=low.index,
            dtype=object,
        )
    return found.reset_index()


def joined(found: Iterable[Span | None]) -> Span | None:
    """The span over several; None where none is known."""
    known = [span for span in found if span]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def parameters_text(trainable: Span | None, total: Span | None) -> str:
    """`5,124 / 3,376,132`; one number where all are trained; `3–11` where models differ."""
    if total is None:
        return ""
    if trainable is None or trainable == total:
        return _text(total)
    return f"{_text(trainable)} / {_text(total)}"


def fewest(text: str) -> str:
    """The number to sort `5,124 / 3,376,132`, `3–11` or `10 to 20` by, as digits."""
    return re.split("[ –]", text)[0].replace(",", "")


def plain_span(span: Span | None) -> str:
    """For CSV: `25090`, or `3 to 11` where models differ; empty where it is not known."""
    if span is None:
        return ""
    low, high = span
    return str(low) if low == high else f"{low} to {high}"


def _text(span: Span) -> str:
    low, high = span
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
