"""One small cell with the choice that is checked in it: planned, prepared, run."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checking.steps import Wrong, require
from benchmarks.execution.cell import prepare_data, prepare_learner, run_cell
from benchmarks.execution.worker import pin_threads, silence
from benchmarks.grid import data, seeds
from benchmarks.grid.configs import Configs
from benchmarks.grid.plan import Cell, Plan, make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records.store import Predictions, Record, Store
from benchmarks.running import check

SEEDS = ("split_seed=0", "init_seed=0")
# What a data set of each kind is learned by, and a method of each kind learns from: all bundled but
# the texts.
METHODS = {"images": "logistic", "table": "logistic_table", "texts": "tfidf_logistic"}
DATASETS = {"images": "digits01", "table": "breast_cancer", "texts": "rt_polarity"}
OF_EACH_SAMPLE = ("test_index", "labels", "predicted", "scores")
COMPLETE = ("key", "status", "config", "metrics", "timing", "provenance", "predictions", "history")


def planned(words: Sequence[str], given: Sequence[str], configs: Configs) -> Plan:
    """The plan of these words, the user's own in the place of those of the same name.

    Raises RequestError for what cannot be planned or built, Wrong where data cannot be had.
    """
    names = {word.partition("=")[0] for word in given}
    kept = [word for word in words if word.partition("=")[0] not in names]
    plan = make_plan(parse_request([*kept, *given]), configs)
    if not plan.cells and not plan.searches:
        missing = plan.unavailable[0]
        raise Wrong(f"{missing.reason}; {missing.remedy}")
    check(plan)
    return plan


def one_cell(words: Sequence[str], given: Sequence[str], configs: Configs) -> Cell:
    """The first cell of a plan; raises what `planned` raises."""
    return planned([*SEEDS, *words], given, configs).cells[0]


def ready(cell: Cell, permuted: bool = False) -> Any:
    """The data of a cell, its threads pinned; the labels of the test samples `permuted`."""
    silence()
    pin_threads(cell.config["threads"])
    if not permuted:
        return prepare_data(cell.config)
    samples, split = data.load(cell.config["dataset"]), data.split_of(cell.config)
    labels = samples.labels.copy()
    labels[split.test] = np.random.default_rng(0).permutation(labels[split.test])
    return prepare_data(cell.config, split, dataclasses.replace(samples, labels=labels))


def fitted(cell: Cell, split_data: Any) -> Any:
    """The learner of a cell, trained on its training part."""
    learner = prepare_learner(cell.config)
    seed = seeds.fit_seed(cell.config["split_seed"], cell.config["init_seed"])
    learner.fit(split_data.training, seed)
    return learner


def ran(cell: Cell) -> tuple[Record, Predictions]:
    """The record of a cell, written and read again; raises Wrong where it failed."""
    silence()
    pin_threads(cell.config["threads"])
    record, predictions = run_cell(cell)
    if record["status"] == "failed":
        error = record["error"]
        raise Wrong(f"{error['type']}: {error['message']} ({error['log'][-1]})")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.prepare()
        store.write(record, predictions)
        found = store.read_whole(cell.key)
    if found is None or found[1] is None:
        raise Wrong("the record that was written is not to be read")
    return found[0], found[1]


def complete(record: Record, predictions: Predictions) -> str:
    """What a record holds; raises Wrong where something is missing of it."""
    for name in COMPLETE:
        require(name in record, f"the record has no {name}")
    tested = len(predictions["labels"])
    for name in OF_EACH_SAMPLE:
        array = predictions[name]
        require(len(array) == tested, f"predictions.{name}: {tested} needed, not {len(array)}")
    accuracy = record["metrics"]["accuracy"]
    require(0 <= accuracy <= 1, f"metrics.accuracy={accuracy}: a share is needed")
    return f"{len(record['metrics'])} metrics, {tested} predictions, key {record['key'][:12]}"


def chance(labels: np.ndarray) -> tuple[float, float]:
    """The accuracy of naming the largest class alone, and three standard errors above it, the bound
    from which on we speak of learning."""
    share = np.bincount(labels).max() / len(labels)
    return float(share), float(share + 3 * np.sqrt(share * (1 - share) / len(labels)))
