"""Supervised worker processes, one pipe each: one that dies takes nothing with it but its cell."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.execution.work import Limits, Task
from benchmarks.execution.worker import Outcome, serve

SECONDS_BETWEEN_LOOKS = 0.1  # at the memory of the workers, where that is limited


class WorkerLost(Exception):  # noqa: N818
    """The process that ran the cell ended: killed, crashed, or out of memory."""


class TimeLimitExceeded(Exception):  # noqa: N818
    """The cell took longer than it may."""


class MemoryLimitExceeded(Exception):  # noqa: N818
    """The worker took more memory than it may."""


# How a task ended: its outcome, or why there is none.
Ending = tuple[Task, Outcome | Exception]


class Pool:
    """As many workers as `environments`, each with those variables added to its environment.

    A worker is started when it is first needed, and again after it was lost.
    """

    def __init__(self, environments: list[dict[str, str]], results: Path, limits: Limits):
        self.workers = [_Worker(environment, results) for environment in environments]
        self.limits = limits

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()

    @property
    def busy(self) -> list[Task]:
        return [worker.task for worker in self.workers if worker.task is not None]

    @property
    def idle(self) -> bool:
        return len(self.busy) < len(self.workers)

    def start(self, task: Task) -> None:
        """Give the task to an idle worker; a warm one before one that is still to be started."""
        idle = [worker for worker in self.workers if worker.task is None]
        max(idle, key=lambda worker: worker.is_alive()).start(task)

    def wait(self, seconds: float) -> list[Ending]:
        """What ended, as soon as anything does or the seconds have passed."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            step = min(left, SECONDS_BETWEEN_LOOKS) if self.limits.memory else left
            sources = [source for worker in self.workers for source in worker.sources()]
            ready: set[object] = set(wait(sources, max(step, 0)))
            endings = list(self._endings(ready))
            if endings or time.monotonic() >= until:
                return endings

    def stop(self) -> list[Task]:
        """End the workers that are at a task, at once; those tasks, now without an outcome."""
        tasks = []
        for worker in self.workers:
            if worker.task is not None:
                tasks.append(worker.task)
                worker.kill()
        return tasks

    def _endings(self, ready: set[object]) -> Iterator[Ending]:
        for worker in self.workers:
            if worker.task is None:
                continue
            task = worker.task
            ending = worker.look(ready) or worker.over(self.limits)
            if ending is not None:
                yield task, ending


class _Child(NamedTuple):
    process: SpawnProcess
    connection: Connection[Any, Any]


class _Worker:
    """One process, its pipe, and the task it has."""

    def __init__(self, environment: dict[str, str], results: Path):
        self.environment, self.results = environment, results
        self.child: _Child | None = None
        self.task: Task | None = None
        self.begun: float | None = None

    def is_alive(self) -> bool:
        return self.child is not None and self.child.process.is_alive()

    def start(self, task: Task) -> None:
        child = self.child if self.is_alive() else None
        child = child or self._spawn()
        self.task, self.begun = task, None
        with suppress(OSError):  # it died since; `look` will find it
            child.connection.send(task)

    def sources(self) -> list[Connection[Any, Any] | int]:
        """What becomes ready when there is news; of an idle worker nothing does."""
        if self.task is None or self.child is None:
            return []
        return [self.child.connection, self.child.process.sentinel]

    def look(self, ready: set[object]) -> Outcome | Exception | None:
        """The end of its task, or None while that goes on."""
        child = self.child
        if child is None or not ready.intersection(self.sources()):
            return None
        try:
            while child.connection.poll():
                message: Outcome | Exception | str = child.connection.recv()
                if not isinstance(message, str):
                    self.task = None
                    return message
                self.begun = time.monotonic()
        except (EOFError, OSError):
            return self._lost(child)
        return None if child.process.is_alive() else self._lost(child)

    def over(self, limits: Limits) -> Exception | None:
        """Stop it where it exceeds a limit."""
        if self.begun is None:
            return None
        if limits.time is not None and time.monotonic() - self.begun > limits.time:
            self.kill()
            return TimeLimitExceeded(f"more than time_limit={limits.time:g} seconds")
        if limits.memory is not None and (taken := _megabytes(self.child)) > limits.memory:
            self.kill()
            return MemoryLimitExceeded(
                f"{taken:.0f} megabytes, more than memory_limit={limits.memory:g}"
            )
        return None

    def kill(self) -> None:
        """End the process and those it started, at once."""
        if self.child is not None and (pid := self.child.process.pid) is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # also those of a worker that is dead
            self.child.process.kill()  # one that has no group yet
            self.child.process.join()
            self.child.connection.close()
        self.child = self.task = None

    def _lost(self, child: _Child) -> WorkerLost:
        child.process.join(timeout=5)  # the exit code
        code = child.process.exitcode
        self.kill()
        if code is not None and code < 0:
            reason = f"the worker was ended by {_name(-code)}"
            out_of_memory = "; out of memory, or killed from outside"
            return WorkerLost(reason + (out_of_memory if -code == signal.SIGKILL else ""))
        return WorkerLost(f"the worker ended with exit code {code}")

    def _spawn(self) -> _Child:
        self.kill()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self.results, self.environment)
        # Kept before it is started: an interrupt in between leaves something to be ended.
        self.child = child = _Child(context.Process(target=serve, args=arguments), ours)
        with _no_interrupts():
            child.process.start()
        theirs.close()
        return child


def _megabytes(child: _Child | None) -> float:
    """Resident memory of the process and of those it started."""
    if child is None:
        return 0.0
    try:
        mine = psutil.Process(child.process.pid)
        return sum(p.memory_info().rss for p in [mine, *mine.children(recursive=True)]) / 1e6
    except psutil.Error:
        return 0.0


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """A process inherits which signals are blocked: Ctrl-C then stops the parent only.

    Starting multiprocessing's own helper, as the first process does, would unblock them again.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _name(number: int) -> str:
    """Real-time signals between the first and the last have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
