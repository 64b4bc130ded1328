"""The Ray executor: one actor per worker, each of which supervises one process that runs cells."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.execution.devices import Needs, all_needs, by_needs
from benchmarks.execution.dispatch import work_off
from benchmarks.execution.executors.local import usable_cores
from benchmarks.execution.executors.options import (
    require_package,
    require_text,
    require_whole_number,
)
from benchmarks.execution.leases import Leases
from benchmarks.execution.pool import Ending, Pool, WorkerLost
from benchmarks.execution.progress import Progress
from benchmarks.execution.work import Limits, Task, Work
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Store

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_TO_ANSWER = 10
ONE_CORE = {"num_cpus": 1, "num_gpus": 0}  # any cluster has that


class RayCluster:
    """Without an address a cluster on this machine is started, and stopped after the run."""

    here = False
    keeps_budget = True

    def __init__(
        self,
        address: str | None = None,
        workers: int | None = None,
        cpus_per_cell: int = 1,
        cells_per_gpu: int = 1,
    ):
        require_text("address", address)
        require_whole_number("workers", workers, or_null=True)
        require_whole_number("cpus_per_cell", cpus_per_cell)
        require_whole_number("cells_per_gpu", cells_per_gpu)
        require_package("ray", "ray")
        cores = 1 if address else usable_cores()  # how many another cluster has shows later
        self.workers = workers or max(1, cores // cpus_per_cell)
        self._address, self._most = address, workers
        self._cpus, self._cells_per_gpu = cpus_per_cell, cells_per_gpu

    def check(self, cells: list[Cell], _: Limits) -> None:
        """Asks the cluster; a new one on this machine only about more than a core."""
        shares = [self._share(needs) for needs in all_needs(cells)]
        existing = self._address or os.environ.get("RAY_ADDRESS")
        if existing or any(share != ONE_CORE for share in shares):
            with _connected(self._address):
                for share in shares:
                    self._count(share)

    def execute(self, work: Work, store: Store, console: Console) -> dict[str, int]:
        """Run all tasks and count their statuses; on an interrupt, what is finished stays."""
        with (
            _connected(self._address),
            Progress(console, work, self.workers, Leases(store.results)) as progress,
        ):
            for needs, tasks in by_needs(work.in_order()).items():
                share = self._share(needs)
                progress.workers = count = min(self._count(share), len(tasks))
                with RayPool(count, share, store.results, work.limits) as pool:
                    work_off(tasks, pool, store, work, progress)
        return progress.count

    def _share(self, needs: Needs) -> dict[str, float]:
        """What one worker takes of the cluster; a cell on several GPUs has them alone."""
        if not needs.on_gpu:
            return {"num_cpus": self._cpus * needs.devices, "num_gpus": 0}
        alone = needs.devices > 1
        gpus = needs.devices if alone else 1 / self._cells_per_gpu
        return {"num_cpus": self._cpus, "num_gpus": gpus}

    def _count(self, share: dict[str, float]) -> int:
        """How many workers the cluster has room for."""
        import ray

        # Ray has no types for it.
        has: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        room = int(has.get("CPU", 0) // share["num_cpus"])
        if share["num_gpus"]:
            room = min(room, int(has.get("GPU", 0) / share["num_gpus"]))
        if room < 1:
            remedy = f"a cell takes {share}, more than the cluster has"
            raise RequestError("executor", "ray", remedy)
        return min(room, self._most) if self._most else room


class RayPool:
    """A pool (see `executors.pool`) whose workers are actors on the nodes of a cluster."""

    def __init__(self, count: int, share: dict[str, float], results: Path, limits: Limits):
        import ray

        self.actor_class = ray.remote(_Supervisor).options(**share)
        self.arguments = (results.absolute(), limits)
        # Any: Ray makes actors, their methods and references as it runs.
        self.actors: list[Any] = [self._new_actor() for _ in range(count)]
        self.running: dict[Any, tuple[Any, Task]] = {}

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        for actor in [*self.actors, *(actor for actor, _ in self.running.values())]:
            ray.kill(actor)

    @property
    def busy(self) -> list[Task]:
        return [task for _, task in self.running.values()]

    @property
    def idle(self) -> bool:
        return bool(self.actors)

    def start(self, task: Task) -> None:
        actor = self.actors.pop()
        self.running[actor.run.remote(task)] = actor, task

    def wait(self, seconds: float) -> list[Ending]:
        """What ended, as soon as anything does or the seconds have passed."""
        import ray

        if not self.running:
            time.sleep(seconds)
            return []
        ready, _ = ray.wait(list(self.running), timeout=seconds)
        return [self._ending(reference) for reference in ready]

    def stop(self) -> list[Task]:
        """End the actors that are at a task, at once; those tasks, now without an outcome."""
        import ray

        stopped = list(self.running.values())
        self.running.clear()
        for actor, _ in stopped:
            ray.kill(actor)
            self.actors.append(self._new_actor())
        return [task for _, task in stopped]

    def _ending(self, reference: Any) -> Ending:
        import ray

        actor, task = self.running.pop(reference)
        try:
            ending = ray.get(reference)
        except ray.exceptions.RayError as error:
            actor = self._new_actor()
            reason = str(error).strip().splitlines()[0]
            ending = WorkerLost(f"the Ray actor ended: {reason}")
        self.actors.append(actor)
        return task, ending

    def _new_actor(self) -> Any:
        return self.actor_class.remote(*self.arguments)


class _Supervisor:
    """Lives in Ray's own worker process; the cells run in a process below it, with its GPUs."""

    def __init__(self, results: Path, limits: Limits):
        self.pool = Pool([{}], results, limits)

    def run(self, task: Task) -> object:
        """The outcome of the task, or the exception that took its place."""
        self.pool.start(task)
        while True:
            for _, ending in self.pool.wait(SECONDS_BETWEEN_LOOKS):
                return ending


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _require_somebody_there(address or os.environ.get("RAY_ADDRESS"))
    import ray

    quiet: dict[str, Any] = {"include_dashboard": False, "log_to_driver": False}
    quiet["logging_level"] = "error"
    try:
        ray.init(address=address, **quiet)
    except (ConnectionError, OSError, ValueError, RuntimeError) as error:
        remedy = f"no Ray cluster there ({str(error).strip().splitlines()[0]})"
        raise RequestError("executor.address", address, remedy) from error
    try:
        yield
    finally:
        ray.shutdown()


def _require_somebody_there(address: str | None) -> None:
    """Ray itself tries for minutes, and then ends the process."""
    host, colon, port = (address or "").rpartition("://")[2].rpartition(":")
    if not colon:
        return
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS_TO_ANSWER).close()
    except (OSError, ValueError) as error:
        remedy = f"no Ray cluster there ({error})"
        raise RequestError("executor.address", address, remedy) from error
