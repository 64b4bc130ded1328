"""Hydra's own multirun (`-m`): its launchers start the jobs, each job runs its part of the grid."""

from __future__ import annotations

import multiprocessing
import os
import sys
from datetime import datetime
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from rich.console import Console

from benchmarks.grid import extensions
from benchmarks.grid.configs import CONF, opened
from benchmarks.grid.extensions import SEARCH_PATH
from benchmarks.grid.request import parse_request
from benchmarks.planning import planned_cells
from benchmarks.running import compute
from benchmarks.tracking.feed import tracked

FULL_ERROR = "HYDRA_FULL_ERROR"
HERE = ("basic", "joblib", "submitit_local")  # launchers whose jobs run on this machine
QUIET = ("hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none")


def stays_here(words: list[str]) -> bool:
    """Whether the jobs run on this machine."""
    launchers = [word.partition("=")[2] for word in words if word.startswith("hydra/launcher=")]
    return all(launcher in HERE for launcher in launchers)


def launch(words: list[str], results: Path) -> None:
    """Every combination of the swept overrides becomes one job of the chosen launcher.

    Hydra reads the command line itself; its job folders lie in the results folder.
    """
    words = [*_without_search_path(words), *_search_path(words)]
    jobs = results / "multirun" / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    before, told = sys.argv, os.environ.get(FULL_ERROR)
    os.environ[FULL_ERROR] = "1"  # what a job raises is raised here, not Hydra's account
    sys.argv = ["scarce", "--multirun", *words, *QUIET, f"hydra.sweep.dir={jobs}"]
    try:
        hydra.main(config_path=str(CONF), config_name="config", version_base="1.3")(_job)()
    finally:
        sys.argv = before
        os.environ.pop(FULL_ERROR)
        os.environ |= {FULL_ERROR: told} if told else {}


def _without_search_path(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith(SEARCH_PATH)]


def _search_path(words: list[str]) -> list[str]:
    """The folders of the request and those that need not be named in it."""
    return extensions.override(extensions.folders(parse_request(words).folders))


def _job(_: DictConfig) -> int:
    if multiprocessing.get_start_method() not in multiprocessing.get_all_start_methods():
        # The joblib launcher's own way to start processes, which worker processes cannot find.
        multiprocessing.set_start_method("spawn", force=True)
    given = HydraConfig.get().overrides
    searched = [word for word in given.hydra if word.startswith(SEARCH_PATH)]
    request = parse_request([*given.task, *searched])
    with opened(list(request.folders)) as configs:
        planned, console = planned_cells(request, configs), Console()
        with tracked(planned, console) as followers:
            return compute(planned, console, followers)
