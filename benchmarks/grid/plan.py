"""From a request to the list of its cells, each with its key; nothing runs, nothing is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from benchmarks.grid import augmentations, data, fields, hierarchy, learners, own_data, weights
from benchmarks.grid.blocks import assignments, grid_of, own_choices, stated_blocks
from benchmarks.grid.composing import PROTOCOL, Composer, check_name, plain
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.key import Fingerprints, cell_key
from benchmarks.grid.metrics import shown_metric
from benchmarks.grid.request import GROUPS, SCALARS, Request, values_of
from benchmarks.grid.search import FIELD as SEARCH_SPACE
from benchmarks.grid.tuning import Study
from benchmarks.grid.variants import varied_fields
from datasets.errors import DataUnavailable
from datasets.splits import ONLY_OF

LIMITS = ("time_limit", "memory_limit", "lost_workers", "budget")
SETTINGS: tuple[str, ...] = ("executor", "retry", *LIMITS, "price_per_hour", "results_dir")
SETTINGS += ("published_dir", "figures", "logger")
ROOT_FIELDS = (*GROUPS, *SCALARS, *SETTINGS, "benchmark")
ONLY_OF_DATASET = {f"dataset.{name}": partition for name, partition in ONLY_OF.items()}
# Folders beside those of the benchmarks.
RESERVED = ("records", "leases", "logs", "multirun", "slurm", "tracking")


@dataclass(frozen=True)
class Cell:
    """One model to train and test: configuration, fingerprints and the key made of both.

    Cells share blocks of their configurations, which are read and never changed.
    """

    key: str
    config: dict[str, Any]
    fingerprints: Fingerprints


@dataclass(frozen=True)
class Unavailable:
    """A cell whose data cannot be had."""

    config: dict[str, Any]
    reason: str
    remedy: str


@dataclass
class Search:
    """A study of the `tuned` protocol, and the seeds of the cells that its winner becomes."""

    study: Study
    init_seeds: list[int] = field(default_factory=list)

    def stated(self) -> list[dict[str, Any]]:
        """These cells as the grid states them, as long as there is no winner."""
        return [{**self.study.config, "init_seed": seed} for seed in self.init_seeds]


@dataclass
class Plan:
    """All cells of one request, and the settings that say how they are run.

    `changes` are the overrides by which it differs from the benchmark's own grid, `varied` the
    fields that tell its rows apart. The cells of
    `searches` are decided on by `benchmarks.grid.stages.extend`; `undecided` are configurations
    like those that will follow. `notes` are what a person may not have meant.
    """

    benchmark: dict[str, Any]
    settings: dict[str, Any]
    changes: tuple[str, ...] = ()
    varied: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    unavailable: list[Unavailable] = field(default_factory=list)
    searches: dict[str, Search] = field(default_factory=dict)
    undecided: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The number of cells of the grid, those without data and those to come included."""
        return len(self.cells) + len(self.undecided) + len(self.unavailable)

    @property
    def configs(self) -> list[dict[str, Any]]:
        """Of all cells of the grid, those without data and those to come included."""
        stated = [cell.config for cell in self.cells] + [cell.config for cell in self.unavailable]
        return [*stated, *self.undecided]

    def order(self, group: str) -> list[str]:
        """Names of a group's choices in the order of the grid (tables keep it)."""
        return list(dict.fromkeys(c[group]["name"] for c in self.configs if group in c))

    @property
    def class_names(self) -> dict[str, list[str]]:
        """Of each data set that is at hand, by label."""
        datasets = {cell.config["dataset"]["name"]: cell.config["dataset"] for cell in self.cells}
        return {name: list(data.load(found).class_names) for name, found in datasets.items()}


def make_plan(request: Request, configs: Configs) -> Plan:
    """The cells of the benchmark's grid, or of what was asked for instead, each once.

    Raises RequestError for anything that cannot be run as asked.
    """
    base = compose_base(request, configs)
    settings = {name: base[name] for name in SETTINGS}
    grid = grid_of(base["benchmark"])
    varied = varied_fields(stated_blocks(grid, request.axes))
    composer = Composer(configs, request, own_choices(grid))
    plan = Plan(base["benchmark"], settings, _changes(request, grid, composer), varied)
    seen: set[str] = set()
    plan.notes = own_data.note(request, plan.benchmark, composer)
    with own_data.benchmark_named(request, grid, composer):
        for assignment in assignments(grid, request.axes):
            _add_cell(plan, composer.cell_config(assignment), seen)
    _refuse_choices_without_effect(request, plan)
    return plan


def compose_base(request: Request, configs: Configs) -> dict[str, Any]:
    """The configuration that the benchmark and the settings are read from."""
    chosen = []
    if request.benchmark is not None:
        configs.require_choice("benchmark", request.benchmark)
        chosen = [f"benchmark={request.benchmark}"]
    base = plain(configs.compose([*chosen, *request.fixed]))
    for name in base:
        if name not in ROOT_FIELDS:
            raise RequestError(name, base[name], f"no such field; {nearest(name, ROOT_FIELDS)}")
    if not isinstance(base["benchmark"], dict):
        remedy = "its file holds no fields; give name, says and grid"
        raise RequestError("benchmark", request.benchmark, remedy)
    _check_benchmark_name(base["benchmark"].get("name"), request, configs)
    name = base["benchmark"]["name"]
    if not isinstance(base["benchmark"].get("says"), str):
        raise RequestError("benchmark.says", "missing", f"say in a line what {name} asks")
    if not isinstance(base["benchmark"].get("reduced", ""), str):
        remedy = "say in a line what is smaller than in the source, or leave it out"
        raise RequestError("benchmark.reduced", base["benchmark"]["reduced"], remedy)
    shown_metric(base["benchmark"])
    fields.check_known("benchmark", base["benchmark"])
    return base


def _check_benchmark_name(name: Any, request: Request, configs: Configs) -> None:
    """That of a folder of results, and of no other benchmark."""
    check_name("benchmark.name", name)
    if name in RESERVED:
        raise RequestError("benchmark.name", name, "taken by the results folder; choose another")
    if name not in configs.choices("benchmark"):
        return
    chosen = request.benchmark
    if chosen is None and _is_renamed(request):
        chosen = plain(configs.compose([]))["benchmark"]["name"]
    if chosen not in (None, name):
        remedy = f"another benchmark's, whose results it would take; say {chosen}"
        raise RequestError("benchmark.name", name, remedy)


def _is_renamed(request: Request) -> bool:
    return any(word.lstrip("+").partition("=")[0] == "benchmark.name" for word in request.fixed)


def _changes(request: Request, grid: list[dict[str, Any]], composer: Composer) -> tuple[str, ...]:
    """The overrides by which a request differs from the grid: not those that repeat it, nor those
    that say which data of one's own a benchmark for such is asked of."""
    same = {axis for axis, values in request.axes.items() if _repeats(axis, values, grid)}
    changes = tuple(change for change in request.changes if change.split("=")[0] not in same)
    if not own_data.are_asked_for(grid, composer):
        return changes
    return tuple(change for change in changes if not own_data.are_described(change))


def _repeats(axis: str, values: list[Any], grid: list[dict[str, Any]]) -> bool:
    return all(axis in block and values_of(axis, block[axis]) == values for block in grid)


def _refuse_choices_without_effect(request: Request, plan: Plan) -> None:
    """A backbone or an augmentation that was asked for and that no method of the grid takes."""
    configs = [cell.config for cell in plan.cells] + [cell.config for cell in plan.unavailable]
    configs += [found.study.config for found in plan.searches.values()]
    methods = ", ".join(dict.fromkeys(config["method"]["name"] for config in configs))
    for axis, values in request.axes.items():
        group = axis.split(".")[0]
        asked = [value for value in values if value != augmentations.NONE]
        taken = any(group in config for config in configs)
        if group == PROTOCOL and axis != group and not any(_has(c, axis) for c in configs):
            known = [f"{group}.{name}" for config in configs for name in config[group]]
            remedy = f"no protocol here has such a field; {nearest(axis, set(known))}"
            raise RequestError(axis, ",".join(map(str, values)), remedy)
        if axis in ONLY_OF_DATASET and not any(axis.split(".")[1] in c["dataset"] for c in configs):
            remedy = f"is for dataset.partition={ONLY_OF_DATASET[axis]}; leave it out"
            raise RequestError(axis, ",".join(map(str, values)), remedy)
        if group in ("backbone", "augmentation", "resampling") and asked and not taken:
            remedy = f"none of the methods here ({methods}) takes {group}s; leave it out"
            raise RequestError(axis, ",".join(map(str, asked)), remedy)


def _has(config: dict[str, Any], axis: str) -> bool:
    group, _, name = axis.partition(".")
    return name in config[group]


def fingerprints(config: dict[str, Any]) -> Fingerprints:
    """Of what a cell reads: data, split and, with a backbone, weights (None: random ones), and the
    file of a class hierarchy.

    Raises DataUnavailable where any of it cannot be had.
    """
    return {
        "data": data.load(config["dataset"]).fingerprint,
        "split": data.split_fingerprint(config),
        **weights.fingerprint(config),
        **hierarchy.fingerprint(config),
    }


def _add_cell(plan: Plan, config: dict[str, Any], seen: set[str]) -> None:
    try:
        config = {**config, "dataset": data.resolved(config["dataset"])}
        kind = data.load(config["dataset"]).kind
        learners.check_kind(config["method"], kind, config["dataset"]["name"])
        found = fingerprints(config)
    except DataUnavailable as error:
        identity = json.dumps(config, sort_keys=True)
        if identity not in seen:
            plan.unavailable.append(Unavailable(config, error.reason, error.remedy))
            seen.add(identity)
        return
    if SEARCH_SPACE in config:
        _add_to_search(plan, config)
        return
    key = cell_key(config, found)
    if key not in seen:
        plan.cells.append(Cell(key, config, found))
        seen.add(key)


def _add_to_search(plan: Plan, config: dict[str, Any]) -> None:
    identity = json.dumps({**config, "init_seed": None}, sort_keys=True)
    if identity not in plan.searches:
        plan.searches[identity] = Search(Study(config))
    found = plan.searches[identity]
    if config["init_seed"] not in found.init_seeds:
        found.init_seeds.append(config["init_seed"])
