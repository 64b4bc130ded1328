"""What is held of a benchmark: its description, its records, the cells whose data were missing.

Own holdings lie in the results folder (a manifest names the cells of the last run; the records
are shared by all benchmarks). Published ones lie in results/published/NAME and never stand in for
a run.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grid import archive
from benchmarks.grid.plan import Plan
from benchmarks.grid.store import Record, Store, write_atomically

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Holding:
    """`expected` counts the cells of the grid whose data could be had."""

    benchmark: dict[str, Any]
    records: list[Record]
    unavailable: list[dict[str, Any]]
    expected: int

    @property
    def partial(self) -> bool:
        return sum(record["status"] == "done" for record in self.records) < self.expected


def write_manifest(plan: Plan, store: Store) -> None:
    """Remember which cells belong to this run of the benchmark."""
    folder = store.results / plan.benchmark["name"]
    folder.mkdir(parents=True, exist_ok=True)
    keys = [cell.key for cell in plan.cells]
    _write(folder, _description(plan), _unavailable(plan), len(keys), keys)


def read_own(results: Path, name: str) -> Holding | None:
    """The cells of the last run here, or None where there was none."""
    manifest = _read(results / name)
    if manifest is None:
        return None
    records = Store(results).read_all(manifest["cells"])
    return Holding(manifest["benchmark"], records, manifest["unavailable"], manifest["expected"])


def read_published(folder: Path, name: str) -> Holding | None:
    manifest = _read(folder / name)
    if manifest is None:
        return None
    records = archive.read_records(folder / name / archive.FILE)
    return Holding(manifest["benchmark"], records, manifest["unavailable"], manifest["expected"])


def write_published(holding: Holding, store: Store, folder: Path) -> Path:
    """Fold the finished records into one file beside a manifest; returns where they lie."""
    target = folder / holding.benchmark["name"]
    target.mkdir(parents=True, exist_ok=True)
    archive.write_archive(target / archive.FILE, holding.records, store)
    _write(target, holding.benchmark, holding.unavailable, holding.expected)
    return target


def _description(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.benchmark["name"],
        "says": plan.benchmark["says"],
        "methods": plan.order("method"),
        "datasets": plan.order("dataset"),
    }


def _unavailable(plan: Plan) -> list[dict[str, Any]]:
    """One entry per data set, method and reason, with the number of cells it stands for."""
    counted = Counter(
        (cell.config["dataset"]["name"], cell.config["method"]["name"], cell.reason, cell.remedy)
        for cell in plan.unavailable
    )
    fields = ("dataset", "method", "reason", "remedy")
    return [{**dict(zip(fields, e, strict=True)), "cells": n} for e, n in counted.items()]


def _write(
    folder: Path,
    benchmark: dict[str, Any],
    unavailable: list[dict[str, Any]],
    expected: int,
    cells: list[str] | None = None,
) -> None:
    manifest = {"benchmark": benchmark, "expected": expected, "unavailable": unavailable}
    if cells is not None:
        manifest["cells"] = cells
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1).encode() + b"\n")


def _read(folder: Path) -> dict[str, Any] | None:
    file = folder / MANIFEST
    return json.loads(file.read_text()) if file.is_file() else None
