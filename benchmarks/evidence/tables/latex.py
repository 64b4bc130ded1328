"""A table for LaTeX (booktabs, siunitx), to be read in with \\input."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables.captions import NONE_FINISHED, legend, what_sentence
from benchmarks.evidence.tables.latex_tabular import TEXT_WIDTH, Tabular, tabulars
from benchmarks.evidence.tables.latex_text import LETTER, escape, prose
from benchmarks.evidence.tables.panels import Table
from benchmarks.evidence.tables.summaries import summary_table

__all__ = ["escape", "latex_table", "table_latex"]

HEAD = (
    r"% Needs \usepackage{booktabs} and \usepackage{siunitx} (version 3: TeX Live 2021 or later).",
    r"% \input this file where the tables belong; they fit the article class at 10 points.",
)
SETUP = (
    r"\begin{table}",
    r"\centering",
    r"\footnotesize",
    r"\setlength{\tabcolsep}{3pt}",
    r"\setlength{\emergencystretch}{3em}",
    r"\sisetup{group-digits=none, retain-explicit-plus, reset-text-series=false,"
    r" text-series-to-math}",
)
# Lines of \footnotesize on a page of the article class, and letters of the caption in a line.
LINES_ON_A_PAGE = 52
CAPTION_LETTERS, CAPTION_LINE = 72, 1.3
# LaTeX holds back a limited number of floats; a long file of nothing else must make room.
FLOATS_BEFORE_A_BREAK = 15


@dataclass(frozen=True)
class _Piece:
    """A part of a table that stays on one page, and how many lines it takes."""

    text: str
    lines: float


def latex_table(table: Table) -> str:
    """One `table` environment per panel, more where it does not fit on a page.

    The notices stand below the first panel. Means and intervals are in aligned columns.
    """
    floats = []
    for position, panel in enumerate(table.panels):
        pieces = [_piece(tabular) for tabular in tabulars(table, panel)]
        pieces += _notices(table.notices if position == 0 else ())
        what = prose(what_sentence(table, panel))
        says = " ".join([f"{what}.", *map(prose, legend(table, [panel]))])
        floats += _floats(what, says, pieces)
    if not table.panels:
        floats += _floats(NONE_FINISHED, NONE_FINISHED, _notices(table.notices))
    lines = [*HEAD]
    for position, text in enumerate(floats):
        if position and position % FLOATS_BEFORE_A_BREAK == 0:
            lines += ["", r"\clearpage"]
        lines += ["", text]
    return "\n".join([*lines, ""])


def table_latex(
    table: pd.DataFrame,
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Sequence[Notice] = (),
) -> str:
    """A summary as LaTeX: its default table."""
    return latex_table(summary_table(table, methods, datasets, notices))


def _floats(what: str, says: str, pieces: Sequence[_Piece]) -> list[str]:
    """`table` environments with as many pieces as a page holds; `says` is the first's caption."""
    floats = []
    caption, room = says, _room(says)
    inside: list[str] = []
    for piece in pieces:
        if inside and piece.lines > room:
            floats.append(_float(what, caption, inside))
            caption = f"{what} (continued)."
            inside, room = [], _room(caption)
        inside.append(piece.text)
        room -= piece.lines
    return [*floats, _float(what, caption, inside)]


def _room(caption: str) -> float:
    return LINES_ON_A_PAGE - CAPTION_LINE * math.ceil(len(caption) / CAPTION_LETTERS)


def _float(what: str, caption: str, inside: Sequence[str]) -> str:
    head = [*SETUP, rf"\caption[{{{what}}}]{{{caption}}}"]
    return "\n\n\\medskip\n".join(["\n".join(head), *inside]) + "\n\\end{table}"


def _piece(tabular: Tabular) -> _Piece:
    return _Piece("\n".join(tabular.lines), tabular.height + 1)


def _notices(notices: Iterable[Notice]) -> list[_Piece]:
    texts = [f"{notice.kind}: {notice.text}" for notice in notices]
    return [
        _Piece(
            rf"\begin{{minipage}}{{\linewidth}}\raggedright {prose(text)}\end{{minipage}}",
            math.ceil(len(text) * LETTER / TEXT_WIDTH) + 1,
        )
        for text in texts
    ]
