"""Feeds a tracker with what a run finishes, beside the run: it can neither slow a cell nor fail it.

A tracker is told from records that are written already, by a thread of the process that hands the
cells out; the workers that train know nothing of it.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks import interrupts
from benchmarks.execution.work import Task
from benchmarks.grid.plan import Plan
from benchmarks.records.store import Store
from benchmarks.settings import folders
from benchmarks.tracking.choosing import Tracker, make_tracker, told_of
from benchmarks.tracking.told import Benchmark, FinishedCell, Labels

IN_PROCESS = "serial"  # the executor whose cells are trained in this very process
SECONDS_FOR_A_CALL = 180.0  # at the end of a run; wandb's own limits are 90 to begin, 60 to end
SECONDS_TO_STOP = 10.0  # for the call that a tracker is at when the run is interrupted
SECONDS_BETWEEN_LOOKS = 0.1


@contextmanager
def tracked(plan: Plan, console: Console) -> Iterator[list[Feed]]:
    """Who follows a run, for the length of it: a feed, or nothing with `logger=none`.

    At the end of the block it is waited until all is logged or a call takes too long; an interrupt
    does not wait. Raises RequestError, before anything runs, for what `make_tracker` refuses.
    """
    results = folders(plan.settings).own
    tracker = make_tracker(plan.settings["logger"], results)
    if tracker is None:
        yield []
        return
    feed = Feed(tracker, plan, Store(results), console)
    if plan.settings["executor"]["name"] != IN_PROCESS:
        feed.start()
    try:
        yield [feed]
    except Exception:
        feed.drain()
        raise
    except BaseException:
        feed.abandon()
        raise
    feed.drain()


class Feed:
    """A follower of a run (see `benchmarks.execution.work.Follower`) with a queue and a thread.

    Cells that this run finished are logged, done and failed; not those that had their records
    before, nor those that another run finished meanwhile. The first failure of the tracker is told,
    and it is asked no more. Until there is anything to log the tracker is not begun. All its calls
    come from the one thread, which the end of the process does not wait for.
    """

    def __init__(self, tracker: Tracker, plan: Plan, store: Store, console: Console):
        self.tracker, self.store, self.console = tracker, store, console
        self.name, self.place = plan.settings["logger"]["name"], ""
        self.labels = Labels(plan)
        self.benchmark = Benchmark(plan.benchmark["name"], plan.benchmark["says"], plan.changes)
        self.waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._work, name="tracker", daemon=True)
        self.stopping = self.broken = self.begun = False
        self.called: float | None = None  # when the call began that the tracker is at
        self.finished_cells = 0
        self.logged: Counter[str] = Counter()

    def start(self) -> None:
        """Log from now on; before, what is told waits."""
        self.thread.start()

    def finished(self, task: Task, status: str, seconds: float | None) -> None:
        """Without seconds, a finished record is somebody else's."""
        if status == "failed" or seconds is not None:
            self.finished_cells += 1
            self.waiting.put(partial(self._log, task.cell.key))

    def answered(self, folder: Path) -> None:
        """Tables, figures and verdicts of the benchmark are in this folder now."""
        self.waiting.put(partial(self._end, folder))

    def drain(self) -> None:
        """Wait until all is logged or a call takes too long; on an interrupt, what is left is
        abandoned."""
        self.waiting.put(None)
        try:
            if not self.thread.is_alive():
                self.thread.start()
            self._wait(SECONDS_FOR_A_CALL)
        except BaseException:
            self.abandon()
            raise
        if self.thread.is_alive():
            self._drop(f"a call has not ended after {SECONDS_FOR_A_CALL:g} seconds")
        if self.logged and not self.broken:
            counted = [f"{n} {what}{'s' * (n > 1)}" for what, n in self.logged.items()]
            text = f"Logged {' and '.join(counted)}: {self.place}"
            self.console.print(text, soft_wrap=True, highlight=False, markup=False)

    def abandon(self) -> None:
        """Log no more than what is being logged, and tell how much is left out."""
        self.stopping = True
        self.waiting.put(None)
        self._wait(SECONDS_TO_STOP)
        left = self.finished_cells - self.logged["cell"]
        if left and not self.broken:
            _warn(f"logger={self.name}: stopped; finished cells not logged: {left}")

    def _wait(self, seconds: float) -> None:
        """For the end of the thread, or of the patience with the call that the tracker is at.

        An interrupt that a tracker's library swallowed ends it, too.
        """
        while self.thread.is_alive():
            called = self.called
            if called is not None and time.monotonic() - called > seconds:
                return
            self.thread.join(SECONDS_BETWEEN_LOOKS)
            if not self.stopping:
                interrupts.check()

    def _work(self) -> None:
        """Signals reach the main thread alone: what is raised here is the tracker's own, be it a
        KeyboardInterrupt."""
        while (job := self.waiting.get()) is not None:
            if self.stopping or self.broken:
                continue
            self.called = time.monotonic()
            try:
                self._begin()
                job()
            except BaseException as error:
                self._drop(told_of(error))
            self.called = None

    def _drop(self, reason: str) -> None:
        """Told once; a call that was given up may still fail."""
        if not self.broken:
            self.broken = True
            _warn(
                f"logger={self.name}: {reason}; no more is logged, the run goes on and its records "
                "are whole"
            )

    def _begin(self) -> None:
        if not self.begun:
            self.tracker.begin(self.benchmark)
            self.place = str(self.tracker.place)
            self.begun = True

    def _log(self, key: str) -> None:
        record = self.store.read(key)
        if record is None:
            raise RuntimeError(f"the record {key} cannot be read")
        self.tracker.cell(FinishedCell(record, self.labels.of(record["config"])))
        self.logged["cell"] += 1

    def _end(self, folder: Path) -> None:
        self.tracker.end(folder)
        self.logged["summary"] += 1


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)
