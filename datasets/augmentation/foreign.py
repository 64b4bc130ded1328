"""Pipelines of torchvision (v2) and albumentations as operations, by configuration alone.

`transforms` is a list of blocks, each the import path of a transform and its arguments:

    operations:
      - _target_: datasets.augmentation.foreign.TorchvisionPipeline
        transforms:
          - {_target_: torchvision.transforms.v2.RandomPerspective, distortion_scale: 0.3}

They get one uint8 image of 0..255 at a time and must give one of the same shape. They draw from
generators that all threads share, so a pipeline that holds one works on a single thread. They are
made when the first image comes, so that to plan does not load torch.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeGuard

import numpy as np
from numpy.random import Philox

from datasets.errors import WrongOption

FIELD = "transforms"


@dataclass(frozen=True)
class TorchvisionPipeline:
    """Transforms of `torchvision.transforms.v2` on tensors (C, H, W), seeded through torch."""

    transforms: Sequence[Mapping[str, Any]]
    one_thread: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, FIELD, _blocks(self.transforms))

    def check(self, shape: Sequence[int], peak: int) -> None:
        """Raises WrongOption for pixels that are no bytes."""
        _refuse_other_peaks(peak)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        import torch

        channels_last = image if image.ndim == 3 else image[:, :, None]
        changed = torch.from_numpy(channels_last).permute(2, 0, 1).contiguous()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(int(stream.random_raw()) >> 1)  # not the GPUs'
            for transform in self._made:
                changed = transform(changed)
        result = changed.permute(1, 2, 0).numpy() if isinstance(changed, torch.Tensor) else changed
        return _checked(result, channels_last.shape).reshape(image.shape)

    @cached_property
    def _made(self) -> list[Any]:
        _require("torchvision")
        return _instantiated(self.transforms)


@dataclass(frozen=True)
class AlbumentationsPipeline:
    """Transforms of `albumentations` on arrays (H, W, C); the package never goes online."""

    transforms: Sequence[Mapping[str, Any]]
    one_thread: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, FIELD, _blocks(self.transforms))

    def check(self, shape: Sequence[int], peak: int) -> None:
        """Raises WrongOption for pixels that are no bytes."""
        _refuse_other_peaks(peak)

    def apply(self, image: np.ndarray, stream: Philox, peak: int) -> np.ndarray:
        channels_last = image if image.ndim == 3 else image[:, :, None]
        self._made.set_random_seed(int(stream.random_raw()) >> 32)
        result = self._made(image=channels_last)["image"]
        return _checked(result, channels_last.shape).reshape(image.shape)

    @cached_property
    def _made(self) -> Any:
        os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # or importing it asks PyPI for its version
        _require("albumentations")
        import albumentations

        return albumentations.Compose(_instantiated(self.transforms))


def _blocks(transforms: object) -> list[dict[str, Any]]:
    if not _is_list(transforms) or not all(
        isinstance(block, Mapping) and "_target_" in block for block in transforms
    ):
        remedy = "a list of blocks is needed, each with _target_, the import path of a transform"
        raise WrongOption(FIELD, transforms, remedy)
    return [dict(block) for block in transforms]


def _is_list(transforms: object) -> TypeGuard[Sequence[Any]]:
    if not isinstance(transforms, Sequence) or isinstance(transforms, str):
        return False
    return len(transforms) > 0


def _require(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        remedy = f"{package} is not installed; install it by pip install 'scarce[{package}]'"
        raise WrongOption(FIELD, package, remedy)


def _instantiated(blocks: Sequence[Mapping[str, Any]]) -> list[Any]:
    from hydra.errors import HydraException
    from hydra.utils import instantiate

    made = []
    for block in blocks:
        try:
            made.append(instantiate(dict(block), _convert_="all"))
        except HydraException as error:
            reason = " ".join(str(error.__cause__ or error).split())
            raise WrongOption(FIELD, block["_target_"], f"cannot be made: {reason}") from error
    return made


def _refuse_other_peaks(peak: int) -> None:
    if peak != 255:
        remedy = f"made for pixels of 0..255, not 0..{peak}; use the suite's own operations"
        raise WrongOption(FIELD, "a pipeline of another package", remedy)


def _checked(result: Any, shape: Sequence[int]) -> np.ndarray:
    if not isinstance(result, np.ndarray) or result.dtype != np.uint8 or result.shape != shape:
        kind = getattr(result, "dtype", type(result).__name__)
        given = f"{kind} {tuple(getattr(result, 'shape', ()))}"
        remedy = f"gives {given} for uint8 {tuple(shape)}; type and shape must stay as they are"
        raise WrongOption(FIELD, "the last transform", remedy)
    return result
