"""Single fields of a configuration by their dotted names, such as `method.optimizer.lr`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from benchmarks.grid.configs import field_names, suggest_field
from benchmarks.grid.errors import RequestError
from benchmarks.grid.fields import KNOWN
from benchmarks.grid.signatures import arguments_of

TARGET = "_target_"


def states_field(config: Any, dotted: str) -> bool:
    """Whether a field stands in the configuration itself."""
    block, name = _block_of(config, dotted), dotted.rpartition(".")[2]
    return hasattr(block, "get") and name in block


def has_field(config: Any, dotted: str) -> bool:
    """Whether a field is stated, or its file leaves it at the default of the class of its block."""
    block, name = _block_of(config, dotted), dotted.rpartition(".")[2]
    return hasattr(block, "get") and (name in block or name in _left_out(block, dotted))


def set_field(config: Any, dotted: str, value: Any) -> None:
    """Raises RequestError for a field that there is not, with the nearest one."""
    if not has_field(config, dotted):
        raise RequestError(dotted, value, _remedy(config, dotted))
    block, name = _block_of(config, dotted), dotted.rpartition(".")[2]
    if isinstance(block, DictConfig):
        OmegaConf.update(block, name, value, merge=False, force_add=True)
    else:
        block[name] = value


def _block_of(config: Any, dotted: str) -> Any:
    """The block that has or lacks a field; None where there is no such block."""
    block = config
    for name in dotted.split(".")[:-1]:
        block = block.get(name) if hasattr(block, "get") else None
    return block


def _left_out(block: Mapping[str, Any], dotted: str) -> tuple[str, ...]:
    """What a block can be given, besides the fields that are stated: what its class takes (nothing,
    where its source does not tell) or, of a group without classes, what all of its files may have.
    """
    group, _, field = dotted.partition(".")
    if group in KNOWN and "." not in field:
        return KNOWN[group]
    target = block.get(TARGET)
    return (isinstance(target, str) and arguments_of(target)) or ()


def _remedy(config: Any, dotted: str) -> str:
    whole: Any = OmegaConf.to_container(config) if isinstance(config, DictConfig) else config
    owner = dotted.split(".")[0]
    block = whole.get(owner)
    name = block.get("name", owner) if isinstance(block, dict) else owner
    known = [f"{owner}.{field}" for field in field_names(block)] + _left_out_below(block, owner)
    return f"{name} has no such field; {suggest_field(dotted, known)}"


def _left_out_below(block: Any, dotted: str) -> list[str]:
    """Dotted names of what can be given to a block, and to those within it, besides the stated."""
    if not isinstance(block, dict):
        return []
    names = [f"{dotted}.{argument}" for argument in _left_out(block, f"{dotted}.")]
    for name, inner in block.items():
        names += _left_out_below(inner, f"{dotted}.{name}")
    return names
