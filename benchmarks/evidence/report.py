"""One self-contained HTML page: verdicts, figure, tables, what is missing, where it came from."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.evidence.claims import replication_text
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.tables import Block, caption, cell_text
from benchmarks.evidence.wording import (
    effect_text,
    interval_text,
    percent,
    published_text,
    sizes_text,
)
from benchmarks.records.store import Record

TEMPLATE = "report.html.j2"
VALUES_SHOWN = 4


def report_html(
    benchmark: dict[str, Any],
    verdicts: Sequence[dict[str, Any]],
    blocks: Sequence[Block],
    notices: Sequence[Notice],
    records: Sequence[Record],
    figure_png: bytes,
    agreement: str = "",
) -> str:
    """The page as text; it loads nothing from anywhere.

    `benchmark` has `name` and `says`, `blocks` come from `tables.blocks`, `figure_png` is the
    picture's bytes, `agreement` the text of `agreement.agreement_text`.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": cell_text, "percent": percent, "sizes": sizes_text}
    environment.globals |= {
        "caption": caption,
        "effect": effect_text,
        "interval": interval_text,
        "published": published_text,
        "replication": replication_text,
    }
    return environment.get_template(TEMPLATE).render(
        benchmark=benchmark,
        verdicts=verdicts,
        blocks=blocks,
        notices=notices,
        figure=base64.b64encode(figure_png).decode("ascii"),
        figure_says=_figure_says(blocks),
        agreement=agreement,
        provenance=provenance_summary(records),
    )


def provenance_summary(records: Sequence[Record]) -> list[tuple[str, str]]:
    """What the records say of their origin: (field, its values over all records)."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        for field, value in _flat(record.get("provenance") or {}):
            found[field].add(str(value))
        found["threads per cell"].add(str((record.get("config") or {}).get("threads", "unknown")))
    done = sum(record.get("status") == "done" for record in records)
    count = f"{len(records)} ({done} done, {len(records) - done} failed)"
    return [("records", count), *((field, _values(found[field])) for field in sorted(found))]


def _flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + str(name), value


def _values(values: set[str]) -> str:
    if len(values) > VALUES_SHOWN:
        return f"{len(values)} different values"
    return ", ".join(sorted(values))


def _figure_says(blocks: Sequence[Block]) -> str:
    if not blocks:
        return "Empty figure: no cell is finished."
    parts = [
        f"{block.dataset}: {len([row for row in block.rows if row[1] != '0'])} methods,"
        f" n from {block.sizes[0]} to {block.sizes[-1]}"
        for block in blocks
    ]
    return (
        "Test accuracy against the number of training samples, one line per method with its"
        f" interval ({'; '.join(parts)}). The tables below hold the same numbers."
    )
