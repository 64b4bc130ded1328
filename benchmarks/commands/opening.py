"""What commands begin with that read: the request read, the configurations opened."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.grid.configs import Configs, opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import compose_base
from benchmarks.grid.request import Request, parse_request
from benchmarks.settings import Folders, folders


def refuse_changes(request: Request, why: str) -> None:
    """For commands that take a benchmark as its file states it; raises RequestError."""
    if request.changes:
        field, _, value = request.changes[0].partition("=")
        raise RequestError(field, value, f"{why}; leave this out")


@contextmanager
def opened_for_reading(arguments: argparse.Namespace) -> Iterator[tuple[Configs, str, Folders]]:
    """For the commands that read: configurations, name of the benchmark, folders; no plan."""
    request = parse_request(arguments.overrides)
    refuse_changes(request, f"{arguments.command} reads what was run")
    with opened(list(request.folders)) as configs:
        base = compose_base(request, configs)
        yield configs, base["benchmark"]["name"], folders(base)
