"""Finished cells run again: does today's code on this machine give what was recorded?

A record's cell is found in today's plan by its key. Where the key is gone, the cell that today
stands in its place (same data set, method, train size and seeds) tells what has changed.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.grid.errors import RequestError
from benchmarks.grid.key import differences, recorded_science, science, the_only_key
from benchmarks.grid.plan import Cell, Plan, Unavailable
from benchmarks.records import archive, holdings
from benchmarks.records.single_file import GENERATED, GENERATED_LABELS
from benchmarks.records.store import Predictions, Record, Store

IDENTICAL, WITHIN, CHANGED = "identical", "within", "changed"  # of a cell that was rerun
STALE, UNAVAILABLE = "stale", "unavailable"  # of one that could not be
CONFIDENCE = 0.95
Pairs = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Finding:
    """What became of one record. Pairs are (then, now); accuracies are shares."""

    record: Record
    status: str
    reason: str | None = None
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    provenance: Pairs = field(default_factory=dict)
    differences: Pairs = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """The finished records of a benchmark: own ones where there are any, else the published."""

    source: str
    folder: Path
    records: list[Record]
    damaged: tuple[str, ...] = ()


def finished_records(plan: Plan, own: Path, published: Path) -> Finished:
    """Raises RequestError where nothing is finished.

    The own ones are those of today's plan and those of the last run of the whole grid, whose keys
    may be others by now.
    """
    name, store = plan.benchmark["name"], Store(own)
    held = [holdings.of_plan(plan, store), holdings.read_own(own, name)]
    records = {record["key"]: record for holding in held if holding for record in holding.done}
    if records:
        return Finished("own", own, list(records.values()), tuple(dict.fromkeys(store.damaged)))
    theirs = holdings.read_published(published, name)
    if theirs is None or not theirs.done:
        raise RequestError("benchmark", name, f"no finished cells yet; scarce run benchmark={name}")
    return Finished("published", published / name, theirs.done, tuple(store.damaged))


def reader(finished: Finished) -> Callable[[Iterable[str]], list[Record]]:
    """The finished records of some keys: those of trials decide which other cells there are."""
    by_key = {record["key"]: record for record in finished.records}
    return lambda keys: [by_key[key] for key in keys if key in by_key]


def with_predictions(
    finished: Finished, records: list[Record]
) -> Iterator[tuple[Record, Predictions | None]]:
    """Each of the records with its history, and what was predicted.

    Where that cannot be read, it is None, and the record comes as it was given.
    """
    if finished.source == "published":
        wanted = {record["key"] for record in records}
        rows = archive.read_archive(finished.folder / archive.FILE, damaged=[]) if wanted else ()
        found = {row[0]["key"]: row for row in rows if row[0]["key"] in wanted}
        yield from (found.get(record["key"], (record, None)) for record in records)
        return
    store = Store(finished.folder)
    yield from (_whole(store, record) for record in records)


def _whole(store: Store, record: Record) -> tuple[Record, Predictions | None]:
    try:
        found = store.read_whole(record["key"], check=False)
    except RequestError:
        found = None
    return found if found and found[1] else (record, None)


class Today:
    """The cells of today's plan, by key and by the place they have in the grid."""

    def __init__(self, plan: Plan):
        self.cells = {cell.key: cell for cell in plan.cells}
        self.places: dict[str, list[Cell | Unavailable]] = defaultdict(list)
        every: list[Cell | Unavailable] = [*plan.cells, *plan.unavailable]
        for cell in every:
            self.places[_place(cell.config)].append(cell)

    def in_place_of(self, record: Record) -> tuple[Cell | Unavailable | None, Pairs]:
        """Today's cell of the record's names, size and seeds, with what differs between the two."""
        then = recorded_science(record)
        found = [
            (cell, differences(then, _science_today(cell, record)))
            for cell in self.places[_place(record["config"])]
        ]
        return min(found, key=lambda pair: len(pair[1]), default=(None, {}))

    def split(self, records: list[Record]) -> tuple[list[Record], list[Finding]]:
        """The records whose cell is planned today, in the plan's order, and the others, judged."""
        order = {key: index for index, key in enumerate(self.cells)}
        planned = [record for record in records if record["key"] in order]
        others = [self._gone(record) for record in records if record["key"] not in order]
        return sorted(planned, key=lambda record: order[record["key"]]), others

    def _gone(self, record: Record) -> Finding:
        cell, found = self.in_place_of(record)
        if isinstance(cell, Unavailable) and not found:
            return Finding(record, UNAVAILABLE, f"{cell.reason}. {cell.remedy}")
        if cell is None:
            return Finding(record, STALE, "not in today's grid")
        return Finding(record, STALE, "the configuration has changed", differences=found)


def only(records: list[Record], prefix: str) -> list[Record]:
    """The record of one key; raises RequestError where that is not clear."""
    keys = [record["key"] for record in records]
    chosen = the_only_key(prefix, keys, "among the benchmark's finished cells")
    return [record for record in records if record["key"] == chosen]


def drawn(records: list[Record], count: int) -> list[Record]:
    """So many at random, or all where there are no more, in their order."""
    kept = random.sample(range(len(records)), min(count, len(records)))
    return [records[index] for index in sorted(kept)]


def rerun(cells: list[Cell]) -> Iterator[tuple[Record, Predictions | None]]:
    """A new record of each cell, made in this process; nothing is written."""
    from benchmarks.execution.cell import run_cell
    from benchmarks.execution.worker import pin_threads, silence

    silence()
    for cell in cells:
        pin_threads(cell.config["threads"])
        record, predictions = run_cell(cell)
        yield json.loads(json.dumps(record)), predictions  # as it would come back from its file


def judge(
    then: Record, now: Record, stored: Predictions | None, again: Predictions | None
) -> Finding:
    """Identical, within the interval of the recorded accuracy, or changed.

    Changed, too, where the `stored` predictions are not those that the record speaks of.
    """
    provenance = differences(_provenance(then), _provenance(now))
    if now["status"] != "done":
        error = now["error"]
        told = f"it fails now: {error['type']}: {' '.join(error['message'].split())}"
        return Finding(then, CHANGED, told, provenance=provenance)
    old, new = then["metrics"]["accuracy"], now["metrics"]["accuracy"]
    interval = wilson(then["metrics"])
    same = then["predictions"]["sha256"] == now["predictions"]["sha256"]
    assert again is not None  # every finished cell has them
    status, reason = CHANGED, _contradiction(then, stored, again, same)
    if not reason:
        status, reason = _judged(_differing(then, now), old, new, interval)
    return Finding(then, status, reason, new, interval, provenance)


def _contradiction(
    then: Record, stored: Predictions | None, again: Predictions, same: bool
) -> str | None:
    """In what the stored predictions are not those of their record.

    `again` are those of the rerun, with the `same` scores as recorded or with others; published
    scores were rounded to half precision, which changes no order.
    """
    if stored is None:
        return "its stored predictions cannot be read"
    for name, array in again.items():
        if name in (GENERATED, GENERATED_LABELS):  # kept of own runs alone, to be looked at
            continue
        if name not in stored or stored[name].shape != array.shape:
            return f"its stored {name} are not whole"
    for name in ("test_index", "labels"):
        if not np.array_equal(stored[name], again[name]):
            return f"its stored {name} are not those of its test samples"
    scores, predicted = stored["scores"], stored["predicted"]
    half = then["predictions"].get("precision") == "half"
    if half and same and not np.array_equal(_rounded(scores), _rounded(again["scores"])):
        return "its stored scores are not those of its record"
    if not half and _sha256(scores) != then["predictions"]["sha256"]:
        return "its stored scores are not those of its record"
    if same and not np.array_equal(predicted, again["predicted"]):
        return "its stored predicted classes are not those of its record"
    largest = scores == scores.max(axis=1, keepdims=True)
    chosen = predicted[:, None] == np.arange(scores.shape[1])
    if not (largest & chosen).any(axis=1).all():
        return "its stored predicted classes are not those of its scores"
    return None


def _rounded(scores: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return scores.astype(np.float16)


def _sha256(scores: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(scores).tobytes()).hexdigest()


def _judged(
    differing: list[str], old: float, new: float, interval: tuple[float, float]
) -> tuple[str, str | None]:
    if not differing:
        return IDENTICAL, None
    if old == new:
        return WITHIN, f"same accuracy, other {' and '.join(differing)}"
    inside = interval[0] <= new <= interval[1]
    bounds = ", ".join(f"{100 * bound:.2f}" for bound in interval)
    where = f"{'inside' if inside else 'outside'} the interval [{bounds}]"
    return (WITHIN if inside else CHANGED), f"{percent(new)} instead of {percent(old)}, {where}"


def percent(accuracy: float | None) -> str:
    return "-" if accuracy is None else f"{100 * accuracy:.2f} %"


def wilson(metrics: dict[str, Any]) -> tuple[float, float]:
    """The Wilson interval of an accuracy over its test samples."""
    from scipy.stats import binomtest

    samples = metrics["test_samples"]
    right = min(max(round(metrics["accuracy"] * samples), 0), samples)
    interval = binomtest(right, samples).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def _differing(then: Record, now: Record) -> list[str]:
    """The scores are compared by the hash of what they were before any rounding."""
    pairs = {
        "scores": [record["predictions"]["sha256"] for record in (then, now)],
        "metrics": [record["metrics"] for record in (then, now)],
        "history": [record["history"] for record in (then, now)],
    }
    return [name for name, pair in pairs.items() if differences(*pair)]


def _provenance(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record["provenance"].items() if name != "finished"}


def _science_today(cell: Cell | Unavailable, record: Record) -> dict[str, Any]:
    """Data that cannot be had are taken to be what they were."""
    prints = cell.fingerprints if isinstance(cell, Cell) else record["fingerprints"]
    return science(cell.config, prints)


def _place(config: dict[str, Any]) -> str:
    dataset, method = config["dataset"], config["method"]
    names = [dataset["name"], dataset.get("train_size"), method["name"]]
    return json.dumps([*names, config["split_seed"], config["init_seed"]])
