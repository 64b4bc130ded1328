"""The Slurm executor: an array of jobs, each with a chunk of cells, through submitit.

A job runs its cells as the local executor does, on the node it is given. One that is stopped at its
time limit, or preempted, is put into the queue again and goes on with what is missing; the records
in the shared results folder tell. The same Python environment must be there on all nodes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import redirect_stderr
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks import interrupts
from benchmarks.execution.devices import Needs, all_needs
from benchmarks.execution.dispatch import Losses
from benchmarks.execution.executors.local import Local
from benchmarks.execution.executors.options import (
    require_mapping,
    require_package,
    require_text,
    require_texts,
    require_whole_number,
)
from benchmarks.execution.executors.slurm_queue import jobs_in_queue, require_slurm
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.leases import Leases
from benchmarks.execution.pool import WorkerLost
from benchmarks.execution.progress import Progress
from benchmarks.execution.work import Limits, Task, Work, may_run_again
from benchmarks.execution.worker import answers
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell
from benchmarks.records.store import Record, Store

if TYPE_CHECKING:
    import submitit

SECONDS_BETWEEN_LOOKS = 2.0
SECONDS_TO_STOP = 30  # between the signal that the time is over and the end of the job
GPU_PARAMETERS = ("gpus_per_node", "gpus_per_task", "gres", "num_gpus", "additional_parameters")

Submitted = list[tuple["submitit.Job[Any]", list[Task]]]  # each job with its chunk


class Slurm:
    """`cells_per_job` cells a job, `cells_at_once` of them at a time, at most `jobs_at_once` jobs.

    `minutes` is the time limit of a job, `requeues` how often it goes on after it. `parameters` are
    further options of sbatch as submitit names them, which win over these here, `setup` shell
    commands before each job.
    """

    here = False

    def __init__(
        self,
        cells_per_job: int = 50,
        cells_at_once: int = 1,
        jobs_at_once: int = 64,
        minutes: int = 60,
        requeues: int = 3,
        memory_gb: int | None = None,
        gpus: int = 0,
        cells_per_gpu: int = 1,
        partition: str | None = None,
        account: str | None = None,
        qos: str | None = None,
        setup: list[str] | None = None,
        parameters: dict[str, object] | None = None,
    ):
        require_whole_number("cells_per_job", cells_per_job)
        require_whole_number("cells_at_once", cells_at_once)
        require_whole_number("jobs_at_once", jobs_at_once)
        require_whole_number("minutes", minutes)
        require_whole_number("cells_per_gpu", cells_per_gpu)
        require_whole_number("memory_gb", memory_gb, or_null=True)
        for name, value in (("requeues", requeues), ("gpus", gpus)):
            require_whole_number(name, value, least=0)
        for name, text in (("partition", partition), ("account", account), ("qos", qos)):
            require_text(name, text)
        require_mapping("parameters", parameters)
        require_texts("setup", setup)
        require_texts("parameters.setup", (parameters or {}).get("setup"))
        self.cells_per_job, self.jobs_at_once = cells_per_job, jobs_at_once
        self.gpus, self.cells_per_gpu = gpus, cells_per_gpu
        self._cells_of_a_job = max(cells_at_once, gpus * cells_per_gpu)
        self.workers = jobs_at_once * self._cells_of_a_job
        self._requeues, self._parameters = requeues, dict(parameters or {})
        self._asked = {
            "time": minutes,
            "array_parallelism": jobs_at_once,
            "signal_delay_s": SECONDS_TO_STOP,
            "job_name": "scarce",
            "mem": f"{memory_gb}GB" if memory_gb else None,
            "gpus_per_node": gpus or None,
            "partition": partition,
            "account": account,
            "qos": qos,
            "setup": list(setup) if setup else None,
            **self._parameters,
        }
        require_package("slurm", "submitit")
        require_slurm()

    def check(self, cells: list[Cell], _: Limits) -> None:
        for needs in all_needs(cells):
            self._check_gpus(needs)
        self._submitter(Path(), 1)

    def _check_gpus(self, needs: Needs) -> None:
        if not needs.on_gpu or any(name in self._parameters for name in GPU_PARAMETERS):
            return
        least = max(needs.devices, 1 + max(needs.indices, default=0))
        if not self.gpus:
            remedy = f"cells train on a GPU; give executor.gpus={least}"
            raise RequestError("executor.gpus", self.gpus, remedy)
        if least > self.gpus:
            devices = list(needs.indices) or needs.devices
            remedy = f"a job has executor.gpus={self.gpus}; give executor.gpus={least}"
            raise RequestError("trainer.devices", devices, remedy)

    def execute(self, work: Work, store: Store, console: Console) -> dict[str, int]:
        """Run all tasks and count their statuses; an interrupt cancels the jobs.

        Cells of a job that ended without their records are asked for again, as those of any
        worker that is lost.
        """
        waiting = work.longest_first()
        with Progress(console, work, self.workers, Leases(store.results)) as progress:
            while waiting:
                folder = store.results / "slurm" / datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
                jobs = self._submit(waiting, store.results, work.limits, folder)
                progress.workers = min(len(jobs), self.jobs_at_once) * self._cells_of_a_job
                console.print(f"{len(jobs)} Slurm jobs, their logs: {folder}", soft_wrap=True)
                waiting = _watch(jobs, store, work.limits, progress)
        return progress.count

    def _submit(self, tasks: list[Task], results: Path, limits: Limits, folder: Path) -> Submitted:
        import submitit

        cells = [task.cell for task in tasks]
        devices = max(1 if needs.on_gpu else needs.devices for needs in all_needs(cells))
        at_once = self._cells_of_a_job * devices
        threads = max(cell.config["threads"] for cell in cells)
        submitter = self._submitter(folder, threads * at_once)
        local = Local(at_once, self.gpus or None, self.cells_per_gpu)
        chunks = deal(tasks, self.cells_per_job)
        try:
            with redirect_stderr(StringIO()):  # what sbatch says is in the error, too
                jobs = submitter.map_array(Chunk(local, results, limits), chunks)
            return list(zip(jobs, chunks, strict=True))
        except submitit.core.utils.FailedJobError as error:
            reason = " ".join(str(error).split()[-30:])
            raise RequestError("executor", "slurm", f"sbatch refused the jobs: {reason}") from error

    def _submitter(self, folder: Path, cpus: int) -> submitit.SlurmExecutor:
        import submitit

        asked = {name: value for name, value in self._asked.items() if value is not None}
        submitter = submitit.SlurmExecutor(folder, max_num_timeout=self._requeues)
        try:
            submitter.update_parameters(**{"cpus_per_task": cpus, **asked})
        except (TypeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise RequestError("executor.parameters", self._parameters, reason) from error
        return submitter


class Chunk:
    """What a job does with its cells, and again after it was put back into the queue."""

    def __init__(self, local: Local, results: Path, limits: Limits):
        self.local, self.results, self.limits = local, results, limits

    def __call__(self, tasks: list[Task]) -> dict[str, int]:
        work = Work(tasks, self.limits, Forecast())
        return self.local.execute(work, Store(self.results), Console(width=120))

    def checkpoint(self, tasks: list[Task]) -> object:
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, tasks)


def deal(tasks: list[Task], size: int) -> list[list[Task]]:
    """Chunks of at most `size` tasks, dealt out in turn, so that each has long and short ones."""
    count = -(-len(tasks) // size)
    return [tasks[start::count] for start in range(count)]


def _watch(submitted: Submitted, store: Store, limits: Limits, progress: Progress) -> list[Task]:
    """Wait until every task has its record or no job is left; the tasks to submit again."""
    jobs = [job for job, _ in submitted]
    waiting = {task.cell.key: task for _, chunk in submitted for task in chunk}
    try:
        while waiting:
            left = jobs_in_queue(jobs)  # before looking for records: none can come after
            for found in store.read_all(waiting):
                task = waiting[found["key"]]
                if answers(found, task) and not may_run_again(found, limits):
                    del waiting[task.cell.key]
                    progress.finished(task, found["status"], _seconds(found))
            progress.show()
            interrupts.check()
            if not left:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS if waiting else 0)
    except BaseException:
        for job in jobs:
            job.cancel(check=False)
        raise
    return _ask_again(submitted, waiting, store, limits, progress)


def _ask_again(
    submitted: Submitted, lost: dict[str, Task], store: Store, limits: Limits, progress: Progress
) -> list[Task]:
    """Those to submit again. Whoever seems to hold a cell of a job that is gone is found dead."""
    losses, again, said = Losses(store, limits), [], last_words(submitted, lost)
    for key, task in lost.items():
        losses.add(task, WorkerLost(f"its Slurm job ended without a record of it{said[key]}"))
    while losses:
        more, failed = losses.keep()
        again += more
        for task in failed:
            progress.finished(task, "failed", None)
        progress.show()
        interrupts.check()
        time.sleep(SECONDS_BETWEEN_LOOKS if losses else 0)
    return again


def _seconds(found: Record) -> float | None:
    return found["timing"]["total"] if found["status"] == "done" else None


def last_words(submitted: Submitted, lost: Iterable[str]) -> dict[str, str]:
    """By key of a lost cell: the last line that its job wrote to its standard error."""
    lost = set(lost)
    words: dict[str, str] = {}
    for job, chunk in submitted:
        if keys := lost.intersection(task.cell.key for task in chunk):
            said = [line.strip() for line in (job.stderr() or "").splitlines() if line.strip()]
            words |= dict.fromkeys(keys, f": {said[-1][:200]}" if said else "")
    return words
