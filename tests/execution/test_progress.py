"""Done, failed, left and time left, as a line or as a table with the running cells."""

from __future__ import annotations

import io
import time

from rich.console import Console

from benchmarks.execution import progress as progress_module
from benchmarks.execution.forecast import Forecast, kind
from benchmarks.execution.leases import Leases
from benchmarks.execution.progress import Progress, duration
from benchmarks.execution.work import Limits, Task, Work
from benchmarks.grid.plan import Cell


def cell(method: str, seed: int) -> Cell:
    dataset = {"name": "digits01", "train_size": 10}
    config = {"method": {"name": method}, "dataset": dataset, "split_seed": seed}
    return Cell(f"{method}{seed}", config, {})


def test_the_line_counts_and_names_the_running_cell_and_its_last_words(monkeypatch, tmp_path):
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", 0.0)
    tasks = [Task(cell("mlp", seed)) for seed in range(3)]
    out, leases = io.StringIO(), Leases(tmp_path)

    console = Console(file=out, width=200)
    with Progress(console, Work(tasks, Limits(), Forecast()), 1, leases) as progress:
        progress.show()
        progress.finished(tasks[0], "done", 10.0)
        progress.finished(tasks[1], "failed", None)
        with leases.acquired("mlp2"):
            progress.show()
        progress.finished(tasks[2], "done", 10.0)

    first, second, last = out.getvalue().splitlines()
    assert "0 done, 0 failed, 3 left" in first
    assert "time left unknown yet" in first
    assert "1 done, 1 failed, 1 left" in second
    assert "about 10 s left" in second
    assert "mlp on digits01, n=10, seed 2" in second
    assert "2 done, 1 failed, 0 left" in last


def test_on_a_terminal_each_method_has_its_row_and_each_running_cell_its_line(tmp_path):
    tasks = [Task(cell(method, seed)) for method in ("mlp", "cnn") for seed in range(2)]
    leases, console = Leases(tmp_path), Console(file=io.StringIO(), width=80, height=24)
    progress = Progress(console, Work(tasks, Limits(), Forecast()), 2, leases)
    progress.finished(tasks[0], "done", 60.0)

    with leases.acquired("cnn1") as say:
        say("epoch 7 of 9")
        wait_until_said(leases, "cnn1")
        console.print(progress._picture(progress._running()))

    header, mlp, cnn, total, running = [" ".join(line.split()) for line in lines_of(console)]
    assert header == "method done failed left time left"
    assert mlp == "mlp 1 0 1 30 s"
    assert cnn == "cnn 0 0 2 1 min 00 s"
    assert total == "all 1 0 3 1 min 30 s"
    assert running == "cnn on digits01, n=10, seed 1: epoch 7 of 9"


def lines_of(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()


def wait_until_said(leases: Leases, key: str) -> None:
    for _ in range(50):
        if leases.running()[key].says:
            return
        time.sleep(0.1)
    raise AssertionError("its owner said nothing within 5 seconds")


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
