"""Features of images by a backbone that is not trained, the same bytes wherever they are asked for.

An image's features may depend, in the last bits, on how many images are computed together. They are
therefore always computed in batches of one size, the last one filled up.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import torch

from models.backbones.body import Body, Preparation
from models.backbones.weights import hash_of
from models.features.cache import FeatureCache
from models.interface import Inputs
from models.processor import computes_in_bfloat16

BATCH = 8  # fastest for most backbones: the activations stay in the processor's caches
READ = 64  # images read, and augmented, at once
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
MEMORY_FORMAT = "channels_last"


def precision_of(asked: str, device: str = "cpu") -> str:
    """`auto` becomes bfloat16 on a processor that computes in it (AVX-512 BF16 or AMX), else
    float32; another choice stays what it is."""
    if asked != "auto":
        return asked
    return "bfloat16" if device == "cpu" and computes_in_bfloat16() else "float32"


def device_of(trainer: Mapping[str, Any]) -> str:
    """The (first) device of Lightning's trainer, in PyTorch's words."""
    accelerator, devices = trainer.get("accelerator", "cpu"), trainer.get("devices", 1)
    first = f":{devices[0]}" if isinstance(devices, list) and accelerator != "cpu" else ""
    name: str = {"gpu": "cuda"}.get(accelerator, accelerator)
    return name + first


@dataclass
class FeatureExtractor:
    """Features (m, D) of images by `body`, which `preparation` feeds; both are left as they are.

    `precision` is that of the weights and of all that happens between pixels and features, which
    are float32; `cache` keeps the features of images that know what they are.
    """

    preparation: Preparation
    body: Body
    precision: str
    device: str = "cpu"
    cache: FeatureCache | None = None
    computed: int = 0  # images, those read from the cache not counted

    def __post_init__(self) -> None:
        self._dtype = PRECISIONS[self.precision]
        self._preparation = copy.deepcopy(self.preparation).to(self.device, torch.float32)
        body = copy.deepcopy(self.body).to(self.device, self._dtype)
        self._body = body.to(memory_format=torch.channels_last).eval()
        self.weights = hash_of(self.body.state_dict())

    def features(self, images: Inputs) -> torch.Tensor:
        """float32 (m, D) of images (m, C, H, W)."""
        if self.cache is None or isinstance(images, np.ndarray | torch.Tensor):
            return torch.from_numpy(self._compute(images, np.arange(len(images))))
        key = sha256(f"{self._text()}|{images.identity}".encode()).hexdigest()
        rows = self.cache.take(key, images.index, lambda places: self._compute(images, places))
        return torch.from_numpy(rows)

    def _text(self) -> str:
        """All that decides the features of given pixels, to the last bit."""
        preparation = self._preparation
        return json.dumps(
            {
                "weights": self.weights,
                "network": str(self.body),
                "size": preparation.size,
                "factor": preparation.factor.flatten().tolist(),
                "shift": preparation.shift.flatten().tolist(),
                "precision": self.precision,
                "memory_format": MEMORY_FORMAT,
                "batch": BATCH,
                "device": self.device,
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "processor": torch.backends.cpu.get_cpu_capability(),
            }
        )

    def _compute(self, images: Inputs, positions: np.ndarray) -> np.ndarray:
        self.computed += len(positions)
        parts = [positions[start : start + READ] for start in range(0, len(positions), READ)]
        rows = [
            self._features_of(batch)[: len(batch)]
            for part in parts
            for batch in torch.split(_taken(images, part), BATCH)
        ]
        return torch.cat(rows).cpu().numpy() if rows else np.empty((0, 0), dtype=np.float32)

    def _features_of(self, batch: torch.Tensor) -> torch.Tensor:
        """Features of a full batch, whose last images are repeated where there are too few."""
        lacking = BATCH - len(batch)
        if lacking:
            batch = torch.cat([batch, batch[-1:].expand(lacking, -1, -1, -1)])
        with torch.inference_mode():
            prepared = self._preparation(batch.to(self.device)).to(self._dtype)
            features: torch.Tensor = self._body(prepared).float()
            return features


def _taken(images: Inputs, positions: np.ndarray) -> torch.Tensor:
    if isinstance(images, np.ndarray | torch.Tensor):
        return torch.as_tensor(images)[torch.from_numpy(positions)]
    return images.take(positions)
