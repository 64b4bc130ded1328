"""The serial executor: every cell in this process, one after another; for debugging."""

from __future__ import annotations

from rich.console import Console

from benchmarks.grid.executors import worker
from benchmarks.grid.executors.progress import Progress
from benchmarks.grid.forecast import Forecast
from benchmarks.grid.plan import Cell
from benchmarks.grid.store import Store


class Serial:
    """No processes, no options: an exception or a breakpoint is where the cell is."""

    def execute(
        self, cells: list[Cell], store: Store, forecast: Forecast, console: Console
    ) -> dict[str, int]:
        """Run all cells in the order of the plan and count their statuses."""
        worker.silence()
        with Progress(console, cells, forecast, workers=1) as progress:
            for cell in cells:
                progress.show([cell])
                progress.finished(cell, *worker.work(cell, str(store.results)))
        return progress.count
