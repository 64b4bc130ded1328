"""`scarce show`: a picture of samples, as they are and as an augmentation makes them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.evidence.figures.samples import Row, samples_sheet
from benchmarks.evidence.figures.style import counted
from benchmarks.grid import augmentations, data
from benchmarks.grid.configs import Configs, field_names, opened, suggest_field
from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of
from benchmarks.grid.plan import compose_base
from benchmarks.grid.request import AUGMENTATION, Request, parse_request
from datasets.augmentation import Augmentation
from datasets.errors import DataUnavailable
from datasets.samples import Samples

DATASET, OUT = "dataset", "out"
VIEWS, ROWS, MOST_ROWS = 6, 4, 6
SEED = 0  # the fixed seed, which views that all cells share have, too


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Draw the picture and print where it is."""
    out, words = _sorted(arguments.overrides)
    request = parse_request(words)
    _refuse_others(request)
    with opened(list(request.folders)) as configs:
        compose_base(request, configs)
        config = {DATASET: _dataset(request, words, configs)}
        config[AUGMENTATION] = _augmentation(request, configs)
    samples = _load(config[DATASET])
    name, chosen = config[DATASET]["name"], config[AUGMENTATION]["name"]
    augmentation = _built(config, samples)
    if augmentation is None:
        rows, title = _as_they_are(samples, name)
        columns: list[str] = []
        path = _path(out, f"show-{name}.png")
    else:
        rows, columns = _before_and_after(samples, augmentation)
        title = f"{name}, {chosen}: {augmentation.description}"
        path = _path(out, f"show-{name}-{chosen}.png")
    try:
        samples_sheet(rows, columns, samples.peak, title, path)
    except OSError as error:
        raise RequestError(OUT, path, f"cannot be written ({error.strerror})") from error
    print(path)
    return 0


def _sorted(words: list[str]) -> tuple[str | None, list[str]]:
    """The file that is asked for, and the overrides."""
    given = [word.partition("=")[2] for word in words if word.partition("=")[0] == OUT]
    if len(given) > 1:
        raise RequestError(OUT, given[1], "given twice; leave one")
    if given and not given[0].endswith(".png"):
        raise RequestError(OUT, given[0], "give a file that ends in .png")
    return given[0] if given else None, [word for word in words if word.partition("=")[0] != OUT]


def _refuse_others(request: Request) -> None:
    if request.benchmark is not None:
        remedy = "show takes dataset, augmentation and out; leave this out"
        raise RequestError("benchmark", request.benchmark, remedy)
    for axis, values in request.axes.items():
        if axis.split(".")[0] not in (DATASET, AUGMENTATION):
            remedy = "show takes dataset, augmentation and out; leave this out"
            raise RequestError(axis, values[0], remedy)
        if len(values) > 1:
            raise RequestError(axis, ",".join(map(str, values)), "give one value, not a sweep")


def _dataset(request: Request, words: list[str], configs: Configs) -> dict[str, Any]:
    for name in request.axes.get(DATASET, []):
        configs.require_choice(DATASET, name)
    own = [word for word in words if word.partition("=")[0].split(".")[0] == DATASET]
    block: dict[str, Any] = compose_base(Request(fixed=tuple(own)), configs)[DATASET]
    return block


def _augmentation(request: Request, configs: Configs) -> dict[str, Any]:
    """The block that a cell of this augmentation has."""

    def block_of(part: str) -> dict[str, Any]:
        configs.require_choice(AUGMENTATION, part)
        request = Request(fixed=(f"{AUGMENTATION}={part}",))
        block: dict[str, Any] = compose_base(request, configs)[AUGMENTATION]
        return block

    (name,) = request.axes.get(AUGMENTATION, [augmentations.NONE])
    block = augmentations.composed(name, block_of)
    for axis, (value,) in request.axes.items():
        group, _, field = axis.partition(".")
        if group == AUGMENTATION and field:
            if field not in block:
                known = field_names({AUGMENTATION: block})
                remedy = f"no such field; {suggest_field(axis, known)}"
                raise RequestError(axis, value, remedy)
            block[field] = value
    augmentations.does_something(block)
    return block


def _load(dataset: dict[str, Any]) -> Samples:
    try:
        return data.load(dataset)
    except DataUnavailable as error:
        raise RequestError(DATASET, dataset["name"], str(error)) from error


def _built(config: dict[str, Any], samples: Samples) -> Augmentation | None:
    data.learned_shape(config, samples.inputs.shape[1:])
    return data.augmentation(config)


def _path(out: str | None, default: str) -> Path:
    """A relative path counts from the working directory."""
    return path_of("out", out or default).absolute()


def _as_they_are(samples: Samples, name: str) -> tuple[list[Row], str]:
    """The first samples of each class."""
    rows = []
    for label in range(samples.classes)[: 2 * MOST_ROWS]:
        places = np.flatnonzero(samples.labels == label)
        if not len(places):
            continue
        images = list(samples.inputs[places[: VIEWS + 1]])
        rows.append(Row(samples.class_names[label], images, counted(len(places), "sample")))
    title = f"{name}: {counted(len(samples), 'sample')} of {samples.classes} classes"
    if samples.classes > len(rows):
        title += f"; the first {len(rows)} of them"
    return rows, title


def _before_and_after(samples: Samples, augmentation: Augmentation) -> tuple[list[Row], list[str]]:
    """The views of a few samples, as many of each class."""
    import torch

    each = max(1, ROWS // samples.classes)
    by_class = [np.flatnonzero(samples.labels == label)[:each] for label in range(samples.classes)]
    places = np.concatenate(by_class)[:MOST_ROWS]
    images = np.array(samples.inputs[places])
    views = range(min(VIEWS, augmentation.views or VIEWS))
    drawn = [augmentation(torch.from_numpy(images), SEED, v, places).numpy() for v in views]
    names: Sequence[str] = [samples.class_names[label] for label in samples.labels[places]]
    rows = [Row(name, row) for name, *row in zip(names, images, *drawn, strict=True)]
    return rows, ["before", *(f"view {view + 1}" for view in views)]
