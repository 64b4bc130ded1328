"""One line tells done, failed, left, the running cell and the time left."""

from __future__ import annotations

import io

from rich.console import Console

from benchmarks.grid.executors import progress as progress_module
from benchmarks.grid.executors.progress import Progress, duration
from benchmarks.grid.forecast import Forecast, kind
from benchmarks.grid.plan import Cell


def cell(method: str, seed: int) -> Cell:
    dataset = {"name": "digits01", "train_size": 10}
    config = {"method": {"name": method}, "dataset": dataset, "split_seed": seed}
    return Cell(f"{method}{seed}", config, {})


def lines(monkeypatch, run) -> list[str]:
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", 0.0)
    out = io.StringIO()
    run(Console(file=out, width=200))
    return out.getvalue().splitlines()


def test_the_line_counts_and_names_the_running_cell(monkeypatch):
    cells = [cell("mlp", seed) for seed in range(3)]

    def run(console):
        with Progress(console, cells, Forecast(), workers=1) as progress:
            progress.show(cells[:1])
            progress.finished(cells[0], "done", 10.0)
            progress.finished(cells[1], "failed", None)
            progress.show(cells[2:])
            progress.finished(cells[2], "done", 10.0)

    first, second, last = lines(monkeypatch, run)
    assert "0 done, 0 failed, 3 left" in first
    assert "time left unknown yet" in first
    assert "1 done, 1 failed, 1 left" in second
    assert "about 10 s left" in second
    assert "mlp on digits01, n=10, seed 2" in second
    assert "2 done, 1 failed, 0 left" in last


def test_a_forecast_takes_the_nearest_kind_that_was_measured():
    forecast = Forecast()
    assert forecast.predict(kind(cell("mlp", 0).config)) is None
    forecast.learn(cell("mlp", 0).config, 4.0)
    assert forecast.predict(("mlp", "mnist01", 80)) == 4.0
    assert forecast.predict(("cnn", "mnist01", 80)) == 4.0
    forecast.learn(cell("cnn", 0).config, 9.0)
    assert forecast.predict(("cnn", "mnist01", 80)) == 9.0


def test_durations_are_written_in_the_unit_that_fits():
    assert [duration(s) for s in (0.4, 59, 61, 3599, 7260)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "59 min 59 s",
        "2 h 01 min",
    ]
