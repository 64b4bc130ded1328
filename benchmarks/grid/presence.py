"""Which data sets and weights are here, and which benchmarks can run with them.

Nothing is fetched, unpacked or decoded (`datasets.looking`), and no PyTorch is imported.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hydra.utils import get_class

from benchmarks.grid import data, search, tuning, weights
from benchmarks.grid.composing import Composer
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError
from benchmarks.grid.locating import why_not_there
from benchmarks.grid.request import Request
from benchmarks.grid.stated import stated_configs
from datasets.looking import HERE, MISSING, TO_NAME, Finding, look

RANDOM = Finding(HERE, "random, no file")
# A method that takes a backbone, with pre-trained weights where there are any.
WITH_WEIGHTS = {"pretrained": True}


@dataclass(frozen=True)
class Readiness:
    """Of a benchmark: its cells, how many of them miss something, and what they miss.

    `trials` are those that come before the cells of a protocol that tunes, at most.
    """

    cells: int
    waiting: int
    misses: tuple[str, ...] = ()
    trials: int = 0


class Presence:
    """What was found, each looked for once."""

    def __init__(self, configs: Configs):
        self.configs = configs
        self.composer = Composer(configs, Request())
        self.found: dict[str, Finding] = {}

    def datasets(self) -> Iterator[tuple[str, Finding]]:
        """Of every data set with a file, as its file states it."""
        for name in sorted(self.configs.choices("dataset")):
            yield name, self._of_choice("dataset", name)

    def weights(self) -> Iterator[tuple[str, Finding]]:
        """Of every backbone with a file, its weights."""
        for name in sorted(self.configs.choices("backbone")):
            yield name, self._of_choice("backbone", name)

    def benchmarks(self, names: Iterable[str]) -> Iterator[tuple[str, Readiness]]:
        """Of these benchmarks, as their files state them."""
        for name in names:
            try:
                yield name, self._readiness(name)
            except RequestError as error:
                yield name, Readiness(0, 0, (str(error),))

    def _of_choice(self, group: str, name: str) -> Finding:
        try:
            block = self.composer.block(group, name)
            if group == "dataset":
                return self._of_data(block)
            return self._of_weights({"backbone": block, "method": WITH_WEIGHTS})
        except RequestError as error:
            state = TO_NAME if error.value in (None, "null") else MISSING
            return Finding(state, f"{error.field}={error.value}", error.remedy)

    def _readiness(self, name: str) -> Readiness:
        cells = {_identity(config): config for config in stated_configs(name, self.configs)}
        waiting = 0
        misses: Counter[str] = Counter()
        for config in cells.values():
            missing = [told for told in self._missing(config) if told]
            waiting += bool(missing)
            misses.update(missing)
        return Readiness(len(cells), waiting, tuple(misses), _trials(cells.values()))

    def _missing(self, config: dict[str, Any]) -> Iterator[str]:
        """What a cell does not find here."""
        needs = {"dataset": self._of_data(config["dataset"])}
        if "backbone" in config:
            needs["backbone"] = self._of_weights(config)
        for group, finding in needs.items():
            if finding.state != HERE:
                kind = "weights of" if group == "backbone" else "data set"
                yield f"{finding.state}: {kind} {config[group]['name']}"

    def _of_data(self, dataset: dict[str, Any]) -> Finding:
        options = data.source_options(dataset)
        identity = json.dumps([dataset.get("_target_"), options], sort_keys=True)
        if identity not in self.found:
            self.found[identity] = _look_for_data(dataset.get("_target_"), options)
        return self.found[identity]

    def _of_weights(self, config: dict[str, Any]) -> Finding:
        stated = [config["backbone"], config["method"].get("pretrained")]
        identity = json.dumps(stated, sort_keys=True)
        if identity not in self.found:
            self.found[identity] = _look_for_weights(config)
        return self.found[identity]


def _identity(config: dict[str, Any]) -> str:
    return json.dumps(config, sort_keys=True)


def _trials(cells: Iterable[dict[str, Any]]) -> int:
    """A search is for the cells that differ in their initial seed alone."""
    searched = (cell for cell in cells if search.FIELD in cell)
    searches = {_identity({**cell, "init_seed": 0}): cell for cell in searched}
    return sum(tuning.most_trials(cell) for cell in searches.values())


def _look_for_data(target: Any, options: dict[str, Any]) -> Finding:
    try:
        source_class = get_class(target)
    except Exception as error:
        raise RequestError("dataset._target_", target, why_not_there(target)) from error
    try:
        return look(lambda: source_class(**options).load())
    except (TypeError, ImportError, OSError) as error:  # a misspelt field; no package; no such path
        raise RequestError("dataset", target, " ".join(str(error).split())) from error


def _look_for_weights(config: dict[str, Any]) -> Finding:
    place: list[str | None] = []
    finding = look(lambda: place.append(weights.with_file(config)["file"]))
    if finding.state == HERE and not finding.where:
        return Finding(HERE, place[0]) if place[0] else RANDOM
    return finding
