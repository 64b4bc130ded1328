"""What the fields of operations may hold; each check hands back the value or raises WrongOption."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, TypeGuard

from datasets.errors import WrongOption


def number(field: str, value: object, low: float, high: float) -> float:
    """A number from low to high."""
    if not _within(value, low, high):
        raise WrongOption(field, value, f"a number from {low:g} to {high:g} is needed")
    return float(value)


def above(field: str, value: object, low: float, high: float) -> float:
    """A number greater than low, up to high: low itself would do nothing."""
    if not _within(value, low, high) or value == low:
        raise WrongOption(field, value, f"a number above {low:g} up to {high:g} is needed")
    return float(value)


def interval(field: str, value: object, low: float, high: float) -> tuple[float, float]:
    """Two numbers [least, most] from low to high, in this order."""
    if (
        not _is_pair(value)
        or not all(_within(end, low, high) for end in value)
        or value[0] > value[1]
    ):
        remedy = f"two numbers [least, most] from {low:g} to {high:g} are needed"
        raise WrongOption(field, value, remedy)
    return float(value[0]), float(value[1])


def whole(field: str, value: object, low: int) -> int:
    """A whole number from low up."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
        raise WrongOption(field, value, f"a whole number from {low} up is needed")
    return int(value)


def _is_pair(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _within(value: object, low: float, high: float) -> TypeGuard[float]:
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    return math.isfinite(value) and low <= float(value) <= high
