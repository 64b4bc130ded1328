"""A table as Markdown that is aligned in a plain text editor, too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables.captions import NONE_FINISHED, legend, what_sentence
from benchmarks.evidence.tables.layout import Entry, grid
from benchmarks.evidence.tables.panels import Panel, Table

# What would be read as markup; underscores inside a word never are.
MARKUP = re.compile(r"[\\`*|]|<(?=[A-Za-z/!?])|\[(?=[^\]]*\]\()|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
BOLD = "**"


def markdown_table(table: Table, heading: str = "Results") -> str:
    """One Markdown table per panel, then how to read them, then the notices."""
    lines = [f"# {escape(heading)}", ""]
    for panel in table.panels:
        lines += [f"## {escape(panel.title)}", "", f"{escape(what_sentence(table, panel))}.", ""]
        lines += [*_pipe_table(table, panel), ""]
    if table.panels:
        lines += ["## How to read the tables", ""]
        lines += [*(f"- {escape(sentence)}" for sentence in legend(table, table.panels)), ""]
    else:
        lines += [NONE_FINISHED, ""]
    return "\n".join([*lines, *_notices(table.notices)])


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _pipe_table(table: Table, panel: Panel) -> list[str]:
    shown = grid(table, panel)
    labels = [escape(line.label) for line in shown.lines]
    columns = [[escape(shown.title), *labels]]
    columns += [
        [head, *(line.counts[place] for line in shown.lines)]
        for place, head in enumerate(shown.counts)
    ]
    columns += [
        [escape(head), *_numbers([line.entries[place] for line in shown.lines])]
        for place, head in enumerate(shown.columns)
    ]
    widths = [max(3, *map(_width, column)) for column in columns]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    head, *rows = (
        [
            _pad(text, width, right=place > 0)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in zip(*columns, strict=True)
    )
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def _numbers(entries: Sequence[Entry]) -> list[str]:
    """The texts of one column, with its decimal points, ± and marks below each other."""
    bold = {entry: BOLD if entry.best else "" for entry in entries}
    mean = max(len(bold[entry] + entry.mean) for entry in entries)
    half = max(len(entry.half) for entry in entries)
    texts = [
        f"{bold[entry] + entry.mean:>{mean}}"
        + (f" ± {entry.half:>{half}}" if entry.half else "")
        + (f" {entry.ends}" if entry.ends else "")
        + bold[entry]
        + (f" {entry.mark}" if entry.mark else "")
        for entry in entries
    ]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _notices(notices: Iterable[Notice]) -> list[str]:
    lines = [f"- {notice.kind}: {escape(notice.text)}" for notice in notices]
    return ["## Notices", "", *lines, ""] if lines else []


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _width(text: str) -> int:
    """Columns that a text takes in a plain text editor."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
