"""From a request to the list of its cells, each with its key; nothing runs, nothing is written."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any

from omegaconf import DictConfig, OmegaConf

from benchmarks.grid import data, learners
from benchmarks.grid.block import Assignment
from benchmarks.grid.blocks import assignments
from benchmarks.grid.configs import Configs, field_names, suggest_field
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.key import cell_key
from benchmarks.grid.request import GROUPS, SCALARS, Request
from datasets.errors import DataUnavailable

SETTINGS = (
    "executor",
    "retry",
    "time_limit",
    "memory_limit",
    "lost_workers",
    "price_per_hour",
    "results_dir",
    "published_dir",
)
ROOT_FIELDS = (*GROUPS, *SCALARS, *SETTINGS, "benchmark")
Choices = tuple[tuple[str, str], ...]  # group and name, in the order of GROUPS
RESERVED = ("records", "leases", "logs", "multirun")  # folders beside those of the benchmarks


@dataclass(frozen=True)
class Cell:
    """One model to train and test: configuration, fingerprints and the key made of both.

    Cells share blocks of their configurations, which are read and never changed.
    """

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
    """Cell configurations, composed once per combination of group choices, or less often.

    Cells that differ in their seeds alone share one checked configuration, blocks and all.
    """

    def __init__(self, configs: Configs, request: Request):
        self.configs, self.request = configs, request
        self.composed: dict[str, DictConfig | dict[str, Any]] = {}
        self.blocks: dict[tuple[str, str], dict[str, Any]] = {}  # by group and choice
        self.rests: dict[tuple[str, ...], dict[str, Any]] = {}  # by the groups that are chosen
        self.checked: dict[str, dict[str, Any]] = {}

    def cell_config(self, assignment: Assignment) -> dict[str, Any]:
        seeds = {axis: value for axis, value in assignment.items() if axis in SCALARS}
        others = {axis: value for axis, value in assignment.items() if axis not in SCALARS}
        identity = repr(others)
        config = self.checked.get(identity)
        if config is None:
            composed = self._composed(others)
            if isinstance(composed, DictConfig):  # a field may refer to any other, to a seed too
                config, seeds = _checked(_with_fields(composed, assignment)), {}
            else:
                config = self.checked[identity] = _checked(_with_fields(composed, others))
        config = {**config, **seeds}
        _check_scalars(config)
        return config

    def _composed(self, assignment: Assignment) -> DictConfig | dict[str, Any]:
        groups = tuple((axis, assignment[axis]) for axis in GROUPS if axis in assignment)
        identity = repr(groups)
        if identity not in self.composed:
            for group, name in groups:
                self.configs.require_choice(group, name)
            self.composed[identity] = self._assembled(groups) or self._compose(groups)
        return self.composed[identity]

    def _assembled(self, groups: Choices) -> dict[str, Any] | None:
        """From the blocks of earlier compositions, which saves most of a large grid's time."""
        rest = self.rests.get(tuple(group for group, _ in groups))
        if rest is None or not all(choice in self.blocks for choice in groups):
            return None
        return {**rest, **{choice[0]: self.blocks[choice] for choice in groups}}

    def _compose(self, groups: Choices) -> DictConfig | dict[str, Any]:
        """Plain where nothing refers to another field, which makes the copies 10 times cheaper."""
        choices = [f"{group}={name}" for group, name in groups]
        composed = self.configs.compose([*choices, *self.request.fixed])
        for group, name in groups:
            stated = composed[group].get("name")
            if stated is not None and stated != name:
                remedy = f"its file is {name}.yaml; give both the same name"
                raise RequestError(f"{group}.name", stated, remedy)
        cell = OmegaConf.masked_copy(composed, [*GROUPS, *SCALARS])
        if "${" in OmegaConf.to_yaml(cell, resolve=False):
            return cell
        config = _plain(cell)
        if all(self._stands_alone(*choice) for choice in groups):
            self.blocks |= {choice: config[choice[0]] for choice in groups}
            self.rests[tuple(group for group, _ in groups)] = config
        return config

    def _stands_alone(self, group: str, name: str) -> bool:
        """Whether the file cannot change other groups, by a defaults list or a package."""
        text = self.configs.choices(group)[name].read_text(encoding="utf-8")
        return not re.search(r"\bdefaults\b['\"]?\s*:|@package", text)


def _with_fields(composed: DictConfig | dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    config = copy.deepcopy(composed)
    for axis, value in assignment.items():
        if axis not in GROUPS:
            _set_field(config, axis, value)
    return _plain(config) if isinstance(config, DictConfig) else config


def _checked(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without the blocks that its learner does not take."""
    for group in GROUPS:
        check_name(f"{group}.name", config[group].get("name"))
    learners.check_fields(config["method"])
    taken = learners.shared_blocks(config["method"])
    return {k: v for k, v in config.items() if k not in learners.SHARED or k in taken}


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
