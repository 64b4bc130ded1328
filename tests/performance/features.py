"""What frozen backbones cost: cells after the first, extraction beside the bare network, memory.

1. A cell of a frozen backbone whose features are kept from an earlier cell, beside the same cell
   with the backbone run in every epoch: EfficientNet-Lite0 with random weights, 200 images at 128
   pixels for training and 200 for the test, 25 epochs. Training and scoring, one thread.
2. Images a second of the feature extraction, from stored pixels to kept features, beside the bare
   network on prepared batches of the same size, precision and memory format. One thread.
3. Peak memory of a fresh process that trains a head on a frozen SqueezeNet with 12,000 images at
   256 pixels, which lie in a file that is mapped into memory (2.4 GB).

    python -m tests.performance.features [images of part 3]
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from datasets.module import SplitData
from datasets.samples import Samples
from datasets.splits import Split
from models.backbones.body import Preparation
from models.backbones.network import random_body
from models.backbones.options import Backbone
from models.features.cache import FeatureCache
from models.features.extraction import BATCH, FeatureExtractor, precision_of
from models.transfer import TransferClassifier

TIMES_FASTER, SHARE_OF_BARE, GIGABYTES = 50.0, 0.85, 2.0
IMAGES, SIDE, EPOCHS = 200, 128, 25
LARGE_SIDE, MEMORY_IMAGES = 256, 12_000
LITE0 = {"library": "timm", "architecture": "tf_efficientnet_lite0", "weights": "none"}
SQUEEZENET = {"library": "torchvision", "architecture": "squeezenet1_1", "weights": "none"}
CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
KEPT = {"features": "kept", "views": 10, "feature_precision": "auto"}
RECOMPUTED = {"features": "recomputed"}


def main(images: int = MEMORY_IMAGES) -> int:
    torch.set_num_threads(1)
    return max(cells(), extraction(), memory(images))


def cells() -> int:
    """Part 1."""
    pixels = noise(2 * IMAGES, SIDE)
    data = split_data(pixels, IMAGES)
    with tempfile.TemporaryDirectory() as folder:
        cache = FeatureCache(Path(folder), 10**9)
        first = seconds(partial(cell, data, KEPT, cache))
        kept = statistics.median(seconds(partial(cell, data, KEPT, cache)) for _ in range(5))
    recomputed = seconds(partial(cell, data, RECOMPUTED, None))
    ratio = recomputed / kept
    print(f"cell of a frozen EfficientNet-Lite0, {IMAGES} images at {SIDE} pixels, {EPOCHS} epochs")
    print(f"  backbone in every epoch  {recomputed:8.2f} s")
    print(f"  features kept, first     {first:8.2f} s")
    print(f"  features kept, later     {kept:8.3f} s")
    print(f"  ratio                    {ratio:8.0f}    (at least {TIMES_FASTER:g})")
    return int(ratio < TIMES_FASTER)


def cell(data: SplitData, features: dict, cache: FeatureCache | None) -> None:
    learner = frozen(LITE0, SIDE, features, EPOCHS)
    learner.feature_cache = cache
    learner.fit(data, seed=0)
    learner.scores(data.test_inputs)


def extraction(repetitions: int = 7) -> int:
    """Part 2, each time the bare network, then the extraction."""
    pixels, precision = noise(160, 224), precision_of("auto")
    print(f"feature extraction at 224 pixels, {precision}, channels-last, images a second")
    worst = 1.0
    for options in (SQUEEZENET, LITE0):
        backbone = Backbone(**options)
        body = random_body(backbone, seed=0)
        extractor = FeatureExtractor(Preparation(body.inputs, None, 255.0), body, precision)
        images = split_data(pixels, len(pixels)).train_inputs
        bare = partial(bare_forward, extractor, len(pixels))
        for run in (bare, partial(extractor.features, images)):
            run()
        pairs = [
            (seconds(bare), seconds(partial(extractor.features, images)))
            for _ in range(repetitions)
        ]
        share = statistics.median(alone / whole for alone, whole in pairs)
        alone, whole = (
            len(pixels) / statistics.median(column) for column in zip(*pairs, strict=True)
        )
        print(
            f"  {backbone.architecture:22} bare {alone:6.0f}  extraction {whole:6.0f}"
            f"  share {share:.2f}  (at least {SHARE_OF_BARE})"
        )
        worst = min(worst, share)
    return int(worst < SHARE_OF_BARE)


def bare_forward(extractor: FeatureExtractor, images: int) -> None:
    """The network alone, on batches that are prepared before."""
    dtype = next(extractor._body.parameters()).dtype
    batch = torch.rand(BATCH, 3, 224, 224).to(dtype)
    batch = batch.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(images // BATCH):
            extractor._body(batch)


def memory(images: int) -> int:
    """Part 3."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        write_images(path, images)
        command = [sys.executable, "-m", "tests.performance.features", "train", str(path)]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        size = path.stat().st_size / 1e9
    needed, gigabytes = (float(word) for word in told.split()[-2:])
    print(f"head on a frozen SqueezeNet, {images} images at {LARGE_SIDE} pixels ({size:.1f} GB)")
    print(f"  training and test        {needed:8.1f} s")
    print(f"  peak memory              {gigabytes:8.2f} GB (at most {GIGABYTES:g})")
    return int(gigabytes > GIGABYTES)


def write_images(path: Path, images: int) -> None:
    """Written, not mapped: a child process starts with the peak memory of its parent."""
    shape = (images, 3, LARGE_SIDE, LARGE_SIDE)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    block = noise(100, LARGE_SIDE)
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, images, len(block)):
            file.write(block[: images - start].tobytes())


def train(path: str) -> None:
    """In a process of its own; tells seconds and gigabytes."""
    torch.set_num_threads(1)
    pixels = np.load(path, mmap_mode="r")
    start = time.perf_counter()
    data = split_data(pixels, train=len(pixels) * 5 // 6)
    learner = frozen(SQUEEZENET, 64, KEPT, epochs=5)
    with tempfile.TemporaryDirectory() as folder:
        learner.feature_cache = FeatureCache(Path(folder), 10**9)
        learner.fit(data, seed=0)
        learner.scores(data.test_inputs)
    print(time.perf_counter() - start, _peak_gigabytes())


def frozen(backbone: dict, side: int, features: dict, epochs: int) -> TransferClassifier:
    return TransferClassifier(
        backbone={**backbone, "image_size": side},
        optimizer=partial(torch.optim.Adam, lr=1e-3),
        loss=torch.nn.CrossEntropyLoss,
        trainer=CPU,
        epochs=epochs,
        batch_size=32,
        trained="head",
        **features,
    )


def split_data(pixels: np.ndarray, train: int) -> SplitData:
    labels = np.arange(len(pixels), dtype=np.int64) % 4
    samples = Samples(
        inputs=pixels,
        labels=labels,
        class_names=("a", "b", "c", "d"),
        peak=255.0,
        known_fingerprint="0" * 64,
    )
    places = np.arange(len(pixels))
    return SplitData(samples, Split(places[:train], places[train:]), batch_size=32)


def noise(images: int, side: int) -> np.ndarray:
    shape = (images, 3, side, side)
    return np.random.default_rng(0).integers(0, 256, size=shape, dtype=np.uint8)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _peak_gigabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        train(sys.argv[2])
    else:
        sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
