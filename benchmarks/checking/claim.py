"""What every claim is tested for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from benchmarks.checking.steps import Doubt, Step, Wrong, require
from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.files import read_claim
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import nearest
from benchmarks.grid.stated import stated_configs

NONE = "none"  # what a cell has of a group that its method does not take


def steps(name: str, _: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the claim in that file; its benchmarks are read, nothing is run."""
    trial = _Trial(name, configs)
    yield Step("parses", trial.parses, needed=True)
    yield Step("benchmarks exist", trial.benchmarks_exist, needed=True)
    yield Step("arms exist", trial.arms_exist)


class _Trial:
    def __init__(self, name: str, configs: Configs):
        self.name, self.configs = name, configs

    def parses(self) -> str:
        taken = [
            file
            for other, file in self.configs.choices("claim").items()
            if other != self.name and read_claim(file).id == self.claim.id
        ]
        require(not taken, f"id={self.claim.id}: taken by {taken[0] if taken else ''}")
        deciding = sum(part.deciding for part in self.claim.parts)
        return f"{len(self.claim.parts)} parts, {deciding} of them deciding"

    def benchmarks_exist(self) -> str:
        for benchmark in self.claim.benchmarks:
            self.configs.require_choice("benchmark", benchmark)
        return ", ".join(self.claim.benchmarks) or "cited only, so it needs none"

    def arms_exist(self) -> str:
        """In one benchmark at least; a benchmark that lacks some can still answer the others."""
        parts = self.claim.parts
        for part in parts:
            if not any(self._answers(part, benchmark) for benchmark in self.claim.benchmarks):
                raise Wrong(f"parts.{part.id}: {self._missing(part)}")
        for benchmark in self.claim.benchmarks:
            lacking = [part.id for part in parts if not self._answers(part, benchmark)]
            if lacking:
                raise Doubt(f"{benchmark} has no cells for {', '.join(lacking)}")
        return f"all {len(parts)} parts have their cells"

    @cached_property
    def claim(self) -> Claim:
        return read_claim(self.configs.choices("claim")[self.name])

    @cached_property
    def cells(self) -> dict[str, list[dict[str, Any]]]:
        """By benchmark: configurations of the data sets that the claim is about."""
        found = {name: list(stated_configs(name, self.configs)) for name in self.claim.benchmarks}
        about = self.claim.datasets
        return {
            name: [config for config in configs if config["dataset"]["name"] in about]
            for name, configs in found.items()
        }

    def _answers(self, part: Part, benchmark: str) -> bool:
        return all(self._has(arm, part, benchmark) for arm in part.arms)

    def _has(self, arm: Arm, part: Part, benchmark: str) -> bool:
        cells = (config for config in self.cells[benchmark] if _of_size(config, part))
        return any(_matches(arm, config, self.claim.protocol) for config in cells)

    def _missing(self, part: Part) -> str:
        """The first choice of an arm that no cell has."""
        every = [config for configs in self.cells.values() for config in configs]
        require(every, f"none of the benchmarks has {', '.join(self.claim.datasets)}")
        for arm in part.arms:
            for group, wanted in _wanted(arm, self.claim.protocol).items():
                there = {_choice(config, group) for config in every}
                if wanted not in there:
                    return f"{group}={wanted}: no cell has it; {nearest(wanted, there)}"
        return f"no cell is of {' and '.join(map(str, part.arms))} with {part.train_size}"


def _wanted(arm: Arm, protocol: str) -> dict[str, str]:
    stated = {group: value for group, value in arm if value is not None}
    return {"protocol": protocol, **stated}


def _matches(arm: Arm, config: dict[str, Any], protocol: str) -> bool:
    wanted = _wanted(arm, protocol)
    return all(_choice(config, group) == value for group, value in wanted.items())


def _choice(config: dict[str, Any], group: str) -> str:
    return config[group]["name"] if group in config else NONE


def _of_size(config: dict[str, Any], part: Part) -> bool:
    """Sizes that depend on the samples are known only once these are loaded."""
    size = config["dataset"].get("train_size")
    return not isinstance(size, int) or part.train_size.contains(size)
