"""From a request to the list of its cells, each with its key; nothing runs, nothing is written."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any

from omegaconf import DictConfig, OmegaConf

from benchmarks.grid import data, learners
from benchmarks.grid.blocks import Assignment, assignments
from benchmarks.grid.configs import Configs, field_names, suggest_field
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.key import cell_key
from benchmarks.grid.request import GROUPS, SCALARS, Request
from datasets.errors import DataUnavailable

SETTINGS = ("executor", "retry", "results_dir", "published_dir")
ROOT_FIELDS = (*GROUPS, *SCALARS, *SETTINGS, "benchmark")
RESERVED = ("records", "multirun")  # folders beside those of the benchmarks


@dataclass(frozen=True)
class Cell:
    """One model to train and test: configuration, fingerprints and the key made of both."""

    key: str
    config: dict[str, Any]
    fingerprints: dict[str, str]


@dataclass(frozen=True)
class Unavailable:
    """A cell whose data cannot be had."""

    config: dict[str, Any]
    reason: str
    remedy: str


@dataclass
class Plan:
    """All cells of one request, and the settings that say how they are run.

    `changes` are the overrides by which it differs from the benchmark's own grid.
    """

    benchmark: dict[str, Any]
    settings: dict[str, Any]
    changes: tuple[str, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    unavailable: list[Unavailable] = field(default_factory=list)

    def order(self, group: str) -> list[str]:
        """Names of a group's choices in the order of the grid (tables keep it)."""
        configs = [cell.config for cell in [*self.cells, *self.unavailable]]
        return list(dict.fromkeys(config[group]["name"] for config in configs))


def make_plan(request: Request, configs: Configs) -> Plan:
    """Compose once per combination of group choices, vary the other fields on copies.

    Raises RequestError for anything that cannot be run as asked.
    """
    base = compose_base(request, configs)
    settings = {name: base[name] for name in SETTINGS}
    plan = Plan(base["benchmark"], settings, request.changes)
    composer = _Composer(configs, request)
    seen: set[str] = set()
    for assignment in assignments(_grid(plan.benchmark), request.axes):
        _add_cell(plan, composer.cell_config(assignment), seen)
    return plan


def compose_base(request: Request, configs: Configs) -> dict[str, Any]:
    """The configuration that the benchmark and the settings are read from."""
    chosen = []
    if request.benchmark is not None:
        configs.require_choice("benchmark", request.benchmark)
        chosen = [f"benchmark={request.benchmark}"]
    base = _plain(configs.compose([*chosen, *request.fixed]))
    for name in base:
        if name not in ROOT_FIELDS:
            raise RequestError(name, base[name], f"no such field; {nearest(name, ROOT_FIELDS)}")
    name = base["benchmark"].get("name")
    check_name("benchmark.name", name)
    if name in RESERVED:
        raise RequestError("benchmark.name", name, "taken by the results folder; choose another")
    if not isinstance(base["benchmark"].get("says"), str):
        raise RequestError("benchmark.says", "missing", f"say in a line what {name} asks")
    return base


def _grid(benchmark: dict[str, Any]) -> list[dict[str, Any]]:
    grid = benchmark.get("grid")
    if not isinstance(grid, list) or not all(isinstance(block, dict) for block in grid) or not grid:
        raise RequestError("benchmark.grid", grid, "a list of blocks, each a mapping axis: values")
    return grid


def _add_cell(plan: Plan, config: dict[str, Any], seen: set[str]) -> None:
    try:
        fingerprints = {
            "data": data.load(config["dataset"]).fingerprint,
            "split": data.split_fingerprint(config["dataset"], config["split_seed"]),
        }
    except DataUnavailable as error:
        identity = json.dumps(config, sort_keys=True)
        if identity not in seen:
            plan.unavailable.append(Unavailable(config, error.reason, error.remedy))
            seen.add(identity)
        return
    key = cell_key(config, fingerprints)
    if key not in seen:
        plan.cells.append(Cell(key, config, fingerprints))
        seen.add(key)


class _Composer:
    """Cell configurations, composed once per combination of group choices."""

    def __init__(self, configs: Configs, request: Request):
        self.configs, self.request = configs, request
        self.composed: dict[tuple[tuple[str, str], ...], DictConfig | dict[str, Any]] = {}

    def cell_config(self, assignment: Assignment) -> dict[str, Any]:
        groups = tuple((axis, assignment[axis]) for axis in GROUPS if axis in assignment)
        for group, name in groups:
            if not isinstance(name, str):
                self.configs.require_choice(group, name)
        if groups not in self.composed:
            self.composed[groups] = self._compose(dict(groups))
        config = copy.deepcopy(self.composed[groups])
        for axis, value in assignment.items():
            if axis not in GROUPS:
                _set_field(config, axis, value)
        config = _plain(config) if isinstance(config, DictConfig) else config
        _check_scalars(config)
        for group in GROUPS:
            check_name(f"{group}.name", config[group].get("name"))
        learners.check_fields(config["method"])
        taken = learners.shared_blocks(config["method"])
        return {k: v for k, v in config.items() if k not in learners.SHARED or k in taken}

    def _compose(self, groups: dict[str, Any]) -> DictConfig | dict[str, Any]:
        """Plain where nothing refers to another field, which makes the copies 10 times cheaper."""
        for group, name in groups.items():
            self.configs.require_choice(group, name)
        choices = [f"{group}={name}" for group, name in groups.items()]
        composed = self.configs.compose([*choices, *self.request.fixed])
        for group, name in groups.items():
            stated = composed[group].get("name")
            if stated is not None and stated != name:
                remedy = f"its file is {name}.yaml; give both the same name"
                raise RequestError(f"{group}.name", stated, remedy)
        cell = OmegaConf.masked_copy(composed, [*GROUPS, *SCALARS])
        refers = "${" in OmegaConf.to_yaml(cell, resolve=False)
        return cell if refers else _plain(cell)


def _check_scalars(config: dict[str, Any]) -> None:
    bounds = {"split_seed": (0, 2**31), "init_seed": (0, 2**31), "threads": (1, 256)}
    for name, (least, most) in bounds.items():
        value = config[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise RequestError(name, value, f"give a whole number from {least} to {most}")


def check_name(field: str, name: object) -> None:
    """Names stand in tables, and that of a benchmark is a folder."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][\w-]*", name):
        raise RequestError(field, name, "give a name of letters, digits, - and _")


def _set_field(config: Any, dotted: str, value: Any) -> None:
    *path, last = dotted.split(".")
    block = config
    for name in path:
        block = block.get(name) if hasattr(block, "get") else None
    if not hasattr(block, "get") or last not in block:
        plain = _plain(config) if isinstance(config, DictConfig) else config
        owner = path[0] if path else dotted
        name = plain[owner]["name"] if isinstance(plain.get(owner), dict) else owner
        known = [n for n in field_names(plain) if n.startswith(f"{owner}.")]
        raise RequestError(
            dotted, value, f"{name} has no such field; {suggest_field(dotted, known)}"
        )
    block[last] = value


def _plain(config: DictConfig) -> dict[str, Any]:
    return OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
