"""What every method is tested for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.checking.cells import (
    DATASETS,
    chance,
    complete,
    fitted,
    one_cell,
    ran,
    ready,
)
from benchmarks.checking.steps import Doubt, Step, Wrong, require
from benchmarks.execution.scores import NoNumbers, WrongScores, require_scores
from benchmarks.grid import learners
from benchmarks.grid.configs import Configs
from benchmarks.grid.fields import require_target

FEW = 8
ENOUGH = {"images": 80, "table": 80, "texts": 1000}  # training samples to learn from; ours
BY_HEART = "overfits"  # what the class of a learner that cannot learn by heart says is False


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the method of that name; `given` are overrides, such as another data set."""
    trial = _Trial(name, given, configs)
    yield Step("builds", trial.builds, needed=True)
    yield Step("trains", trial.trains, needed=True)
    yield Step("scores", trial.scores_fit)
    yield Step("deterministic", trial.deterministic)
    yield Step(f"overfits {FEW} samples", trial.overfits)
    yield Step("learns", trial.learns)
    yield Step("no test leakage", trial.no_leakage)
    yield Step("record complete", lambda: complete(*trial.record))


class _Trial:
    """One method on few samples and on enough of them."""

    def __init__(self, name: str, given: Sequence[str], configs: Configs):
        self.name, self.given, self.configs = name, given, configs

    def builds(self) -> str:
        return f"{self.few.config['method']['_target_']}, n = {FEW} of {self._dataset}"

    def trains(self) -> str:
        parameters = self.learner.parameters
        for count in ("total", "trainable"):
            require(count in parameters, f"parameters.{count}: missing after fit")
        require(isinstance(self.learner.history, dict), "history: lists by epoch needed after fit")
        counted = parameters["total"] if parameters["total"] is not None else "no"
        return f"{counted} parameters, {len(self.learner.history)} curves"

    def scores_fit(self) -> str:
        scores, kind = self.scores, self.learner.score_kind
        shape = (len(self.data.test_labels), self.data.classes)
        try:
            require_scores(scores, *shape)
        except (WrongScores, NoNumbers) as error:
            raise Wrong(str(error)) from error
        require(scores.dtype == np.float32, f"float32 needed, not {scores.dtype}")
        require(np.isfinite(scores).all(), "not all of them are finite")
        require(kind in ("probability", "decision"), f"score_kind={kind}: probability or decision")
        if kind == "probability":
            off = float(np.abs(scores.sum(axis=1) - 1).max())
            require(off < 1e-4, f"score_kind=probability, but rows sum to 1 ± {off:.2g}")
            require((scores >= 0).all(), "score_kind=probability, but some are below 0")
        return f"float32 {shape}, {kind}"

    def deterministic(self) -> str:
        again = fitted(self.few, ready(self.few)).scores(self.data.test_inputs)
        require(again.tobytes() == self.scores.tobytes(), "the same seed gave other scores")
        return "the same seed, the same bytes"

    def overfits(self) -> str:
        """A network that cannot learn eight samples by heart is broken; what is trained otherwise,
        or says `overfits = False`, may be as it is by nature."""
        right = self.learner.scores(self.data.train_inputs).argmax(axis=1)
        share = float((right == self.data.train_labels.numpy()).mean())
        told = f"{share:.0%} of them right"
        if share == 1:
            return told
        by_epochs = bool(self.learner.history)
        if by_epochs and getattr(type(self.learner), BY_HEART, True):
            raise Wrong(f"{told}; more epochs or a larger rate, or {BY_HEART} = False in the class")
        raise Doubt(f"{told}; some methods are so by nature")

    def learns(self) -> str:
        record, predictions = self.record
        share, least = chance(predictions["labels"])
        accuracy = record["metrics"]["accuracy"]
        told = f"accuracy {accuracy:.1%} at n = {record['metrics']['train_samples']}"
        require(accuracy > least, f"{told}, not clearly above chance ({share:.1%})")
        return f"{told}, chance {share:.1%}"

    def no_leakage(self) -> str:
        other = ready(self.few, permuted=True)
        scores = fitted(self.few, other).scores(other.test_inputs)
        same = scores.tobytes() == self.scores.tobytes()
        require(same, "other labels of the test samples gave other scores")
        return "permuted test labels change nothing"

    @cached_property
    def few(self) -> Any:
        return self._cell(FEW)

    @cached_property
    def data(self) -> Any:
        return ready(self.few)

    @cached_property
    def learner(self) -> Any:
        return fitted(self.few, self.data)

    @cached_property
    def scores(self) -> np.ndarray:
        scores: np.ndarray = self.learner.scores(self.data.test_inputs)
        return scores

    @cached_property
    def record(self) -> Any:
        return ran(self._cell(ENOUGH[self._kind]))

    @cached_property
    def _kind(self) -> str:
        """The first kind of inputs that it takes."""
        block = self.configs.compose([f"method={self.name}"])["method"]
        require_target("method", block)
        return getattr(learners.learner_class(block), "takes", ("images",))[0]

    @property
    def _dataset(self) -> str:
        return str(self.few.config["dataset"]["name"])

    def _cell(self, samples: int) -> Any:
        words = [f"method={self.name}", f"dataset={DATASETS[self._kind]}"]
        words += [f"dataset.train_size={samples}", "dataset.stratified=true"]
        if self._kind == "table":
            words.append("dataset.validation=0")
        return one_cell(words, self.given, self.configs)
