"""`scarce run`: plan, run what is missing, answer."""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks import answers
from benchmarks.grid.configs import opened
from benchmarks.grid.request import parse_request
from benchmarks.planning import planned_cells
from benchmarks.recommending import save_recommended
from benchmarks.running import check, compute
from benchmarks.settings import folders
from benchmarks.tracking.choosing import make_tracker
from benchmarks.tracking.feed import tracked


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Run a benchmark and answer; 1 where cells failed or none can run, else 0."""
    request = parse_request(arguments.overrides)
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
    places = folders(planned.settings)
    if arguments.multirun:
        from benchmarks.multirun import launch, stays_here

        check(planned, stays_here(arguments.overrides))
        make_tracker(planned.settings["logger"], places.own)
        launch(arguments.overrides, places.own)
        planned.settings["retry"] = None  # the jobs have done that
    with tracked(planned, console) as followers:
        failed = compute(planned, console, followers)
        with opened(list(request.folders)) as configs:
            recommendation = answers.answer_plan(planned, places, configs, console)
        for follower in followers:
            follower.answered(places.own / planned.benchmark["name"])
    if recommendation:
        save_recommended(planned, recommendation, places, console)
    return 1 if failed or not planned.cells else 0
