"""The configuration of a cell: its choices composed by Hydra, its fields set, and checked."""

from __future__ import annotations

import copy
import re
from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Any, cast

from omegaconf import DictConfig, OmegaConf

from benchmarks import interrupts
from benchmarks.grid import augmentations, fields, learners, resampling, search, tuning, values
from benchmarks.grid.block import Assignment
from benchmarks.grid.configs import Configs
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.field_paths import set_field, states_field
from benchmarks.grid.request import (
    AUGMENTATION,
    CHOSEN_ONCE,
    GROUPS,
    RESAMPLING,
    SCALARS,
    Request,
)

PROTOCOL, SELECT_EPOCH_ON = "protocol", "select_epoch_on"
# What only Hydra can follow: a defaults list, a package, a reference to another field.
REACHES_OUT = re.compile(r"\bdefaults\b['\"]?\s*:|@package|\$\{")

NOTHING: Mapping[str, Container[Any]] = MappingProxyType({})

Choices = tuple[tuple[str, str], ...]  # group and name, in the order of GROUPS


class Composer:
    """Cell configurations, composed once per combination of group choices, or less often.

    Cells that differ in their seeds alone share one checked configuration, blocks and all.
    """

    def __init__(
        self, configs: Configs, request: Request, own: Mapping[str, Container[Any]] = NOTHING
    ):
        """`own` are the benchmark's own choices, by group."""
        self.configs, self.request, self.own = configs, request, own
        self.composed: dict[str, DictConfig | dict[str, Any]] = {}
        self.checked: dict[str, dict[str, Any]] = {}
        self.written: dict[tuple[str, str], dict[str, Any] | None] = {}
        self.augmentations: dict[str, dict[str, Any]] = {}
        self.rests: dict[tuple[str, ...], dict[str, Any]] = {}
        self.from_files = not any(self._may_reach_out(word) for word in request.fixed)

    def cell_config(self, assignment: Assignment) -> dict[str, Any]:
        """Raises RequestError for a choice, field or value that there is not."""
        interrupts.check()
        seeds = {axis: value for axis, value in assignment.items() if axis in SCALARS}
        others = {axis: value for axis, value in assignment.items() if axis not in SCALARS}
        identity = repr(others)
        config = self.checked.get(identity)
        if config is None:
            composed = self._composed(others)
            if isinstance(composed, DictConfig):  # a field may refer to any other, to a seed too
                config, seeds = _checked(self._with_fields(composed, assignment)), {}
            else:
                config = self.checked[identity] = _checked(self._with_fields(composed, others))
        config = {**config, **seeds}
        _check_scalars(config)
        return config

    def _with_fields(
        self, composed: DictConfig | dict[str, Any], assignment: Assignment
    ) -> dict[str, Any]:
        config = copy.deepcopy(composed)
        for axis, value in assignment.items():
            if axis not in GROUPS and not self._is_of_another_choice(config, axis):
                set_field(config, axis, value)
        return plain(config) if isinstance(config, DictConfig) else config

    def _is_of_another_choice(self, config: DictConfig | dict[str, Any], axis: str) -> bool:
        """Whether a field is for choices other than this one, which does not have it: one that the
        benchmark sets (`method.epochs`) where the request puts another choice in the place of the
        benchmark's, or one of a protocol beside others (`protocol.trials`)."""
        group = axis.split(".")[0]
        if group not in GROUPS or states_field(config, axis):
            return False
        if group == PROTOCOL:  # refused in the end, if none of the protocols has it
            return True
        is_own = config[group].get("name") in self.own.get(group, ())
        return axis not in self.request.axes and group in self.request.axes and not is_own

    def _composed(self, assignment: Assignment) -> DictConfig | dict[str, Any]:
        groups = tuple((axis, assignment[axis]) for axis in GROUPS if axis in assignment)
        identity = repr(groups)
        if identity not in self.composed:
            augmentation = assignment.get(AUGMENTATION, augmentations.NONE)
            others = tuple(choice for choice in groups if choice[0] != AUGMENTATION)
            for group, name in others:
                self.configs.require_choice(group, name)
            composed = self._assembled(others) or self._compose(others)
            self.composed[identity] = self._augmented(composed, augmentation)
        return self.composed[identity]

    def _augmented(
        self, composed: DictConfig | dict[str, Any], name: str
    ) -> DictConfig | dict[str, Any]:
        for part in augmentations.parts_of(name):
            self.configs.require_choice(AUGMENTATION, part)
        block = augmentations.composed(name, self._augmentation)
        if isinstance(composed, DictConfig):
            OmegaConf.update(composed, AUGMENTATION, block, merge=False)
            return composed
        return {**composed, AUGMENTATION: block}

    def _augmentation(self, part: str) -> dict[str, Any]:
        """What one file of an augmentation says."""
        if part not in self.augmentations:
            self.augmentations[part] = self.block(AUGMENTATION, part)
        return self.augmentations[part]

    def block(self, group: str, name: str) -> dict[str, Any]:
        """What the file of a choice says; raises RequestError where it cannot be composed."""
        block = self._written(group, name)
        if block is None:
            block = plain(self.configs.compose([f"{group}={name}"])).get(group)
        if not isinstance(block, dict):
            raise RequestError(group, name, f"its file says nothing of {group}; give its fields")
        return block

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
        config = plain(cell)
        if all(config[group] == self._written(group, name) for group, name in groups):
            self.rests[tuple(group for group, _ in groups)] = config
        return config

    def _assembled(self, groups: Choices) -> dict[str, Any] | None:
        """The composition put together from files, 30 times faster than Hydra does it.

        Only where Hydra made of other choices of the same groups just what their files say, and
        these files, too, speak of nothing but their own group.
        """
        rest = self.rests.get(tuple(group for group, _ in groups))
        if rest is None or not self.from_files:
            return None
        blocks = {group: self._written(group, name) for group, name in groups}
        return None if None in blocks.values() else {**rest, **blocks}

    def _may_reach_out(self, override: str) -> bool:
        """Into the groups of a cell: by name, by reference, or by what a chosen file says."""
        group, _, name = override.lstrip("+").partition("=")
        if _speaks_of_a_group(override) or "${" in name:
            return True
        if group not in CHOSEN_ONCE:
            return False
        if name not in self.configs.choices(group):  # in quotes, or in a folder: Hydra finds it
            return True
        return REACHES_OUT.search(self.configs.text(group, name)) is not None

    def _written(self, group: str, name: str) -> dict[str, Any] | None:
        """The content of a choice's file; None where it takes Hydra to read it or to refuse it."""
        if (group, name) not in self.written:
            text = self.configs.text(group, name)
            self.written[group, name] = None if REACHES_OUT.search(text) else _parsed(text, name)
        return self.written[group, name]


def _speaks_of_a_group(override: str) -> bool:
    """Such as `++method.epochs=3`, which may change one method's file and not another's."""
    return re.split(r"[.@=]", override.lstrip("+~"))[0] in GROUPS


def plain(config: DictConfig) -> dict[str, Any]:
    """With all references resolved; raises RequestError where one leads nowhere or a value is
    missing."""
    try:
        return _resolved(config)
    except Exception as error:  # what resolves a reference raises what it likes
        field = getattr(error, "full_key", None) or "configuration"
        told = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RequestError(field, "not to be resolved", told) from error


def _resolved(config: DictConfig) -> dict[str, Any]:
    container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    return cast(dict[str, Any], container)  # its type allows for lists


def _parsed(text: str, name: str) -> dict[str, Any] | None:
    try:
        written = OmegaConf.create(text)
        block = _resolved(written) if isinstance(written, DictConfig) else {}
    except Exception:  # Hydra refuses it, too, and that is told
        return None
    return block if block.get("name") == name else None


def _checked(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without the blocks that its learner does not take."""
    for group in GROUPS:
        values.check_block(group, config[group])
    values.check(config)
    for group in GROUPS:
        for name in _names(group, config[group].get("name")):
            check_name(f"{group}.name", name)
    _check_protocol(config["protocol"])
    config = _with_search(config)
    learners.check_fields(config["method"])
    config = {**config, "method": learners.settled(config["method"], config["trainer"])}
    taken = list(learners.shared_blocks(config["method"]))
    if "trainer" in taken:
        _check_devices(config["trainer"].get("devices", 1), config["protocol"])
    if AUGMENTATION in taken:
        fields.check_known(AUGMENTATION, config[AUGMENTATION])
        if not augmentations.does_something(config[AUGMENTATION]):
            taken.remove(AUGMENTATION)
    if RESAMPLING in taken and config[RESAMPLING]["name"] == resampling.NONE:
        taken.remove(RESAMPLING)
    kept = {k: v for k, v in config.items() if k not in learners.OPTIONAL or k in taken}
    fields.check_cell(kept)
    return kept


def _with_search(config: dict[str, Any]) -> dict[str, Any]:
    """The search space beside the method under a protocol that tunes, under others nowhere: what
    could be searched changes no result."""
    method = config["method"]
    stated = {name: value for name, value in method.items() if name != search.FIELD}
    if not tuning.tunes(config["protocol"]):
        return {**config, "method": stated}
    return {**config, "method": stated, search.FIELD: search.checked_space(method)}


def _check_protocol(protocol: dict[str, Any]) -> None:
    if tuning.tunes(protocol):
        tuning.check(protocol)
        return
    for name in protocol:
        if name not in (*tuning.LABELS, SELECT_EPOCH_ON):
            known = (SELECT_EPOCH_ON, *tuning.OPTIONS)
            raise RequestError(f"protocol.{name}", protocol[name], nearest(name, known))
    selected_on = protocol.get(SELECT_EPOCH_ON)
    if selected_on not in (None, "test"):
        remedy = "give test (as published), or leave it out"
        raise RequestError("protocol.select_epoch_on", selected_on, remedy)


def _names(group: str, name: Any) -> list[Any]:
    return augmentations.parts_of(name) if group == AUGMENTATION else [name]


def _check_devices(devices: Any, protocol: dict[str, Any]) -> None:
    """A number from 1 up, or a list of distinct indices; one where epochs are selected."""
    listed = isinstance(devices, list)
    numbers, least = (devices, 0) if listed else ([devices], 1)
    whole = [isinstance(n, int) and not isinstance(n, bool) and n >= least for n in numbers]
    if not numbers or not all(whole) or len(set(numbers)) < len(numbers):
        shown = repr(devices) if isinstance(devices, str) else devices
        remedy = "give how many, from 1 up, or a list of indices, each once"
        raise RequestError("trainer.devices", shown, remedy)
    if protocol.get(SELECT_EPOCH_ON) and (len(devices) if listed else devices) > 1:
        remedy = f"protocol={protocol['name']} scores the test data on one device; give 1"
        raise RequestError("trainer.devices", devices, remedy)


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
