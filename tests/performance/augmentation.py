"""How fast training images are augmented beside a torch DataLoader with two worker processes.

Both flip, turn, crop and change colours of photographs of 224×224 pixels. Our side takes decoded
images from memory, as every epoch does, in batches of 32 on two threads. The other side is the
usual one: two workers decode JPEG files each epoch and augment them with torchvision on PIL images.
What that side needs without decoding is told, too, with no limit. The photographs are made of
smooth noise, the files are of quality 90.

    python -m tests.performance.augmentation [images]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from datasets.augmentation import Augmentation
from datasets.augmentation.colour import ColourJitter
from datasets.augmentation.geometric import HorizontalFlip, RandomResizedCrop, Rotation

IMAGES, SIDE, BATCH, THREADS, REPETITIONS, LIMIT = 1024, 224, 32, 2, 3, 3.0
OWN = Augmentation(
    [
        HorizontalFlip(0.5),
        Rotation([-15, 15]),
        RandomResizedCrop([0.5, 1.0]),
        ColourJitter(0.2, 0.2, 0.2, 0.05),
    ]
)


class Files(Dataset):
    """Photographs decoded and augmented when they are asked for, as in torchvision's tutorials."""

    def __init__(self, source: list[Path] | list[Image.Image]) -> None:
        from torchvision.transforms import v2

        self.source = source
        self.transform = v2.Compose(
            [
                v2.RandomHorizontalFlip(0.5),
                v2.RandomRotation(15, v2.InterpolationMode.BILINEAR),
                v2.RandomResizedCrop(SIDE, (0.5, 1.0)),
                v2.ColorJitter(0.2, 0.2, 0.2, 0.05),
                v2.PILToTensor(),
            ]
        )

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, place: int) -> torch.Tensor:
        image = self.source[place]
        return self.transform(
            Image.open(image).convert("RGB") if isinstance(image, Path) else image
        )


def photographs(count: int) -> Iterator[Image.Image]:
    chance = np.random.default_rng(0)
    for _ in range(count):
        coarse = Image.fromarray(chance.integers(0, 256, (14, 14, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.int16)
        grain = chance.integers(-12, 13, smooth.shape, dtype=np.int16)
        yield Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8))


def own_epoch(images: torch.Tensor) -> Callable[[int], None]:
    def run(epoch: int) -> None:
        order = torch.randperm(len(images))
        for places in order.split(BATCH):
            OWN(images.index_select(0, places), 0, epoch, places.numpy())

    return run


def loader_epoch(source: list[Path] | list[Image.Image]) -> Callable[[int], None]:
    """Its workers live from epoch to epoch, so that their start does not count."""
    loader = DataLoader(Files(source), BATCH, shuffle=True, num_workers=2, persistent_workers=True)

    def run(epoch: int) -> None:
        for _ in loader:
            pass

    return run


def seconds(run: Callable[[int], None], epoch: int) -> float:
    start = time.perf_counter()
    run(epoch)
    return time.perf_counter() - start


def main(count: int = IMAGES) -> int:
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        pictures = list(photographs(count))
        files = [Path(folder) / f"{place}.jpg" for place in range(count)]
        for picture, file in zip(pictures, files, strict=True):
            picture.save(file, quality=90)
        decoded = [Image.open(file).convert("RGB") for file in files]
        ours = torch.from_numpy(np.stack([np.asarray(image) for image in decoded]))
        sides = [
            own_epoch(ours.permute(0, 3, 1, 2).contiguous()),
            loader_epoch(files),
            loader_epoch(decoded),
        ]
        for run in sides:
            run(0)
        measured = [[seconds(run, epoch + 1) for run in sides] for epoch in range(REPETITIONS)]
    return report(count, measured)


def report(count: int, measured: list[list[float]]) -> int:
    """`measured` holds the seconds of our side, of the files and of the decoded images."""
    own, files, decoded = (statistics.median(column) for column in zip(*measured, strict=True))
    ratio = statistics.median(row[1] / row[0] for row in measured)
    print(f"augmentation of {count} images of {SIDE}×{SIDE}, median of {len(measured)} epochs")
    print(f"  this suite, {THREADS} threads       {count / own:8.0f} images/s")
    print(f"  DataLoader, JPEG files      {count / files:8.0f} images/s")
    print(f"  DataLoader, decoded images  {count / decoded:8.0f} images/s")
    print(f"  ratio to files              {ratio:8.1f}  (at least {LIMIT:g})")
    print(f"  ratio to decoded images     {decoded / own:8.1f}")
    return int(ratio < LIMIT)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
