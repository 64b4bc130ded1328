"""The `tuned` protocol: which trials a cell's hyper-parameters are chosen from, in which order.

Each method is tuned on each split by itself: `trials` settings of its search space, the first of
them those of its file, are trained on a part of the training samples and judged on the rest of
them. All begin with the first of `rungs`, a share of the method's epochs; the best `keep` of them
go on to the next (successive halving: Jamieson & Talwalkar, AISTATS 2016; here in step, so that
what is chosen does not depend on which trial ended first). The best of the last rung is trained on
all training samples and tested once.

A trial is a cell like any other. It is planned when the trials before it are decided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.grid import search, seeds
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.metrics import ACCURACY
from benchmarks.grid.search import Settings

OPTIONS = ("trials", "validation", "rungs", "keep")
METRIC = "metric"  # what trials are judged by; where it is not stated, accuracy
METRICS = (ACCURACY, "balanced_accuracy", "auroc", "average_precision")
LABELS = ("name", "says")
STAGE, TRIAL = "stage", "trial"
NOTHING_LEARNED = "nothing_learned"  # a note of a trial, with the reason
TRIAL_SEED = 0  # of initial weights, whichever the seeds are that the winner is trained with

Config = dict[str, Any]


def tunes(protocol: Config) -> bool:
    """Whether a protocol's file asks for a search."""
    return any(name in protocol for name in OPTIONS)


def is_trial(config: Config) -> bool:
    """Whether a cell is a trial: tested on validation samples, never on test samples."""
    return bool(config["protocol"].get(STAGE) == TRIAL)


def judged_by(protocol: Config) -> str:
    """The metric of a trial's record that says how good its settings are."""
    metric: str = protocol.get(METRIC, ACCURACY)
    return metric


def check(protocol: Config) -> None:
    """Raises RequestError for options of the protocol that cannot be."""
    for name in OPTIONS:
        if name not in protocol:
            raise RequestError(f"protocol.{name}", "missing", "a protocol that tunes needs it")
    for name in protocol:
        if name not in (*OPTIONS, METRIC, *LABELS):
            raise RequestError(f"protocol.{name}", protocol[name], nearest(name, OPTIONS))
    if judged_by(protocol) not in METRICS:
        remedy = nearest(judged_by(protocol), METRICS)
        raise RequestError(f"protocol.{METRIC}", judged_by(protocol), remedy)
    trials, validation, rungs = protocol["trials"], protocol["validation"], protocol["rungs"]
    if not _whole(trials, least=1):
        raise RequestError("protocol.trials", trials, "a whole number from 1 up")
    if not (_whole(validation, least=2) or _share(validation, below_one=True)):
        remedy = "a share of the training samples between 0 and 1, or folds from 2 up"
        raise RequestError("protocol.validation", validation, remedy)
    if not _share(protocol["keep"], below_one=True):
        raise RequestError("protocol.keep", protocol["keep"], "a share between 0 and 1")
    rising = isinstance(rungs, list) and rungs and all(_share(share) for share in rungs)
    if not (rising and rungs == sorted(set(rungs)) and rungs[-1] == 1):
        raise RequestError("protocol.rungs", rungs, "rising shares of the epochs, the last one 1")


@dataclass(frozen=True)
class Try:
    """One trial on one rung: number and settings, and its cells, one for each fold."""

    number: int
    settings: Settings
    configs: tuple[Config, ...]


class Study:
    """The search for the hyper-parameters of one method on one split.

    `config` is that of a cell as the grid states it, with the values of the method's file.
    """

    def __init__(self, config: Config):
        self.config = config
        self.space = config[search.FIELD]
        self.protocol = config["protocol"]
        seed = seeds.search_seed(config["split_seed"])
        self.tried = search.settings(self.space, config["method"], self.protocol["trials"], seed)

    @property
    def rungs(self) -> list[float]:
        return _rungs(self.config)

    def rung(self, place: int, numbers: list[int]) -> list[Try]:
        """The trials of these numbers on a rung."""
        return [
            Try(number, self.tried[number], tuple(self._folds(place, number))) for number in numbers
        ]

    def survivors(self, scores: dict[int, float]) -> list[int]:
        """The numbers that go on, the best first; of equals the earlier trial."""
        count = max(1, math.ceil(self.protocol["keep"] * len(scores)))
        return sorted(scores, key=lambda number: (-scores[number], number))[:count]

    def sizes(self) -> list[int]:
        """How many trials each rung has."""
        return _sizes(self.config, len(self.tried))

    def walk(self, score_of: Callable[[Try], float | None]) -> tuple[list[Try], int | None]:
        """The trials that are decided on, rung after rung, and the number of the winner, if it is.

        `score_of` gives the metric of a trial on its rung, the mean over its folds (the more the
        better), or None where it has not been run yet: then no later rung is decided on.
        """
        tries, numbers = [], list(range(len(self.tried)))
        for place in range(len(self.rungs)):
            rung = self.rung(place, numbers)
            tries += rung
            scores = {each.number: score_of(each) for each in rung}
            known = {number: score for number, score in scores.items() if score is not None}
            if len(known) < len(scores):
                return tries, None
            numbers = self.survivors(known)
        return tries, numbers[0]

    def later(self, decided: int) -> Iterator[Config]:
        """Configurations like those of the trials after so many, to foresee their time."""
        rung_of = [place for place, size in enumerate(self.sizes()) for _ in range(size)]
        for place in rung_of[decided:]:
            yield from self.rung(place, [0])[0].configs

    def final(self, number: int, init_seed: int) -> Config:
        """The cell that is tested: the settings of a trial, trained on all training samples."""
        method = search.with_settings(self.config["method"], self.tried[number])
        protocol = {**self.protocol, "chosen_trial": number}
        return {**self.config, "method": method, "protocol": protocol, "init_seed": init_seed}

    def _folds(self, place: int, number: int) -> Iterator[Config]:
        method = search.with_settings(self.config["method"], self.tried[number])
        if "epochs" in method:
            method = {**method, "epochs": max(1, round(self.rungs[place] * method["epochs"]))}
        told = ("name", "says", "validation", METRIC)
        stated = {name: self.protocol[name] for name in told if name in self.protocol}
        for fold in range(_fold_count(self.protocol)):
            its_own = {STAGE: TRIAL, "fold": fold, "trial": number, "rung": place}
            yield {
                **self.config,
                "method": method,
                "protocol": stated | its_own,
                "init_seed": TRIAL_SEED,
            }


def most_trials(config: Config) -> int:
    """How many cells a search is before its winner is known; fewer in a space of few settings."""
    return sum(_sizes(config, config["protocol"]["trials"])) * _fold_count(config["protocol"])


def _rungs(config: Config) -> list[float]:
    """Shares of the epochs; without epochs there is nothing to be short of."""
    return config["protocol"]["rungs"] if "epochs" in config["method"] else [1.0]


def _sizes(config: Config, first: int) -> list[int]:
    counts = [first]
    for _ in _rungs(config)[1:]:
        counts.append(max(1, math.ceil(config["protocol"]["keep"] * counts[-1])))
    return counts


def _fold_count(protocol: Config) -> int:
    validation = protocol["validation"]
    return validation if _whole(validation, least=2) else 1


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _share(value: Any, below_one: bool = False) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and (0 < value < 1 or (value == 1 and not below_one))
