"""The search space that a method's file declares, and the settings that are tried of it.

search:
  optimizer.lr: {low: 1.0e-4, high: 1.0e-1, log: true}
  batch_size: [8, 16, 32]
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.grid.errors import RequestError, nearest

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FIELD = "search"
Settings = dict[str, Any]  # value by dotted field of the method
RANGE = ("low", "high", "log")
DRAWS_FOR_EACH = 50  # before a space counts as exhausted
NOT_SEARCHED = ("name", "says", "version", "_target_", "epochs")  # epochs are the search's budget


def checked_space(method: dict[str, Any]) -> dict[str, Any]:
    """What a method's file says under `search`; raises RequestError where it makes no sense.

    Each entry is a dotted field of the method, with a list of values or a range: `low`, `high` and
    `log` (false if it is not given). Whole numbers in both bounds mean whole numbers between.
    """
    space = method.get(FIELD)
    if not space:
        remedy = f"{method['name']} declares nothing to search; add it to its file"
        raise RequestError(f"method.{FIELD}", "missing", remedy)
    if not isinstance(space, dict):
        raise RequestError(f"method.{FIELD}", space, "a mapping of fields to ranges or lists")
    fixed = (FIELD, *NOT_SEARCHED)
    known = list(_fields({name: value for name, value in method.items() if name not in fixed}))
    for field, choices in space.items():
        if field not in known:
            remedy = f"{method['name']} has no such field; {nearest(field, known)}"
            raise RequestError(f"method.{FIELD}.{field}", choices, remedy)
        _check_choices(f"method.{FIELD}.{field}", choices)
    return space


def settings(
    space: dict[str, Any], method: dict[str, Any], count: int, seed: int
) -> list[Settings]:
    """So many settings, each once: the method's own values, then random ones of its space (Optuna).

    A larger count begins with the settings of a smaller one. A space of lists has only so many: no
    more than these are tried.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {field: distribution(space[field]) for field in sorted(space)}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    found = [{field: value_of(method, field) for field in distributions}]
    for _ in range(DRAWS_FOR_EACH * count):
        if len(found) == count:
            break
        drawn = study.ask(distributions).params
        if drawn not in found:
            found.append(drawn)
    return found


def distribution(choices: Any) -> BaseDistribution:
    """Of one entry of a checked space."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(choices, list):
        return CategoricalDistribution(choices)
    low, high, log = choices["low"], choices["high"], choices.get("log", False)
    whole = isinstance(low, int) and isinstance(high, int)
    return (IntDistribution if whole else FloatDistribution)(low, high, log=log)


def value_of(method: dict[str, Any], field: str) -> Any:
    """The value that a method has in a dotted field."""
    block: Any = method
    for name in field.split("."):
        block = block[name]
    return block


def with_settings(method: dict[str, Any], chosen: Settings) -> dict[str, Any]:
    """The method with these values; blocks are copied, never changed."""
    for field, value in chosen.items():
        method = _with_value(method, field.split("."), value)
    return method


def _with_value(block: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**block, name: _with_value(block[name], rest, value) if rest else value}


def _fields(block: dict[str, Any], before: str = "") -> list[str]:
    """The dotted names of all values in a block that are no blocks themselves."""
    names = []
    for name, value in block.items():
        path = f"{before}{name}"
        names += _fields(value, f"{path}.") if isinstance(value, dict) else [path]
    return names


def _check_choices(field: str, choices: Any) -> None:
    if isinstance(choices, list):
        if len(choices) < 2 or any(isinstance(value, (list, dict)) for value in choices):
            raise RequestError(field, choices, "a list of two values or more")
        return
    if not isinstance(choices, dict) or not {"low", "high"} <= set(choices):
        raise RequestError(field, choices, "a list of values, or a range with low and high")
    for name in choices:
        if name not in RANGE:
            raise RequestError(f"{field}.{name}", choices[name], nearest(name, RANGE))
    low, high, log = choices["low"], choices["high"], choices.get("log", False)
    if not isinstance(log, bool):
        raise RequestError(f"{field}.log", log, "true or false")
    if not (_is_number(low) and _is_number(high) and low < high):
        raise RequestError(field, choices, "low and high are numbers, low below high")
    if log and low <= 0:
        raise RequestError(f"{field}.low", low, "above 0 where log is true")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
