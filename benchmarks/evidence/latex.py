"""The results as LaTeX tables (booktabs), to be read in with \\input."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import pandas as pd

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables import Block, blocks, caption, cell_text

# More sizes than this do not fit beside the method names on a page; the table then has panels.
SIZES_IN_A_PANEL = 5
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
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": r"$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "–": "--",
    "—": "---",
    "’": "'",
}
ACCENTED = set("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿßØøÆæ")


def escape(text: str) -> str:
    """Text that LaTeX prints as it is; letters its fonts lack become their code point."""
    return "".join(ESCAPES.get(letter) or _letter(letter) for letter in str(text))


def table_latex(
    table: pd.DataFrame,
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Sequence[Notice] = (),
) -> str:
    """One `table` environment per dataset and protocol; the notices stand under the first."""
    lines = ["% Needs \\usepackage{booktabs}.", "% \\input this file where the tables belong."]
    found = blocks(table, methods, datasets)
    for position, block in enumerate(found):
        lines += ["", *_environment(block, notices if position == 0 else ())]
    if not found:
        lines += ["", r"\begin{table}", r"\caption{No finished cell.}", *_notices(notices)]
        lines += [r"\end{table}"]
    return "\n".join([*lines, ""])


def _environment(block: Block, notices: Sequence[Notice]) -> list[str]:
    lines = [
        r"\begin{table}",
        r"\centering",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{_caption(block)}}}",
        r"\smallskip",
        "",
    ]
    for start in range(0, len(block.sizes), SIZES_IN_A_PANEL):
        lines += [*([r"", r"\medskip"] if start else []), *_panel(block, start)]
    return [*lines, *_notices(notices), r"\end{table}"]


def _panel(block: Block, start: int) -> list[str]:
    part = slice(start, start + SIZES_IN_A_PANEL)
    sizes = block.sizes[part]
    head = ["method", "runs", *(f"$n = {size}$" for size in sizes)]
    lines = [rf"\begin{{tabular}}{{lr{'r' * len(sizes)}}}", r"\toprule", _row(head), r"\midrule"]
    for label, runs, cells in block.rows:
        texts = [cell_text(cell, r"$\pm$").replace("-", "--") for cell in cells[part]]
        lines.append(_row([escape(label), runs, *texts]))
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _caption(block: Block) -> str:
    return escape(caption(block)).replace(r" \%", r"~\%")


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _notices(notices: Sequence[Notice]) -> list[str]:
    if not notices:
        return []
    texts = [rf"{escape(f'{notice.kind}: {notice.text}')}\par" for notice in notices]
    return ["", r"\medskip", r"\begin{minipage}{\linewidth}\raggedright", *texts, r"\end{minipage}"]


def _letter(letter: str) -> str:
    if " " <= letter <= "~" or letter in ACCENTED:
        return letter
    if letter.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or f"U+{ord(letter):04X}"
