"""One cell: its data, its learner, training, test, record."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from benchmarks.execution import generated, judging, threshold
from benchmarks.execution.features import feature_cache
from benchmarks.execution.scores import require_scores, scores_of
from benchmarks.execution.selection import Selection, accuracy, selects
from benchmarks.grid import data, learners, resampling, seeds, tuning
from benchmarks.grid.plan import Cell, fingerprints
from benchmarks.records import record
from benchmarks.records.reading import checked_whole, parsed
from benchmarks.records.store import Predictions, Record
from datasets.samples import Samples
from datasets.splits import Split

TOLD = ("backbone", "augmentation", "resampling")
# What the settings of a trial raise in the same way wherever it runs; `Diverged` is one. Not what a
# device raises, such as PyTorch's RuntimeError where its memory is taken by others.
SETTINGS_TO_BLAME = (ValueError, ArithmeticError)


def describe(cell: Cell) -> str:
    """In a few words, for people."""
    config = cell.config
    taken = [config[group]["name"] for group in TOLD if group in config]
    return (
        f"{' '.join([config['method']['name'], *taken])} on {config['dataset']['name']}, "
        f"n={config['dataset']['train_size']}, seed {config['split_seed']}"
    )


def run_cell(cell: Cell) -> tuple[Record, Predictions | None]:
    """Train and test one model; an exception, `sys.exit` too, becomes a `failed` record."""
    try:
        measured, predictions = _measure(cell)
        # What a learner of somebody's own gives must be plain data that can be read again.
        checked_whole(parsed(json.dumps(measured)), cell.key)
        return measured, predictions
    except (Exception, SystemExit) as error:
        return record.failed(cell, error), None


def _measure(cell: Cell) -> tuple[Record, Predictions]:
    clock = _Clock()
    _require_planned_data(cell)
    split_data = prepare_data(cell.config)
    clock.lap("data")
    learner = prepare_learner(cell.config)
    try:
        training = resampled(split_data.training, cell.config)
        selection = _fit(learner, training, split_data, cell.config)
        clock.lap("train")
        scores = scores_of(learner, split_data.test_inputs, split_data.classes)
        clock.lap("test")
        train_scores = scores_of(learner, split_data.train_inputs, split_data.classes)
        last = _metrics(learner, split_data, scores, train_scores)
        last |= threshold.metrics(learner, split_data, selection)
        last |= judging.metrics(cell.config, scores, split_data.test_labels.numpy())
    except SETTINGS_TO_BLAME as error:
        if not tuning.is_trial(cell.config):
            raise
        return _without_learning(cell, learner, split_data, clock, error)
    measured = {
        "metrics": last | selection.metrics(last) | getattr(learner, "measures", {}),
        "history": learner.history,
        "timing": clock.timing(),
        "caveats": list(data.load(cell.config["dataset"]).caveats),
        "notes": getattr(learner, "notes", {}),
        "predictions": {"score_kind": learner.score_kind},
        **selection.marks,
    }
    predictions = _predictions(cell.config, split_data, selection.scores_or(scores))
    predictions |= generated.pictures(training, cell.config)
    return record.done(cell, measured, predictions), predictions


def _without_learning(
    cell: Cell, learner: Any, split_data: Any, clock: _Clock, error: Exception
) -> tuple[Record, Predictions]:
    """A trial whose settings cannot be trained with, or made the training diverge, has an answer:
    it has learned nothing, one class is all that it predicts, and every other trial is better."""
    clock.lap("train")
    scores, train_scores = (
        np.full((len(labels), split_data.classes), 1 / split_data.classes, np.float32)
        for labels in (split_data.test_labels, split_data.train_labels)
    )
    learner.parameters = learner.parameters or {"total": None, "trainable": None}
    measured = {
        "metrics": _metrics(learner, split_data, scores, train_scores)
        | judging.metrics(cell.config, scores, split_data.test_labels.numpy()),
        "history": {},
        "timing": clock.timing(),
        "caveats": list(data.load(cell.config["dataset"]).caveats),
        "notes": {tuning.NOTHING_LEARNED: f"{type(error).__name__}: {error}"},
        "predictions": {"score_kind": learner.score_kind},
    }
    predictions = _predictions(cell.config, split_data, scores)
    return record.done(cell, measured, predictions), predictions


class InputsChanged(RuntimeError):  # noqa: N818
    """The data or the weights are not those that the cell was planned with."""


def _require_planned_data(cell: Cell) -> None:
    """The key stands for these very data, which may lie in a folder that somebody else changes."""
    found = fingerprints(cell.config)
    changed = [name for name, value in cell.fingerprints.items() if found.get(name) != value]
    if changed:
        raise InputsChanged(f"{', '.join(changed)} changed since the plan was made; run it again")


def _fit(learner: Any, training: Any, split_data: Any, config: dict[str, Any]) -> Selection:
    """Train; where the protocol selects an epoch on the test data, with these watched."""
    seed = seeds.fit_seed(config["split_seed"], config["init_seed"])
    if not selects(config, learner):
        learner.fit(training, seed)
        return Selection()
    watched = (split_data.test_inputs, split_data.test_labels)
    learner.fit(training, seed, watched=watched)
    require_scores(learner.best_scores, len(watched[1]), split_data.classes)
    return Selection(learner.best_scores, learner.best_epoch, split_data.test_labels.numpy())


def resampled(training: Any, config: dict[str, Any]) -> Any:
    """The training part with the samples that the resampling makes of it: it sees nothing else."""
    resampler = resampling.build(config)
    if resampler is None:
        return training
    seed = seeds.resampling_seed(config["split_seed"], config["init_seed"])
    return training.resampled(*resampler(training, seed))


def prepare_data(
    config: dict[str, Any], split: Split | None = None, samples: Samples | None = None
) -> Any:
    """The samples of the cell's split, or of another, in the batches that the method asks for.

    `samples` are those of the data set, unless others are given.
    """
    from datasets.module import SplitData  # imports Lightning: only where a cell really runs

    of_cell = config["split_seed"], config["init_seed"]
    return SplitData(
        data.load(config["dataset"]) if samples is None else samples,
        split or data.split_of(config),
        batch_size=config["method"].get("batch_size"),
        order_seed=seeds.order_seed(*of_cell),
        augmentation=data.augmentation(config),
        augmentation_seed=seeds.augmentation_seed(*of_cell),
    )


def prepare_learner(config: dict[str, Any]) -> Any:
    """Not yet fitted; a frozen backbone's features are kept for all cells of this machine."""
    learner = learners.build(config)
    if hasattr(learner, "feature_cache"):
        learner.feature_cache = feature_cache()
    return learner


def _metrics(
    learner: Any, split_data: Any, scores: np.ndarray, train_scores: np.ndarray
) -> dict[str, Any]:
    return {
        "accuracy": accuracy(scores, split_data.test_labels.numpy()),
        "train_accuracy": accuracy(train_scores, split_data.train_labels.numpy()),
        "train_samples": len(split_data.train_labels),
        "test_samples": len(split_data.test_labels),
        "parameters": learner.parameters["total"],
        "trainable_parameters": learner.parameters["trainable"],
    }


def _predictions(config: dict[str, Any], split_data: Any, scores: np.ndarray) -> Predictions:
    test = data.split_of(config).test
    return {
        "test_index": test.astype(np.int32),
        "labels": split_data.test_labels.numpy().astype(np.int16),
        "predicted": scores.argmax(axis=1).astype(np.int16),
        "scores": scores.astype(np.float32),
    }


class _Clock:
    """Seconds of each stage of a cell, and of the whole."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(now - self.last, 6)
        self.last = now

    def timing(self) -> dict[str, float]:
        return {**self.laps, "total": round(time.perf_counter() - self.start, 6)}
