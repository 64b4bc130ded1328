"""Data of one's own: which benchmarks are asked of them, and what a request may say of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from benchmarks.grid import data
from benchmarks.grid.blocks import own_choices
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
def benchmark_named(request: Request, composer: Composer) -> Iterator[None]:
    """Where no benchmark is given and data of one's own are refused, most often by the grid of the
    benchmark that stands in, the RequestError names the one that asks about such data."""
    try:
        yield
    except RequestError as error:
        asked = _meant(request, composer)
        if asked is None:
            raise
        told = f"no benchmark is given; of data of your own, benchmark={asked} asks"
        raise RequestError(error.field, error.value, f"{error.remedy} ({told})") from error


def _meant(request: Request, composer: Composer) -> str | None:
    if request.benchmark is not None:
        return None
    for name in request.axes.get("dataset", []):
        if _are_own(name, composer) and (asked := _benchmarks_of(name, composer)):
            return asked[0]
    return None


def _are_own(name: Any, composer: Composer) -> bool:
    """A choice that there is not is told later, with what there is."""
    known = isinstance(name, str) and name in composer.configs.choices("dataset")
    return known and data.is_to_be_named(composer.block("dataset", name))


def _benchmarks_of(dataset: str, composer: Composer) -> list[str]:
    """Those that are asked of this data set and of no other."""
    found = []
    for name in composer.configs.choices("benchmark"):
        with suppress(RequestError):  # another file that is wrong is not what was asked about
            grid = composer.block("benchmark", name).get("grid")
            if isinstance(grid, list) and set(own_choices(grid)["dataset"]) == {dataset}:
                found.append(name)
    return found
