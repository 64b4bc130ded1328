"""Plain tables by the standard library: a summary of all cells, and the history of each."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from benchmarks.records.atomic import alone_in, write_atomically
from benchmarks.tracking.told import EPOCH, Benchmark, FinishedCell

KEY = "key"


class CsvFiles:
    """`csv/BENCHMARK/summary.csv`, a row per cell, and `csv/BENCHMARK/history/KEY.csv`, a row per
    epoch, below `folder`."""

    name = "csv"

    def __init__(self, folder: Path):
        self.root = folder / "csv"
        self.place = str(self.root)

    def begin(self, benchmark: Benchmark) -> None:
        """Cells that earlier runs logged stay."""
        self.folder = self.root / benchmark.name
        self.history = self.folder / "history"
        self.history.mkdir(parents=True, exist_ok=True)
        self.summary = _Summary(self.folder / "summary.csv")

    def cell(self, finished: FinishedCell) -> None:
        curves = [{EPOCH: epoch, **values} for epoch, values in finished.curves()]
        if curves:
            file = self.history / f"{finished.record[KEY]}.csv"
            write_atomically(file, _text(curves, _columns(curves)).encode())
        with alone_in(self.folder):
            self.summary.add(_row(finished))

    def end(self, folder: Path) -> None:
        """Nothing: tables and verdicts lie in that folder as CSV and JSON already."""


class _Summary:
    """A growing file of rows, one by key. Appended to where that is enough, else written anew;
    read again where somebody else has written it."""

    def __init__(self, file: Path):
        self.file, self.size = file, 0
        self.rows: dict[str, dict[str, Any]] = {}
        self.columns: list[str] = []

    def add(self, row: dict[str, Any]) -> None:
        if self._size_now() != self.size:
            self._read()
        appendable = self.size and row[KEY] not in self.rows and set(row) <= set(self.columns)
        self.rows[row[KEY]] = row
        if appendable:
            with self.file.open("a", newline="", encoding="utf-8") as out:
                csv.DictWriter(out, self.columns, lineterminator="\n").writerow(row)
        else:
            self.columns = _columns(self.rows.values())
            write_atomically(self.file, _text(self.rows.values(), self.columns).encode())
        self.size = self._size_now()

    def _read(self) -> None:
        with self.file.open(newline="", encoding="utf-8") as text:
            self.rows = {row[KEY]: row for row in csv.DictReader(text)}
        self.columns = _columns(self.rows.values())

    def _size_now(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0


def _row(finished: FinishedCell) -> dict[str, Any]:
    config = finished.config
    return {
        KEY: finished.record[KEY],
        "status": finished.record["status"],
        "method": finished.label,
        "dataset": finished.dataset,
        "protocol": config["protocol"]["name"],
        "train_size": config["dataset"]["train_size"],
        "split_seed": config["split_seed"],
        "init_seed": config["init_seed"],
        "error": finished.error,
        **finished.measured,
    }


def _columns(rows: Any) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _text(rows: Any, columns: list[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
