"""TensorBoard: curves and hyper-parameters of each cell, tables and figures of the benchmark."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.tracking.choosing import require_package
from benchmarks.tracking.told import Benchmark, FinishedCell

TEXTS = ("table.md", "claims.md")


class TensorBoard:
    """`tensorboard/BENCHMARK/METHOD/CELL/` with the events of one cell, and
    `tensorboard/BENCHMARK/benchmark/`, below `folder`."""

    name = "tensorboard"

    def __init__(self, folder: Path):
        require_package(self.name, "tensorboard")
        self.root = folder / "tensorboard"
        self.place = f"tensorboard --logdir {self.root}"

    def begin(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        self.folder = self.root / benchmark.name

    def cell(self, finished: FinishedCell) -> None:
        """Curves as scalars by epoch; configuration and metrics as hyper-parameters."""
        place = f"{finished.dataset}-{finished.draw}-{finished.id}"
        with closing(_writer(self.folder / _plain(finished.label) / _plain(place))) as writer:
            for epoch, values in finished.curves():
                for name, value in values.items():
                    writer.add_scalar(name, value, epoch)
            if finished.failed:
                writer.add_text("error", finished.error)
            else:
                settings = {name: _simple(value) for name, value in finished.settings.items()}
                metrics = {f"metrics/{name}": v for name, v in finished.measured.items()}
                writer.add_hparams(settings, metrics, run_name=".")

    def end(self, folder: Path) -> None:
        with closing(_writer(self.folder / "benchmark")) as writer:
            writer.add_text("benchmark", self.benchmark.says)
            for name in TEXTS:
                writer.add_text(name, (folder / name).read_text(encoding="utf-8"))
            for figure in sorted((folder / "figures").glob("*.png")):
                writer.add_image(f"figures/{figure.stem}", _pixels(figure), dataformats="HWC")


def _writer(folder: Path) -> Any:
    """Of an empty folder: TensorBoard reads all the event files that it finds in one."""
    from torch.utils.tensorboard import SummaryWriter

    if folder.exists():
        shutil.rmtree(folder)
    return SummaryWriter(folder)


def _pixels(figure: Path) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(figure) as image:
        return np.asarray(image.convert("RGB"))


def _simple(value: Any) -> Any:
    """Hyper-parameters are numbers, truth values or texts."""
    return value if isinstance(value, bool | int | float | str) else str(value)


def _plain(name: str) -> str:
    """As part of a path."""
    return re.sub(r"[^\w=.+-]+", "_", name).strip("_.")
