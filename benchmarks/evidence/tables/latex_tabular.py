"""A panel as LaTeX tabulars that fit on the page, with the decimal points below each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.evidence.tables.latex_text import (
    DIGIT,
    SIGN,
    escape,
    number_width,
    stacked,
    text_width,
)
from benchmarks.evidence.tables.layout import Entry, Grid, Line, grid
from benchmarks.evidence.tables.panels import Panel, Table

# In points: the text of the article class, two \tabcolsep, and the widest names in one line.
TEXT_WIDTH = 345.0
GAP = 6.0
LABEL_WIDTH, HEAD_WIDTH = 115.0, 62.0
INDENT = 8.0
ROWS_IN_A_TABULAR = 30
SIZE = re.compile(r"n = \d+")
PLUS_MINUS = r"$\pm$\,"


@dataclass(frozen=True)
class Tabular:
    """A `tabular` environment and its height in lines."""

    lines: list[str]
    height: float


@dataclass(frozen=True)
class _Column:
    """A column of numbers: of means, and of reaches or ends of intervals if there are any."""

    head: str
    entries: tuple[Entry, ...]

    @property
    def heads(self) -> list[str]:
        return stacked(self.head, HEAD_WIDTH)

    @property
    def has_halves(self) -> bool:
        return any(entry.half or entry.ends for entry in self.entries)

    @property
    def has_ends(self) -> bool:
        return any(entry.ends for entry in self.entries)

    @property
    def mark(self) -> str:
        """The widest mark that occurs."""
        marks = {entry.mark for entry in self.entries}
        return max(marks, key=lambda mark: (len(mark), mark), default="")

    @property
    def width(self) -> float:
        numbers = max(number_width(entry.mean) for entry in self.entries)
        numbers += DIGIT * len(self.mark)
        if self.has_halves:
            numbers += max(_interval_width(entry) for entry in self.entries)
        return GAP + max(numbers, *map(text_width, self.heads))

    @property
    def spec(self) -> str:
        """The column's type: one S column, or two with a thin space between them."""
        after = f", table-space-text-post={{{_raised(self.mark)}}}" if self.mark else ""
        means = [entry.mean for entry in self.entries if entry.value is not None]
        spec = f"S[table-format={_format(means)}{after}]"
        if not self.has_halves:
            return spec
        halves = _format([entry.half for entry in self.entries if entry.half])
        left = ", table-text-alignment=left" if self.has_ends else ""
        return (
            rf"{spec}@{{\,}}S[table-format={halves}, table-space-text-pre={{{PLUS_MINUS}}}{left}]"
        )

    @property
    def title(self) -> str:
        heads = _stack(self.heads, "b", "c")
        return rf"\multicolumn{{2}}{{c}}{{{heads}}}" if self.has_halves else f"{{{heads}}}"

    def cell(self, place: int) -> str:
        entry = self.entries[place]
        if entry.value is None:
            mean = f"{{{entry.mean.replace('-', '--')}}}"
        else:
            mark = f" {{{_raised(entry.mark)}}}" if entry.mark else ""
            mean = (r"\bfseries " if entry.best else "") + entry.mean + mark
        if not self.has_halves:
            return mean
        if entry.ends:
            return f"{mean} & {{{escape(entry.ends).replace('-', '$-$')}}}"
        return f"{mean} & {{{PLUS_MINUS}}}{entry.half}" if entry.half else f"{mean} &"


def tabulars(table: Table, panel: Panel) -> Iterator[Tabular]:
    """The panel, with as many columns and rows in each tabular as fit on a page."""
    shown = grid(table, panel)
    columns = [
        _Column(head, tuple(line.entries[place] for line in shown.lines))
        for place, head in enumerate(shown.columns)
    ]
    for rows in _rows(shown.lines):
        for part in _parts(columns, shown):
            yield _tabular(shown, part, rows)


def _tabular(shown: Grid, columns: Sequence[_Column], places: Sequence[int]) -> Tabular:
    spec = "l" + "r" * len(shown.counts) + " ".join(["", *(column.spec for column in columns)])
    heads = [escape(shown.title), *map(escape, shown.counts), *(column.title for column in columns)]
    rows = [
        [_label(shown.lines[place]), *map(escape, shown.lines[place].counts)]
        + [column.cell(place) for column in columns]
        for place in places
    ]
    lines = [
        rf"\begin{{tabular}}{{{spec}}}",
        r"\toprule",
        _row(heads),
        r"\midrule",
        *map(_row, rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    head_lines = max(len(column.heads) for column in columns)
    return Tabular(lines, head_lines + sum(_height(shown.lines[place]) for place in places) + 1)


def _parts(columns: Sequence[_Column], shown: Grid) -> list[Sequence[_Column]]:
    """The columns in parts of about the same number that fit beside the labels."""
    labels = [
        text_width(text) + INDENT * line.published
        for line in shown.lines
        for text in _label_lines(line)
    ]
    widest = max(text_width(shown.title), *labels)
    counts = [max(map(text_width, (head, *texts))) for head, texts in _counts(shown)]
    room = TEXT_WIDTH - (widest + GAP) - sum(width + GAP for width in counts)
    fitting = max(1, math.floor(room / max(column.width for column in columns)))
    size = math.ceil(len(columns) / math.ceil(len(columns) / fitting))
    return [columns[start : start + size] for start in range(0, len(columns), size)]


def _counts(shown: Grid) -> list[tuple[str, list[str]]]:
    return [
        (head, [line.counts[place] for line in shown.lines])
        for place, head in enumerate(shown.counts)
    ]


def _rows(lines: Sequence[Line]) -> list[list[int]]:
    """The places of the lines, in groups that fit on a page; a published line follows its own."""
    groups: list[list[int]] = [[]]
    for place, line in enumerate(lines):
        taken = sum(_height(lines[before]) for before in groups[-1])
        if groups[-1] and taken >= ROWS_IN_A_TABULAR and not line.published:
            groups.append([])
        groups[-1].append(place)
    return groups


def _height(line: Line) -> int:
    return len(_label_lines(line))


def _label(line: Line) -> str:
    label = _stack(_label_lines(line), "t", "l")
    return rf"\quad\itshape {label}" if line.published else label


def _label_lines(line: Line) -> list[str]:
    return stacked(line.label, LABEL_WIDTH)


def _stack(lines: Sequence[str], alignment: str, column: str) -> str:
    texts = [rf"${line}$" if SIZE.fullmatch(line) else escape(line) for line in lines]
    if len(texts) == 1:
        return texts[0]
    inside = r" \\ ".join(texts)
    return rf"\begin{{tabular}}[{alignment}]{{@{{}}{column}@{{}}}}{inside}\end{{tabular}}"


def _format(numbers: Sequence[str]) -> str:
    """The table-format of siunitx: room for a sign, digits before the point and after it."""
    whole = [number.lstrip("+-").partition(".")[0] for number in numbers]
    decimals = len(numbers[0].partition(".")[2]) if numbers else 0
    sign = "+" if any(number[0] in "+-" for number in numbers) else ""
    digits = max(map(len, whole), default=1)
    return f"{sign}{digits}.{decimals}" if decimals else f"{sign}{digits}"


def _interval_width(entry: Entry) -> float:
    if entry.ends:
        return text_width(entry.ends)
    return SIGN + DIGIT + number_width(entry.half)


def _raised(mark: str) -> str:
    return f"$^{{{''.join(escape(sign).strip('$') for sign in mark)}}}$"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells).rstrip() + r" \\"
