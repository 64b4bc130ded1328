"""Slurm's queue, asked with squeue, which needs no accounting database."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from benchmarks.grid.errors import RequestError

if TYPE_CHECKING:
    from submitit import Job

SECONDS_TO_ANSWER = 60


def require_slurm() -> None:
    """Raise RequestError unless there is a Slurm that answers."""
    if not all(map(shutil.which, ("sbatch", "squeue", "srun"))):
        remedy = "Slurm is not here (no sbatch); log in to a node of the cluster, or use local"
        raise RequestError("executor", "slurm", remedy)
    answer = _run("squeue", "--noheader", "--jobs=0", "--states=all")
    if answer.returncode and "invalid job id" not in answer.stderr.lower():
        reason = " ".join(answer.stderr.split())
        raise RequestError("executor", "slurm", f"Slurm cannot be reached: {reason}")


def jobs_in_queue(jobs: Iterable[Job[Any]]) -> bool:
    """Whether any of the jobs waits or runs; True as well where the queue does not answer."""
    names = {job.job_id.split("_")[0] for job in jobs}
    answer = _run("squeue", "--noheader", "--format=%A", f"--jobs={','.join(sorted(names))}")
    if answer.returncode:
        return "invalid job id" not in answer.stderr.lower()
    return bool(answer.stdout.strip())


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "no answer within a minute")
