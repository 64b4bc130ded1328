"""What a whole cell of the MLP costs beside the bare PyTorch loop it amounts to.

Our side is what a warm worker does with one cell of n = 80: split the data, train Beam's (2017) MLP
for 200 epochs in batches of 32, score the test images, write record and predictions. The other side
is the training and the scoring alone, in plain PyTorch on tensors that are already there, with the
same optimiser and the same batches. Both run on one thread, in turn, each time on another split.

    python -m tests.performance.mlp_cell [repetitions]
"""

from __future__ import annotations

import math
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.execution import worker
from benchmarks.execution.cell import prepare_data
from benchmarks.execution.work import Task
from benchmarks.grid.configs import opened
from benchmarks.grid.plan import Cell, make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records.store import Store

LIMIT = 1.5


def plan_cells(count: int) -> list[Cell]:
    """Cells of the MLP on MNIST, or on the smaller bundled digits where MNIST cannot be had."""
    grid = ["dataset.train_size=80", "method=mlp", f"split_seed=range({count})"]
    with opened([]) as configs:
        for dataset in ("mnist01", "digits01"):
            plan = make_plan(parse_request([f"dataset={dataset}", *grid]), configs)
            if plan.cells:
                break
    return plan.cells


def bare_loop(cell: Cell) -> Callable[[], None]:
    """Training and scoring only; the tensors are made before the clock starts."""
    data, method = prepare_data(cell.config), cell.config["method"]
    test_inputs = torch.as_tensor(np.asarray(data.test_inputs, dtype=np.float32))

    def run() -> None:
        torch.manual_seed(0)
        pixels = math.prod(data.shape)
        network = nn.Sequential(
            *(nn.Flatten(), nn.Linear(pixels, 128), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, data.classes)),
        )
        loss_function = nn.CrossEntropyLoss()
        options = {k: v for k, v in method["optimizer"].items() if k != "_target_"}
        optimizer, batches = (
            torch.optim.Adam(network.parameters(), **options),
            data.train_dataloader(),
        )
        for _ in range(method["epochs"]):
            for images, labels in batches:
                loss = loss_function(network(images.float()), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        network.eval()
        with torch.inference_mode():
            network(test_inputs).softmax(dim=1).numpy()

    return run


def whole_cell(cell: Cell, results: str) -> Callable[[], None]:
    return lambda: worker.work(Task(cell), Path(results))


def seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(repetitions: int = 9) -> int:
    worker.silence()
    worker.pin_threads(1)
    first, *cells = plan_cells(repetitions + 1)
    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder)).prepare()
        bare_loop(first)()
        whole_cell(first, folder)()
        pairs = [(seconds(bare_loop(cell)), seconds(whole_cell(cell, folder))) for cell in cells]
    return report(first.config["dataset"]["name"], pairs)


def report(dataset: str, pairs: list[tuple[float, float]]) -> int:
    ratios = [cell / bare for bare, cell in pairs]
    print(f"mlp cell on {dataset}, n = 80, 200 epochs, median of {len(pairs)} pairs")
    print(f"  bare PyTorch loop  {statistics.median(bare for bare, _ in pairs):8.3f} s")
    print(f"  whole cell         {statistics.median(cell for _, cell in pairs):8.3f} s")
    print(f"  ratio              {statistics.median(ratios):8.2f}    (at most {LIMIT})")
    print(f"  lowest, highest    {min(ratios):8.2f} {max(ratios):8.2f}")
    print(f"  peak memory of the worker {_peak_megabytes():.0f} MB")
    return int(statistics.median(ratios) > LIMIT)


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
