"""What commands begin with: the request read, the configurations opened, the plan made."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.evidence.consistency import refuse_mixed_configurations
from benchmarks.grid import stages, tuning
from benchmarks.grid.configs import Configs, opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Plan, compose_base, make_plan
from benchmarks.grid.request import Request, parse_request
from benchmarks.records.store import Store
from benchmarks.settings import Folders, folders


def planned_cells(request: Request, configs: Configs) -> Plan:
    """The plan as far as the own records decide it, refused where two configurations would share
    one row of the table."""
    planned = make_plan(request, configs)
    stages.extend(planned, Store(folders(planned.settings).own).read_all)
    tested = [cell.config for cell in planned.cells if not tuning.is_trial(cell.config)]
    configs_of_rows = [*tested, *(found.study.config for found in planned.searches.values())]
    refuse_mixed_configurations([{"config": config} for config in configs_of_rows])
    return planned


def refuse_changes(request: Request, why: str) -> None:
    """For commands that take a benchmark as its file states it; raises RequestError."""
    if request.changes:
        raise RequestError(*request.changes[0].split("=", 1), f"{why}; leave this out")


@contextmanager
def opened_for_reading(arguments: argparse.Namespace) -> Iterator[tuple[Configs, str, Folders]]:
    """For the commands that read: configurations, name of the benchmark, folders; no plan."""
    request = parse_request(arguments.overrides)
    refuse_changes(request, f"{arguments.command} reads what was run")
    with opened(list(request.folders)) as configs:
        base = compose_base(request, configs)
        yield configs, base["benchmark"]["name"], folders(base)
