"""`scarce table`: any two axes of a benchmark's results, in one of several formats."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from typing import Any

from rich.console import Console

from benchmarks import answers
from benchmarks.commands.opening import refuse_changes
from benchmarks.evidence.axes import ROW, SEEDS
from benchmarks.evidence.claims.files import published_curves
from benchmarks.evidence.notices import Notice, unavailable_notices
from benchmarks.evidence.predicted import frame_of
from benchmarks.evidence.tables import FORMATS, Table, TableRequest, make_table, table_text
from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.plan import compose_base
from benchmarks.grid.request import parse_request
from benchmarks.settings import folders

SHOWN = ("rows", "columns", "metric", "direction", "reference")
LEVEL = "level"
AXES = (*ROW, *SEEDS, "threads")


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print the table that was asked for, from own results where there are any."""
    table_words, words = _sorted(arguments.overrides)
    asked, format = _asked(table_words)
    request = parse_request(words)
    refuse_changes(request, "a table shows what was run")
    with opened(list(request.folders)) as configs:
        base = compose_base(request, configs)
        name = base["benchmark"]["name"]
        held, source = answers.held(name, folders(base))
        claims = [claim for claim in answers.load_claims(configs) if name in claim.benchmarks]
    if "metric" not in table_words:
        asked = replace(asked, metric=held.metric)
    frame = frame_of(held, [asked.metric])
    order = (held.benchmark["methods"], held.benchmark["datasets"])
    notices = [Notice("note", note) for note in held.notes]
    notices += unavailable_notices(held.unavailable)
    table = make_table(frame, asked, published_curves(claims), *order, notices, held.planned)
    if arguments.json:
        print(json.dumps({"benchmark": name, "results": source, **_document(table)}))
    else:
        print(table_text(table, format, f"{name} ({source} results)"), end="")
    return 0


def _document(table: Table) -> dict[str, Any]:
    panels = [
        {
            "fixed": {axis: _plain(value) for axis, value in panel.fixed},
            "columns": [_plain(value) for value in panel.values],
            "rows": [
                {"value": _plain(row.value), "cells": [cell and asdict(cell) for cell in row.cells]}
                for row in panel.rows
            ],
        }
        for panel in table.panels
    ]
    request = table.request
    axes = {"rows": request.rows, "columns": request.columns, "metric": request.metric}
    return {**axes, "panels": panels, "notices": [notice.text for notice in table.notices]}


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's."""
    return value.item() if hasattr(value, "item") else value


def _sorted(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The words that say what the table shows, and those that are overrides."""
    own = {*SHOWN, LEVEL, "format", *AXES}
    names = [word.partition("=")[0].removeprefix("dataset.") for word in words]
    for name, word in zip(names, words, strict=True):
        if names.count(name) > 1:
            raise RequestError(name, word.partition("=")[2], "given twice; separate by commas")
    table = {
        name: word.partition("=")[2] for name, word in zip(names, words, strict=True) if name in own
    }
    return table, [word for name, word in zip(names, words, strict=True) if name not in own]


def _asked(words: dict[str, str]) -> tuple[TableRequest, str]:
    for name, value in words.items():
        if not value:
            raise RequestError(name, value, "give a value")
    format = words.get("format", "md")
    if format not in FORMATS:
        raise RequestError("format", format, nearest(format, FORMATS))
    shown: dict[str, Any] = {name: words[name] for name in SHOWN if name in words}
    if LEVEL in words:
        shown[LEVEL] = _level(words[LEVEL])
    filters = {name: words[name].split(",") for name in AXES if name in words}
    return replace(TableRequest(filters=filters), **shown), format


def _level(text: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = 0.0
    if not 0.5 < level < 1:
        raise RequestError(LEVEL, text, "expected a share between 0.5 and 1, for example 0.95")
    return level
