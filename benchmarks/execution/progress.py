"""What is seen while cells run: done, failed, left and time left per method; the running cells."""

from __future__ import annotations

import time
from collections import Counter

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from benchmarks.execution.cell import describe
from benchmarks.execution.forecast import Kind, kind
from benchmarks.execution.leases import Leases
from benchmarks.execution.work import Task, Work

SECONDS_BETWEEN_LINES = 15.0
SECONDS_BETWEEN_PICTURES = 0.5
METHOD = 0  # a kind begins with the name of its method


class Progress:
    """A table that is redrawn on a terminal; a plain line now and then elsewhere."""

    def __init__(self, console: Console, work: Work, workers: int, leases: Leases):
        self.console, self.forecast, self.workers = console, work.forecast, workers
        self.leases, self.followers = leases, work.followers
        self.cells = {task.cell.key: task.cell for task in work.tasks}
        self.left = Counter(kind(task.cell.config) for task in work.tasks)
        self.count = {"done": 0, "failed": 0}
        self.beyond_budget = 0
        self.by_method: dict[str, Counter[str]] = {
            name: Counter() for name in dict.fromkeys(k[METHOD] for k in self.left)
        }
        self.taken = self.predicted = 0.0  # seconds of the finished cells: are forecasts right?
        self.start = self.last_line = time.monotonic()
        self.last_picture = 0.0
        self.live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()
        self.console.print(self._line([]), highlight=False, soft_wrap=True)

    def finished(self, task: Task, status: str, seconds: float | None) -> None:
        """Count a task; without seconds its record was made by somebody else."""
        config = task.cell.config
        self.left[kind(config)] -= 1
        self.count[status] += 1
        self.by_method[kind(config)[METHOD]][status] += 1
        if seconds is not None:
            expected = self.forecast.predict(kind(config))
            if expected is not None:
                self.taken, self.predicted = self.taken + seconds, self.predicted + expected
            self.forecast.learn(config, seconds)
        for follower in self.followers:
            follower.finished(task, status, seconds)

    def left_out(self, task: Task) -> None:
        """Count a task for which the budget had no time left."""
        self.left[kind(task.cell.config)] -= 1
        self.beyond_budget += 1

    def show(self) -> None:
        now = time.monotonic()
        if self.console.is_terminal:
            if now - self.last_picture >= SECONDS_BETWEEN_PICTURES:
                self.last_picture = now
                self.live.update(self._picture(self._running()), refresh=True)
        elif now - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = now
            self.console.print(self._line(self._running()), highlight=False, soft_wrap=True)

    def _running(self) -> list[str]:
        """The cells of this work that anybody is at, with the last words of each."""
        return [
            f"{describe(self.cells[key])}" + (f": {owner.says}" if owner.says else "")
            for key, owner in self.leases.running().items()
            if key in self.cells
        ]

    def _line(self, running: list[str]) -> str:
        parts = [
            f"{self.count['done']} done, {self.count['failed']} failed, {self.left.total()} left"
        ]
        if self.left.total():
            parts += [self._time_left(self.left), *running[:1]]
        else:
            parts.append(f"took {duration(time.monotonic() - self.start)}")
        if self.beyond_budget:
            parts.append(f"{self.beyond_budget} left out: beyond the budget")
        return "  ·  ".join(parts)

    def _picture(self, running: list[str]) -> Group:
        """The table of methods, as far as the terminal is high enough, and the running cells."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("method", "done", "failed", "left", "time left"):
            table.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
        space = self.console.height - len(running) - 4
        waiting = [name for name in self.by_method if self._left_of(name).total()]
        for name in waiting[: max(space, 0)]:
            table.add_row(name, *self._numbers(self.by_method[name], self._left_of(name)))
        table.add_row("[bold]all[/bold]", *self._numbers(Counter(self.count), self.left))
        lines = [Text(f"  {text}", no_wrap=True, overflow="ellipsis") for text in running]
        return Group(table, *lines)

    def _numbers(self, count: Counter[str], left: Counter[Kind]) -> list[str]:
        time_left = self._time_left(left).removeprefix("about ").removesuffix(" left")
        return [str(count["done"]), str(count["failed"]), str(left.total()), time_left]

    def _left_of(self, method: str) -> Counter[Kind]:
        return Counter({k: n for k, n in self.left.items() if k[METHOD] == method and n})

    def _time_left(self, left: Counter[Kind]) -> str:
        predicted = {kind: self.forecast.predict(kind) for kind, count in left.items() if count}
        known = {kind: seconds for kind, seconds in predicted.items() if seconds is not None}
        if not known:
            return "time left unknown yet"
        counted = sum(left[kind] for kind in known)
        mean = sum(seconds * left[kind] for kind, seconds in known.items()) / counted
        pace = self.taken / self.predicted if self.predicted else 1.0
        return f"about {duration(pace * mean * left.total() / self.workers)} left"


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
