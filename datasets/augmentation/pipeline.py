"""The operations of one augmentation, done to batches of images one after the other."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from datasets.augmentation import checks
from datasets.augmentation.chance import stream_of
from datasets.augmentation.operations import Geometric, Operation, Pixelwise
from datasets.augmentation.warp import FILLS, Warp
from datasets.augmentation.window import CentralWindows, RandomWindow
from datasets.errors import WrongOption

if TYPE_CHECKING:
    import torch

VERSION = 1  # of what the same configuration makes of an image
WORTH_A_THREAD = 2**20  # values; below, threads take longer to start than to work

Stage = Callable[[np.ndarray, int, int, int], np.ndarray]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Augmentation:
    """A pipeline of operations, called with batches of images.

    Neighbouring geometric operations are done as one, with one interpolation.

    Args:
        operations: at least one of the classes of this package, done in this order.
        fill: what geometric operations see beyond the border: constant, edge, reflect, symmetric
            or wrap, as in `numpy.pad`.
        fill_value: what constant is filled with, a share of the peak (0 black, 1 white).
        views: number of fixed views that each image has; None where every epoch draws anew.
        peak: largest possible pixel value, up to 255.

    Raises:
        WrongOption: for a value out of range.
    """

    operations: Sequence[Operation]
    fill: str = "reflect"
    fill_value: float = 0.0
    views: int | None = None
    peak: int = 255

    def __post_init__(self) -> None:
        if self.fill not in FILLS:
            remedy = f"choose one of {', '.join(FILLS)}"
            raise WrongOption("augmentation.fill", self.fill, remedy)
        checks.number("augmentation.fill_value", self.fill_value, 0, 1)
        if self.views is not None:
            checks.whole("augmentation.views", self.views, 1)

    def __call__(
        self, images: torch.Tensor, seed: int, view: int, samples: np.ndarray
    ) -> torch.Tensor:
        """Changed copies of `images`, uint8 (m, C, H, W) on the CPU, of the shape `shape_of` tells.

        What becomes of an image depends on it, on the seed, on the number of the view and on its
        number in `samples` (m,), all from 0 up; not on the other images of the batch. Uses as many
        threads as torch does.

        Raises:
            WrongOption: for images that an operation cannot act on.
            TypeError: for images or results of operations that are not uint8 or of another shape.
        """
        import cv2
        import torch

        if images.dtype != torch.uint8:
            raise TypeError(f"images: uint8 needed, not {images.dtype}")
        cv2.setNumThreads(1)  # the images are shared out over threads, not the parts of one
        self.checked(images.shape[1:])
        given = images.contiguous().numpy()
        changed = np.empty((len(images), *self.shape_of(images.shape[1:])), np.uint8)

        def change(place: int) -> None:
            image = _channels_last(given[place])
            for stage in self._stages:
                image = stage(image, seed, view, samples[place])
            _write(image, changed[place])

        threads = 1 if self._one_thread else torch.get_num_threads()
        if threads > 1 and images.numel() >= WORTH_A_THREAD:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(change, range(len(given))))
        else:
            list(map(change, range(len(given))))
        return torch.from_numpy(changed)

    def checked(self, shape: Sequence[int]) -> Augmentation:
        """Itself; raises WrongOption where it cannot act on images of this shape (C, H, W)."""
        if shape[0] not in (1, 3):
            remedy = f"made for grey or RGB images, not for {shape[0]} channels; choose none"
            raise WrongOption("augmentation", self.description, remedy)
        for place, operation in enumerate(self.operations):
            if hasattr(operation, "check"):
                with_place(place, operation.check, shape, self.peak)
            if isinstance(operation, RandomWindow):
                shape = (shape[0], *operation.size(*shape[1:]))
        return self

    @cached_property
    def at_test(self) -> CentralWindows | None:
        """What is done to images that are scored, of the test and the train part; None for none."""
        windows = tuple(o for o in self.operations if isinstance(o, RandomWindow))
        return CentralWindows(windows) if windows else None

    def shape_of(self, shape: Sequence[int]) -> tuple[int, ...]:
        """(C, H, W) of what it makes of images of this shape (C, H, W)."""
        return tuple(shape) if self.at_test is None else self.at_test.shape(shape)

    @cached_property
    def text(self) -> str:
        """What it makes of an image, as canonical JSON: equal texts, equal pixels."""
        fill: dict[str, object] = {"fill": self.fill} if self.looks_outside else {}
        if self.looks_outside and self.fill == "constant":
            fill["fill_value"] = float(self.fill_value)
        operations = [
            {"operation": f"{type(o).__module__}.{type(o).__qualname__}", **_fields(o)}
            for o in self.operations
        ]
        whole = {"version": VERSION, "peak": self.peak, "operations": operations, **fill}
        return json.dumps(whole, sort_keys=True, default=list)

    @property
    def description(self) -> str:
        """What it does, for people: the operations with their fields, the fill and the views."""
        parts = [_described(operation) for operation in self.operations]
        if self.looks_outside:
            level = f" {self.fill_value:g}" if self.fill == "constant" else ""
            parts.append(f"fill {self.fill}{level}")
        if self.views is not None:
            parts.append(f"{self.views} fixed views")
        return ", ".join(parts)

    @property
    def looks_outside(self) -> bool:
        """Whether the fill can matter."""
        return any(isinstance(o, Geometric) and o.looks_outside for o in self.operations)

    @property
    def _one_thread(self) -> bool:
        return any(getattr(operation, "one_thread", False) for operation in self.operations)

    @cached_property
    def _stages(self) -> list[Stage]:
        stages: list[Stage] = []
        fill = (self.fill, round(self.fill_value * self.peak))
        numbered = enumerate(self.operations)
        for geometric, neighbours in groupby(numbered, lambda pair: isinstance(pair[1], Geometric)):
            group = list(neighbours)
            moving = [(place, o) for place, o in group if isinstance(o, Geometric)]
            still = [(place, o) for place, o in group if not isinstance(o, Geometric)]
            stages += [Warp(moving, *fill)] if geometric else []
            stages += [_Stage(place, operation, self.peak) for place, operation in still]
        return stages


@dataclass(frozen=True)
class _Stage:
    """A pixelwise operation at its place in the pipeline."""

    place: int
    operation: Pixelwise
    peak: int

    def __call__(self, image: np.ndarray, seed: int, view: int, sample: int) -> np.ndarray:
        stream = stream_of(seed, view, sample, self.place)
        return with_place(self.place, self.operation.apply, image, stream, self.peak)


def with_place(place: int, call: Callable[..., Result], *arguments: object) -> Result:
    """Calls; a WrongOption then names the field as the configuration does."""
    try:
        return call(*arguments)
    except WrongOption as error:
        field = f"augmentation.operations.{place}.{error.field}"
        raise WrongOption(field, error.value, error.remedy) from error


def _channels_last(image: np.ndarray) -> np.ndarray:
    """A copy in the layout of OpenCV: (H, W, 3), or (H, W) for one channel."""
    import cv2

    copy: np.ndarray = image[0].copy() if len(image) == 1 else cv2.merge(list(image))
    return copy


def _write(image: np.ndarray, channels_first: np.ndarray) -> None:
    import cv2

    channels, *sides = channels_first.shape
    expected = sides if channels == 1 else [*sides, channels]
    if image.dtype != np.uint8 or list(image.shape) != expected:  # OpenCV would write elsewhere
        raise TypeError(f"an operation gave {image.dtype} {image.shape}, not uint8 {expected}")
    if image.ndim == 2:
        channels_first[0] = image
    else:
        cv2.split(image, list(channels_first))


def _described(operation: Operation) -> str:
    """`RandomResizedCrop(area 0.5–1, ratio 0.75–1.333)`."""
    fields = _fields(operation).items()
    told = [f"{name.replace('_', ' ')} {_value(value)}" for name, value in fields]
    return f"{type(operation).__name__}({', '.join(told)})"


def _fields(operation: Operation) -> dict[str, Any]:
    assert dataclasses.is_dataclass(operation)  # as each of this package is
    assert not isinstance(operation, type)
    return dataclasses.asdict(operation)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " to ".join(f"{end:.4g}" for end in value)
    if isinstance(value, list):
        return ", ".join(block["_target_"].rpartition(".")[2] for block in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
