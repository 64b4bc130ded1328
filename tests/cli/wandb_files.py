"""Reads the file that Weights & Biases writes offline: what `wandb sync` would upload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER, BLOCK = 7, 32768  # bytes: of the file, and before each piece of a record; LevelDB's log
FULL, FIRST, LAST = 1, 2, 4


def records(file: Path) -> Iterator[Any]:
    """Its records in order, as messages of wandb's own format."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, place, whole = file.read_bytes(), HEADER, b""
    assert content.startswith(b":W&B")
    while place + HEADER <= len(content):
        if BLOCK - place % BLOCK < HEADER:
            place += BLOCK - place % BLOCK
            continue
        length, kind = int.from_bytes(content[place + 4 : place + 6], "little"), content[place + 6]
        piece = content[place + HEADER : place + HEADER + length]
        whole = piece if kind in (FULL, FIRST) else whole + piece
        if kind in (FULL, LAST):
            yield Record.FromString(whole)
        place += HEADER + length


def told(file: Path) -> dict[str, Any]:
    """Its run, configuration, summary, and the rows of its history."""
    found: dict[str, Any] = {"config": {}, "summary": {}, "history": []}
    for record in records(file):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            found["run"] = record.run
            found["config"] |= _values(record.run.config.update)
        elif kind == "summary":
            found["summary"] |= _values(record.summary.update)
        elif kind == "history":
            found["history"].append(_values(record.history.item))
        elif kind == "exit":
            found["exit_code"] = record.exit.exit_code
    return found


def _values(items: Any) -> dict[str, Any]:
    named = {item.key or "/".join(item.nested_key): item.value_json for item in items}
    return {name: json.loads(value) for name, value in named.items()}
