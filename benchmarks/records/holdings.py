"""What is held of a benchmark: its description, its records, the cells whose data were missing.

Own holdings lie in the results folder; the records are shared by all benchmarks, and manifests say
which cells belong where: `manifest.json` those of the last run, `whole.json` those of the last run
that changed nothing of the benchmark's grid. Published holdings lie in a folder per benchmark.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grid import variants
from benchmarks.grid.errors import RequestError
from benchmarks.grid.metrics import ACCURACY, FIELD, shown_metric
from benchmarks.grid.plan import Plan
from benchmarks.grid.variants import with_variant
from benchmarks.records import archive
from benchmarks.records.atomic import alone_in
from benchmarks.records.provenance import without_paths
from benchmarks.records.reading import reason
from benchmarks.records.store import Predictions, Record, Store, write_atomically

LAST_RUN, WHOLE = "manifest.json", "whole.json"
RECOMMENDS = "recommends"  # of a benchmark: it ends with a recommendation
REDUCED = "reduced"  # of a benchmark: what is smaller in it than in the source of its claims
REDUCED_SCALE = "reduced scale"  # how the note on it begins
LEARNER = ("method", "backbone", "loss", "augmentation", "resampling", variants.FIELD)
VARIED = "varied"  # of a benchmark: the fields that tell its rows apart
PLANNED = "planned"  # of one that has not every method everywhere: the places that it has
Place = tuple[str, str, str]  # data set, protocol, method
FIELDS = {"benchmark": dict, "expected": int, "unavailable": list, "changes": list}


@dataclass(frozen=True)
class Holding:
    """`expected` counts the cells of the grid, those without data included."""

    benchmark: dict[str, Any]
    records: list[Record]
    unavailable: list[dict[str, Any]]
    expected: int
    changes: list[str]
    damaged: tuple[str, ...] = ()
    source: Store | Path | None = None  # the store or the archive that holds the predictions

    def predictions(self, keys: Iterable[str]) -> Iterator[tuple[str, Predictions]]:
        """The predictions of these cells, each with its key; raises RequestError for damaged ones.

        From an archive they come in its own order.
        """
        if isinstance(self.source, Store):
            yield from ((key, self.source.predictions(key)) for key in keys)
        elif self.source is not None:
            wanted = set(keys)
            for record, arrays in archive.read_archive(self.source):
                if record["key"] in wanted:
                    yield record["key"], arrays

    def histories(self, keys: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The training histories of these cells, each with its key."""
        if isinstance(self.source, Store):
            records = (self.source.read(key) for key in keys)
            yield from ((record["key"], record["history"]) for record in records if record)
        elif self.source is not None:
            yield from archive.read_histories(self.source, set(keys))

    @property
    def planned(self) -> frozenset[Place]:
        """Where its grid has which method; empty where it has each everywhere."""
        places = self.benchmark.get(PLANNED, [])
        return frozenset((dataset, protocol, method) for dataset, protocol, method in places)

    @property
    def metric(self) -> str:
        """What its tables and figures show."""
        return shown_metric(self.benchmark)

    @property
    def notes(self) -> list[str]:
        """What a reader must know of the grid before any number of it."""
        found = []
        if self.changes:
            found.append(
                f"not the benchmark's own grid, it was changed by {' '.join(self.changes)}"
            )
        if self.benchmark.get(REDUCED):
            found.append(f"{REDUCED_SCALE}: {self.benchmark[REDUCED]}")
        if self.partial:
            found.append(f"partial: {len(self.done)} of {self.expected} cells")
        return found + [f"damaged record left out: {name}" for name in self.damaged]

    @property
    def done(self) -> list[Record]:
        return [record for record in self.records if record["status"] == "done"]

    @property
    def partial(self) -> bool:
        return len(self.done) < self.expected


def of_plan(plan: Plan, store: Store) -> Holding:
    """What the store holds of a plan."""
    records = _named(store.read_all(cell.key for cell in plan.cells), plan.varied)
    damaged = tuple(store.damaged)
    return Holding(records=records, damaged=damaged, source=store, **_manifest(plan))


def write_manifest(plan: Plan, store: Store) -> None:
    """Remember which cells belong to this run of the benchmark."""
    folder = store.results / plan.benchmark["name"]
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {**_manifest(plan), "cells": [cell.key for cell in plan.cells]}
    with alone_in(folder):
        for name in [LAST_RUN] if plan.changes else [LAST_RUN, WHOLE]:
            _write(folder / name, manifest)


def read_last_run(results: Path, name: str) -> Holding | None:
    """The cells of the last run here, or None where there was none."""
    return _read(results / name / LAST_RUN, Store(results))


def read_own(results: Path, name: str) -> Holding | None:
    """The own cells of the benchmark's own grid, or None where it was never run as it stands."""
    return _read(results / name / WHOLE, Store(results))


def read_published(folder: Path, name: str) -> Holding | None:
    """None where nothing of it is published; raises RequestError for what is damaged."""
    manifest, records = folder / name / LAST_RUN, folder / name / archive.FILE
    if records.is_file() and not manifest.is_file():
        remedy = f"not there, beside {archive.FILE}; put it back, or remove these records"
        raise RequestError("manifest", manifest, remedy)
    return _read(manifest)


def write_published(holding: Holding, store: Store, folder: Path, kept: Iterable[str] = ()) -> None:
    """Fold the finished records into one file, and a manifest beside it.

    `kept` are the keys of records that stay in that file as they are published there.
    """
    keys = {record["key"] for record in holding.done}
    file, stay = folder / archive.FILE, set(kept) - keys
    source = _WithPublished(store, file, stay) if stay else store
    archive.write_archive(file, keys | stay, source)
    fields = {name: getattr(holding, name) for name in FIELDS}
    _write(folder / LAST_RUN, fields)


class _WithPublished(Store):
    """The own records and, for some keys, those of an archive."""

    def __init__(self, own: Store, file: Path, keys: set[str]):
        super().__init__(own.results)
        rows = archive.read_archive(file)
        self.published = {found[0]["key"]: found for found in rows if found[0]["key"] in keys}

    def read_whole(self, key: str, check: bool = True) -> tuple[Record, Predictions | None] | None:
        return self.published.get(key) or super().read_whole(key, check)


def is_trial(record: Record) -> bool:
    """Whether a record is of a trial of a search: its accuracy is that on validation samples."""
    protocol = (record.get("config") or {}).get("protocol") or {}
    return protocol.get("stage") == "trial"


def arm(config: dict[str, Any]) -> list[str]:
    """The choices that make a cell's learner, by name: method, backbone, loss and so on."""
    return [config[group]["name"] for group in LEARNER if group in config]


def _manifest(plan: Plan) -> dict[str, Any]:
    benchmark = {
        "name": plan.benchmark["name"],
        "says": plan.benchmark["says"],
        "methods": plan.order("method"),
        "datasets": plan.order("dataset"),
        "class_names": plan.class_names,
    }
    if plan.benchmark.get(REDUCED):
        benchmark[REDUCED] = plan.benchmark[REDUCED]
    if shown_metric(plan.benchmark) != ACCURACY:
        benchmark[FIELD] = plan.benchmark[FIELD]
    if plan.varied:
        benchmark[VARIED] = plan.varied
    if (places := _places(plan)) is not None:
        benchmark[PLANNED] = places
    if plan.benchmark.get(RECOMMENDS):
        arms = [arm(with_variant(config, plan.varied)) for config in plan.configs]
        once = [names for place, names in enumerate(arms) if names not in arms[:place]]
        benchmark |= {RECOMMENDS: True, "arms": once}
    return {
        "benchmark": benchmark,
        "expected": plan.total,
        "unavailable": _unavailable(plan),
        "changes": list(plan.changes),
    }


def _places(plan: Plan) -> list[Place] | None:
    """Where the grid has which method; None where it has each everywhere."""
    groups = ("dataset", "protocol", "method")
    names = [tuple(config[group]["name"] for group in groups) for config in plan.configs]
    places = {(dataset, protocol, method) for dataset, protocol, method in names}
    everywhere = math.prod(len(set(of_group)) for of_group in zip(*places, strict=True))
    return sorted(places) if len(places) < everywhere else None


def _unavailable(plan: Plan) -> list[dict[str, Any]]:
    """One entry per data set, method and reason, with the number of cells it stands for. No path
    of this machine is in it.
    """
    counted = Counter(
        (
            cell.config["dataset"]["name"],
            cell.config["method"]["name"],
            without_paths(cell.reason),
            without_paths(cell.remedy),
        )
        for cell in plan.unavailable
    )
    fields = ("dataset", "method", "reason", "remedy")
    return [{**dict(zip(fields, e, strict=True)), "cells": n} for e, n in counted.items()]


def _write(file: Path, manifest: dict[str, Any]) -> None:
    write_atomically(file, json.dumps(manifest, indent=1).encode() + b"\n")


def _read(file: Path, store: Store | None = None) -> Holding | None:
    """From a manifest: its cells in the store or, without one, the archive beside it."""
    if not file.is_file():
        return None
    with _told(file):
        manifest = json.loads(file.read_bytes())
        fields = {name: manifest[name] for name in FIELDS}
        if not all(isinstance(fields[name], kind) for name, kind in FIELDS.items()):
            raise ValueError("a field of another type")
        shown_metric(fields["benchmark"])
        keys = _cells(manifest) if store else []
        varied = list(fields["benchmark"].get(VARIED, ()))
    if store is None:
        source = file.parent / archive.FILE
        records = _named(archive.read_records(source), varied)
        return Holding(records=records, source=source, **fields)
    records = _named(store.read_all(keys), varied)
    return Holding(records=records, damaged=tuple(store.damaged), source=store, **fields)


def _named(records: Iterable[Record], varied: list[str]) -> list[Record]:
    """Records whose configurations name their variant, where the benchmark has variants."""
    if not varied:
        return list(records)
    return [{**r, "config": with_variant(r["config"], varied)} for r in records]


def last_run_keys(results: Path, name: str) -> list[str] | None:
    """The keys of the last run's cells, without their records, or None where there was none."""
    file = results / name / LAST_RUN
    if not file.is_file():
        return None
    with _told(file):
        return _cells(json.loads(file.read_bytes()))


def _cells(manifest: dict[str, Any]) -> list[str]:
    keys = manifest["cells"]
    if not isinstance(keys, list):
        raise ValueError("cells are no list")
    return keys


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RequestError) as error:
        remedy = f"not readable ({reason(error)}); run the benchmark again to write it anew"
        raise RequestError("manifest", file, remedy) from error
