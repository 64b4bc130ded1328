"""Which devices a cell needs, and how the GPUs of a machine are dealt out to workers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from benchmarks.execution.work import Task
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import Cell

VISIBLE = "CUDA_VISIBLE_DEVICES"
GPU = ("gpu", "cuda")


@dataclass(frozen=True)
class Needs:
    """What the trainer of a cell asks for: an accelerator, and how many devices, or which."""

    accelerator: str = "cpu"
    devices: int = 1
    indices: tuple[int, ...] = ()

    @property
    def on_gpu(self) -> bool:
        return self.accelerator in GPU


def needs_of(config: dict[str, Any]) -> Needs:
    trainer = config.get("trainer") or {}
    accelerator, devices = trainer.get("accelerator", "cpu"), trainer.get("devices", 1)
    if isinstance(devices, int):
        return Needs(accelerator, devices)
    return Needs(accelerator, len(devices), tuple(devices))


def all_needs(cells: Iterable[Cell]) -> list[Needs]:
    """Of the cells, each once."""
    return list(dict.fromkeys(needs_of(cell.config) for cell in cells))


def by_needs(tasks: list[Task]) -> dict[Needs, list[Task]]:
    """The tasks that can share workers, in their order."""
    grouped: dict[Needs, list[Task]] = {}
    for task in tasks:
        grouped.setdefault(needs_of(task.cell.config), []).append(task)
    return grouped


def gpu_places(needs: Needs, gpus: list[str], cells_per_gpu: int) -> list[dict[str, str]]:
    """The environment of each worker: which GPUs it sees.

    A cell on several GPUs has them alone. Where the configuration names GPUs by index, those are
    taken as they are, by one worker after another.
    """
    if needs.indices:
        return [{}] * cells_per_gpu if needs.devices == 1 else [{}]
    if len(gpus) < needs.devices:
        remedy = f"{len(gpus)} GPUs can be seen; ask for fewer devices"
        raise RequestError("trainer.devices", needs.devices, remedy)
    if needs.devices == 1:
        return [{VISIBLE: gpu} for gpu in gpus for _ in range(cells_per_gpu)]
    starts = range(0, len(gpus) - needs.devices + 1, needs.devices)
    return [{VISIBLE: ",".join(gpus[start : start + needs.devices])} for start in starts]


def visible_gpus(most: int | None) -> list[str]:
    """The GPUs of this machine that may be used, at most so many; by index or by identifier."""
    if named := os.environ.get(VISIBLE):
        gpus = [gpu.strip() for gpu in named.split(",") if gpu.strip()]
        found = list(takewhile(lambda gpu: not gpu.startswith("-"), gpus))  # CUDA reads no further
    else:
        import torch  # only where cells are to train on a GPU

        found = [str(index) for index in range(torch.cuda.device_count())]
    if most is not None and most > len(found):
        raise RequestError("executor.gpus", most, f"{len(found)} GPUs can be seen")
    return found[:most]
