"""What training on Lightning costs beside a bare PyTorch loop, where a step's time goes, and what a
search adds to its trials.

1. Images a second of `TransferClassifier.fit` (ResNet-18 from random weights, 96 pixels, batches of
   32) beside a bare loop of the same network, loss, optimiser and batches, in turn. One thread.
2. Seconds of one step of it by part, with augmentation: data, forward pass, backward pass, update.
   The data path must not be what training waits for.
3. Seconds that `protocol=tuned` needs for each trial besides running it: drawing settings, making
   keys, reading records, choosing; as a share of the seconds of a trial (ResNet-18, 64 pixels, 100
   images of digits, 15 epochs, short trials on the first rung).

    python -m tests.performance.training
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import nn

from benchmarks.execution import worker
from benchmarks.execution.cell import run_cell
from benchmarks.grid import stages, tuning
from benchmarks.grid.configs import opened
from benchmarks.grid.plan import Cell, Plan, make_plan
from benchmarks.grid.request import parse_request
from datasets.augmentation import build
from datasets.module import SplitData
from datasets.samples import Samples
from datasets.splits import Split
from models.transfer import TransferClassifier

SHARE_OF_BARE, DATA_SHARE, SEARCH_SHARE = 0.95, 0.2, 0.02
IMAGES, SIDE, BATCH, EPOCHS = 128, 96, 32, 2
RESNET = {"library": "torchvision", "architecture": "resnet18", "weights": "none"}
CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
AUGMENTATION = [
    {"_target_": "datasets.augmentation.geometric.RandomResizedCrop", "area": [0.4, 1.0]},
    {"_target_": "datasets.augmentation.geometric.HorizontalFlip", "probability": 0.5},
]
SEARCHED = ("dataset=digits", "dataset.train_size=100", "method=from_scratch_sgd")
SEARCHED += ("method.epochs=15", "backbone=resnet18", "backbone.image_size=64", "split_seed=0")
SEARCHED += ("protocol=tuned", "protocol.trials=6")


def main() -> int:
    worker.silence()
    worker.pin_threads(1)
    return max(throughput(), breakdown(), search())


def split_data(augmented: bool = False) -> SplitData:
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, 3, SIDE, SIDE), dtype=np.uint8)
    samples = Samples(pixels, np.arange(IMAGES) % 20, tuple(map(str, range(20))), 255.0)
    split = Split(np.arange(IMAGES), np.arange(0))
    block = {"operations": AUGMENTATION, "fill": None, "fill_value": None, "views": None}
    augmentation = build(block, 255.0) if augmented else None
    return SplitData(samples, split, batch_size=BATCH, augmentation=augmentation)


def learner() -> TransferClassifier:
    return TransferClassifier(
        backbone={**RESNET, "image_size": SIDE, "representation": "pooled"},
        optimizer=partial(torch.optim.SGD, lr=0.01, momentum=0.9),
        loss=nn.CrossEntropyLoss,
        trainer=CPU,
        epochs=EPOCHS,
        batch_size=BATCH,
        trained="all",
        pretrained=False,
    )


def network() -> nn.Module:
    """What the learner trains."""
    made = learner()
    made.epochs = 1
    made.fit(split_data().training, seed=0)
    return made._network.train()


def bare_loop(trained: nn.Module) -> None:
    optimizer = torch.optim.SGD(trained.parameters(), lr=0.01, momentum=0.9)
    loss, batches = nn.CrossEntropyLoss(), split_data().train_dataloader()
    for _ in range(EPOCHS):
        for images, labels in batches:
            optimizer.zero_grad()
            loss(trained(images.float()), labels).backward()
            optimizer.step()


def throughput(repetitions: int = 7) -> int:
    """Part 1."""
    trained, data = network(), split_data().training
    bare_loop(trained)
    pairs = [
        (seconds(partial(bare_loop, trained)), seconds(partial(learner().fit, data, 0)))
        for _ in range(repetitions)
    ]
    share = statistics.median(bare / whole for bare, whole in pairs)
    bare, whole = (
        EPOCHS * IMAGES / statistics.median(column) for column in zip(*pairs, strict=True)
    )
    print(f"ResNet-18 at {SIDE} pixels, batches of {BATCH}, images a second, {repetitions} pairs")
    print(f"  bare PyTorch loop  {bare:8.1f}")
    print(f"  Lightning          {whole:8.1f}")
    print(f"  share              {share:8.3f}    (at least {SHARE_OF_BARE})")
    return int(share < SHARE_OF_BARE)


def breakdown(steps: int = 12) -> int:
    """Part 2."""
    trained, loss = network(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(trained.parameters(), lr=0.01, momentum=0.9)
    batches = split_data(augmented=True).train_dataloader()
    parts: dict[str, list[float]] = {name: [] for name in ("data", "forward", "backward", "update")}
    while len(parts["data"]) < steps:
        epoch = iter(batches)
        for _ in range(len(batches)):
            start = time.perf_counter()
            images, labels = next(epoch)
            drawn = time.perf_counter()
            found = loss(trained(images.float()), labels)
            passed = time.perf_counter()
            optimizer.zero_grad()
            found.backward()
            back = time.perf_counter()
            optimizer.step()
            clock = (start, drawn, passed, back, time.perf_counter())
            for name, before, after in zip(parts, clock, clock[1:], strict=False):
                parts[name].append(after - before)
    medians = {name: statistics.median(times) for name, times in parts.items()}
    share = medians["data"] / sum(medians.values())
    print("one step of it, augmented by crop and flip, milliseconds")
    for name, median in medians.items():
        print(f"  {name:17}  {1000 * median:8.1f}")
    print(f"  share of the data  {share:8.3f}    (at most {DATA_SHARE})")
    return int(share > DATA_SHARE)


def search() -> int:
    """Part 3."""
    records: dict[str, dict] = {}

    def read(keys):
        return [records[key] for key in keys if key in records]

    with opened([]) as configs, tempfile.TemporaryDirectory() as folder:
        request = parse_request([*SEARCHED, f"results_dir={folder}"])
        plan = make_plan(request, configs)
        spent = seconds(partial(stages.extend, plan, read))  # loads Optuna, too
        each: list[float] = []
        while trials := _trials_to_run(plan, records):
            each += [seconds(partial(_run, cell, records)) for cell in trials]
            spent += seconds(partial(stages.extend, plan, read))
    return _told(plan, spent / len(each), statistics.mean(each))


def _trials_to_run(plan: Plan, records: dict[str, dict]) -> list[Cell]:
    return [c for c in plan.cells if c.key not in records and tuning.is_trial(c.config)]


def _run(cell, records) -> None:
    records[cell.key] = run_cell(cell)[0]


def _told(plan: Plan, overhead: float, trial: float) -> int:
    share = overhead / trial
    print(f"search of {plan.cells[0].config['method']['name']}, seconds of each trial")
    print(f"  running it         {trial:8.2f}")
    print(f"  deciding on it     {overhead:8.4f}")
    print(f"  share              {share:8.4f}    (at most {SEARCH_SHARE})")
    return int(share > SEARCH_SHARE)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
