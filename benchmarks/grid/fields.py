"""Fields that nothing reads, found in every block of a configuration while it is planned.

The fields of a block with a `_target_` are those that its class takes, as its source says
(`benchmarks.grid.signatures`); where that does not tell, the class refuses them when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.signatures import arguments_of
from models.options import TRAINER_OPTIONS

TARGET = "_target_"
LABELS = ("name", "says")
KNOWN = {
    "trainer": (*LABELS, *TRAINER_OPTIONS),
    "augmentation": (*LABELS, "operations", "fill", "fill_value", "views"),
    "benchmark": (*LABELS, "grid", "recommends", "reduced", "metric"),
}


def check_cell(config: Mapping[str, Any]) -> None:
    """Refuse a misspelt field of the blocks of one cell; raises RequestError."""
    if "trainer" in config:
        check_known("trainer", config["trainer"])
    for group in ("dataset", "loss", "resampling"):
        if group in config:
            require_target(group, config[group])
    for operation in config.get("augmentation", {}).get("operations", []):
        require_target("augmentation.operations", operation)
    for group in ("method", "loss", "resampling"):
        labels = (*LABELS, "version") if group == "resampling" else LABELS
        _check_targets(group, config.get(group), labels)
    _check_targets("augmentation", config.get("augmentation"))


def check_known(group: str, block: Mapping[str, Any]) -> None:
    """Of a group whose fields are the same in all of its files."""
    for name, value in block.items():
        if name not in KNOWN[group]:
            told = f"{block.get('name', group)} has no such field; {nearest(name, KNOWN[group])}"
            raise RequestError(f"{group}.{name}", value, told)


def require_target(group: str, block: Any) -> None:
    if isinstance(block, Mapping) and isinstance(block.get(TARGET), str):
        return
    given = block.get(TARGET, "missing") if isinstance(block, Mapping) else block
    misspelt = [name for name in block if "target" in name] if isinstance(block, Mapping) else []
    remedy = f"give the import path of a class as {TARGET}"
    if misspelt and TARGET not in misspelt:
        remedy = f"{misspelt[0]}: did you mean {TARGET}?"
    raise RequestError(f"{group}.{TARGET}", given, remedy)


def _check_targets(place: str, block: Any, labels: Iterable[str] = ()) -> None:
    """This block and all within it."""
    if isinstance(block, list):
        for number, each in enumerate(block):
            _check_targets(f"{place}.{number}", each)
        return
    if not isinstance(block, Mapping):
        return
    if isinstance(block.get(TARGET), str) and place != "method":  # checked by learners
        _check_arguments(place, block, labels)
    for name, value in block.items():
        _check_targets(f"{place}.{name}", value)


def _check_arguments(place: str, block: Mapping[str, Any], labels: Iterable[str]) -> None:
    known = arguments_of(block[TARGET])
    for name, value in block.items():
        if known is None or name.startswith("_") or name in labels or name in known:
            continue
        told = f"{block[TARGET]} takes no {name}; {nearest(name, known)}"
        raise RequestError(f"{place}.{name}", value, told)
