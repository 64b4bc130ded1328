"""What is seen while cells run: done, failed, left, the running cells, the time left."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from benchmarks.grid.forecast import Forecast, kind
from benchmarks.grid.plan import Cell

SECONDS_BETWEEN_LINES = 15.0


class Progress:
    """One line that is rewritten on a terminal; a plain line now and then elsewhere."""

    def __init__(self, console: Console, cells: list[Cell], forecast: Forecast, workers: int):
        self.console, self.forecast, self.workers = console, forecast, workers
        self.left = Counter(kind(cell.config) for cell in cells)
        self.count = {"done": 0, "failed": 0}
        self.running: list[Cell] = []
        self.taken = self.predicted = 0.0  # seconds of the finished cells: are forecasts right?
        self.start = self.last_line = time.monotonic()
        self.live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()
        self.console.print(self._line(), highlight=False, soft_wrap=True)

    def finished(self, cell: Cell, status: str, seconds: float | None) -> None:
        self.left[kind(cell.config)] -= 1
        self.count[status] += 1
        if seconds is not None:
            expected = self.forecast.predict(kind(cell.config))
            if expected is not None:
                self.taken, self.predicted = self.taken + seconds, self.predicted + expected
            self.forecast.learn(cell.config, seconds)

    def show(self, running: list[Cell]) -> None:
        self.running = running
        if self.console.is_terminal:
            self.live.update(Text(self._line(), no_wrap=True, overflow="ellipsis"), refresh=True)
        elif time.monotonic() - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = time.monotonic()
            self.console.print(self._line(), highlight=False, soft_wrap=True)

    def _line(self) -> str:
        parts = [
            f"{self.count['done']} done, {self.count['failed']} failed, {self.left.total()} left"
        ]
        if self.left.total():
            parts += [self._time_left(), *map(describe, self.running[:1])]
        else:
            parts.append(f"took {duration(time.monotonic() - self.start)}")
        return "  ·  ".join(parts)

    def _time_left(self) -> str:
        predicted = {kind: self.forecast.predict(kind) for kind, left in self.left.items() if left}
        known = {kind: seconds for kind, seconds in predicted.items() if seconds is not None}
        if not known:
            return "time left unknown yet"
        counted = sum(self.left[kind] for kind in known)
        mean = sum(seconds * self.left[kind] for kind, seconds in known.items()) / counted
        pace = self.taken / self.predicted if self.predicted else 1.0
        return f"about {duration(pace * mean * self.left.total() / self.workers)} left"


def describe(cell: Cell) -> str:
    config: dict[str, Any] = cell.config
    dataset = config["dataset"]
    return (
        f"{config['method']['name']} on {dataset['name']}, n={dataset['train_size']}, "
        f"seed {config['split_seed']}"
    )


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
