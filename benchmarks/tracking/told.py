"""What a tracker is told: the benchmark, and every finished cell under the name of its row."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Any

from benchmarks.evidence.axes import IN_LABEL, axis_name
from benchmarks.grid import tuning
from benchmarks.grid.plan import Plan
from benchmarks.grid.variants import with_variant
from benchmarks.records.store import Record

HEX_OF_ID = 16  # of a key's 64 digits: `scarce key explain` takes such a beginning, too
EPOCH = "epoch"


@dataclass(frozen=True)
class Benchmark:
    """`changes` are the overrides that make its grid another than its file's."""

    name: str
    says: str
    changes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same grid."""
        digest = hashlib.sha256(json.dumps([self.name, *self.changes]).encode()).hexdigest()
        return f"{self.name}-{digest[:8]}"


@dataclass(frozen=True)
class FinishedCell:
    """A record with its history, done or failed; `label` names its row as the tables do."""

    record: Record
    label: str

    @property
    def id(self) -> str:
        """Derived from the cell's key: the same cell has the same wherever it runs."""
        return str(self.record["key"])[:HEX_OF_ID]

    @property
    def failed(self) -> bool:
        return bool(self.record["status"] == "failed")

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.record["config"]
        return config

    @property
    def dataset(self) -> str:
        return str(self.config["dataset"]["name"])

    @property
    def name(self) -> str:
        return f"{self.label}, {self.draw}"

    @property
    def draw(self) -> str:
        """Train size and seeds, and of a trial which one it is: what tells cells of a row apart."""
        size, seeds = self.config["dataset"]["train_size"], ("split_seed", "init_seed")
        told = [f"n={size}", *(f"{seed}={self.config[seed]}" for seed in seeds)]
        if tuning.is_trial(self.config):
            told += [
                f"{part}={self.config['protocol'][part]}" for part in ("trial", "rung", "fold")
            ]
        return ", ".join(told)

    @property
    def measured(self) -> dict[str, float]:
        """Metrics by name, and seconds as `seconds/STAGE`; what is no finite number is left out."""
        seconds = self.record.get("timing") or {}
        every = {**self.record["metrics"], **{f"seconds/{k}": v for k, v in seconds.items()}}
        return {name: value for name, value in every.items() if _is_finite(value)}

    @property
    def settings(self) -> dict[str, Any]:
        """The configuration flat, by dotted names: `method.optimizer.lr`."""
        return dict(_flat(self.config))

    @property
    def error(self) -> str:
        """Why it failed, in one line; empty where it did not."""
        error = self.record["error"]
        return f"{error['type']}: {' '.join(error['message'].split())}" if error else ""

    def curves(self) -> Iterator[tuple[int, dict[str, float]]]:
        """Each epoch, from 1 up, with what the history has of it."""
        history = {k: v for k, v in self.record["history"].items() if isinstance(v, list)}
        for place in range(max(map(len, history.values()), default=0)):
            found = {name: values[place] for name, values in history.items() if place < len(values)}
            yield place + 1, {name: value for name, value in found.items() if _is_finite(value)}


class Labels:
    """Names rows as the tables do: the method and, where a plan has several of them for it,
    backbone, loss, augmentation, resampling and variant. Trials are rows of their own."""

    def __init__(self, plan: Plan):
        self.varied = plan.varied
        configs = [*plan.configs, *(found.study.config for found in plan.searches.values())]
        self.names: dict[tuple[str, str], set[str]] = {}
        for config in configs:
            for axis, name in self._choices(config).items():
                self.names.setdefault((config["method"]["name"], axis), set()).add(name)

    def of(self, config: dict[str, Any]) -> str:
        method = config["method"]["name"]
        choices = self._choices(config).items()
        told = [
            name for axis, name in choices if name and len(self.names.get((method, axis), ())) > 1
        ]
        label = f"{method} ({', '.join(told)})" if told else method
        return f"{label}, trials" if tuning.is_trial(config) else label

    def _choices(self, config: dict[str, Any]) -> dict[str, str]:
        named = with_variant(config, self.varied)
        return {axis: axis_name(named, axis) for axis in IN_LABEL}


def _flat(block: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in block.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _is_finite(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
