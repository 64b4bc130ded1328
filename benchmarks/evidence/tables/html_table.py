"""A table as a fragment of HTML: captions, scopes, and numbers to sort by."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables.captions import NONE_FINISHED, legend, what_sentence
from benchmarks.evidence.tables.layout import Entry, Line, grid
from benchmarks.evidence.tables.panels import Panel, Table
from benchmarks.evidence.tables.parameters import fewest


def html_table(table: Table) -> str:
    """One `<table class="results">` per panel, then how to read them, then the notices.

    Cells have the classes `number`, `best`, `tied` (not significantly worse) and `missing`, and
    `data-sort`, their number in the metric's own scale; rows of published numbers have the class
    `published`. All text is escaped; there is no style and no script.
    """
    lines: list[str] = []
    for panel in table.panels:
        lines += _table(table, panel)
    if table.panels:
        sentences = legend(table, table.panels)
        lines += [
            '<ul class="legend">',
            *(f"<li>{escape(text)}</li>" for text in sentences),
            "</ul>",
        ]
    else:
        lines += [f"<p>{NONE_FINISHED}</p>"]
    return "\n".join([*lines, *_notices(table.notices), ""])


def _table(table: Table, panel: Panel) -> list[str]:
    shown = grid(table, panel)
    numbers = "".join(
        f'<th scope="col" class="number">{escape(head)}</th>'
        for head in (*shown.counts, *shown.columns)
    )
    return [
        '<table class="results">',
        f"<caption>{escape(what_sentence(table, panel))}</caption>",
        f'<thead><tr><th scope="col">{escape(shown.title)}</th>{numbers}</tr></thead>',
        "<tbody>",
        *(_row(line) for line in shown.lines),
        "</tbody>",
        "</table>",
    ]


def _row(line: Line) -> str:
    kind = ' class="published"' if line.published else ""
    counts = "".join(map(_count, line.counts))
    entries = "".join(_cell(entry) for entry in line.entries)
    return f'<tr{kind}><th scope="row">{escape(line.label)}</th>{counts}{entries}</tr>'


def _count(count: str) -> str:
    return f'<td class="number" data-sort="{fewest(count)}">{count}</td>'


def _cell(entry: Entry) -> str:
    if entry.value is None:
        return f'<td class="number missing" data-sort="">{entry.text}</td>'
    kinds = "number" + (" best" if entry.best else "") + (" tied" if entry.tied else "")
    hint = f' title="{escape(entry.hint)}"' if entry.hint else ""
    text = f"<strong>{entry.text}</strong>" if entry.best else entry.text
    return f'<td class="{kinds}" data-sort="{entry.value:.10g}"{hint}>{text}</td>'


def _notices(notices: Iterable[Notice]) -> list[str]:
    lines = [
        f"<li><strong>{escape(notice.kind)}</strong>: {escape(notice.text)}</li>"
        for notice in notices
    ]
    return ['<ul class="notices">', *lines, "</ul>"] if lines else []
