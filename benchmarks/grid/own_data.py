"""Data of one's own: which benchmarks are asked of them, and what a request may say of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from benchmarks.grid import data
from benchmarks.grid.block import parse_block
from benchmarks.grid.blocks import grid_of, own_choices
from benchmarks.grid.composing import Composer
from benchmarks.grid.errors import RequestError
from benchmarks.grid.request import Request


def are_asked_for(grid: list[dict[str, Any]], composer: Composer) -> bool:
    """Whether all data sets of a grid are somebody's own, to be named by the request."""
    names = own_choices(grid)["dataset"]
    return bool(names) and all(_are_own(name, composer) for name in names)


def are_described(change: str) -> bool:
    """Whether an override says which data they are, and nothing of how they are sampled."""
    group, _, field = change.partition("=")[0].lstrip("+").partition(".")
    return group == "dataset" and bool(field) and field not in data.SAMPLING


@contextmanager
def benchmark_named(
    request: Request, grid: list[dict[str, Any]], composer: Composer
) -> Iterator[None]:
    """Where no benchmark is given, and data of one's own are refused for what the benchmark says
    that stands in, the RequestError names the one that asks about such data."""
    try:
        yield
    except RequestError as error:
        names = _meant(error.field, request, grid, composer)
        asked = [known for name in names for known in _asking(name, composer)]
        if not asked:
            raise
        told = f"no benchmark is given; of data of your own, {_listed(asked)} asks"
        raise RequestError(error.field, error.value, f"{error.remedy} ({told})") from error


def note(request: Request, benchmark: dict[str, Any], composer: Composer) -> list[str]:
    """What is to be told where data of one's own are asked what the benchmark asks that stands in
    for none."""
    left = _axes(benchmark["grid"]) - request.axes.keys()
    own_grid = any(word.lstrip("+").startswith("benchmark.") for word in request.fixed)
    if request.benchmark is not None or own_grid or not left:
        return []
    asked = [known for name in _own(request, composer) for known in _asking(name, composer)]
    if not asked:
        return []
    told = f"no benchmark is given, so this is the grid of {benchmark['name']}"
    return [f"{told}; of data of your own, {_listed(asked)} asks"]


def _meant(
    field: str, request: Request, grid: list[dict[str, Any]], composer: Composer
) -> list[str]:
    """The data sets of one's own that a refusal of this field may be about."""
    group, _, name = field.partition(".")
    if request.benchmark is not None:
        return []
    if "dataset" not in request.axes and group == "dataset" and field in request.axes:
        return [
            each for each in composer.configs.choices("dataset") if name in _to_name(each, composer)
        ]
    return _own(request, composer) if _is_of_grid(field, request, grid) else []


def _listed(benchmarks: list[str]) -> str:
    return " or ".join(f"benchmark={name}" for name in benchmarks)


def _is_of_grid(field: str, request: Request, grid: list[dict[str, Any]]) -> bool:
    """Whether the grid states this field, or what it is a field of, and the request does not."""
    stated = _axes(grid)
    axis = field if field in stated else field.split(".")[0]
    return axis in stated and axis not in request.axes


def _axes(grid: list[dict[str, Any]]) -> set[str]:
    factors = [factor for block in grid for factor in parse_block(block).factors]
    return {axis for factor in factors for axis in factor.axes}


def _own(request: Request, composer: Composer) -> list[str]:
    return [name for name in request.axes.get("dataset", []) if _are_own(name, composer)]


def _are_own(name: Any, composer: Composer) -> bool:
    """A choice that there is not is told later, with what there is."""
    known = isinstance(name, str) and name in composer.configs.choices("dataset")
    return known and bool(_to_name(name, composer))


def _to_name(dataset: str, composer: Composer) -> tuple[str, ...]:
    """The fields of which one is to name somebody's own data; empty for other data sets, and for
    those whose file is wrong: that is told where they are asked for."""
    with suppress(RequestError):
        return data.to_name(composer.block("dataset", dataset))
    return ()


def _asking(dataset: str, composer: Composer) -> list[str]:
    """The benchmarks that are asked of this data set and of no other."""
    found = []
    for name in composer.configs.choices("benchmark"):
        with suppress(RequestError):  # another file that is wrong is not what was asked about
            names = own_choices(grid_of(composer.block("benchmark", name)))["dataset"]
            if names and all(each == dataset for each in names):
                found.append(name)
    return found
