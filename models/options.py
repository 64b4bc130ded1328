"""Options that learners share: what they may be, told in one line where they may not."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

TRAINER_OPTIONS = ("accelerator", "devices", "precision", "deterministic")
PRECISIONS = ("32-true", "64-true", "16-mixed", "bf16-mixed", "bf16-true")


def require_whole_number(name: str, value: object) -> None:
    """Raises ValueError unless `value` is a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value}: a whole number from 1 up")


def require_factory(name: str, value: object) -> None:
    """Raises ValueError unless `value` can be called."""
    if not callable(value):
        raise ValueError(f"{name}={value}: a block with _target_ naming a class or function")


def require_trainer(trainer: Mapping[str, Any]) -> None:
    """Raises ValueError for an option that Lightning's trainer is not given, or a wrong value."""
    for name in set(trainer) - set(TRAINER_OPTIONS):
        raise ValueError(f"trainer.{name}: not an option; known: {', '.join(TRAINER_OPTIONS)}")
    accelerator, precision = trainer.get("accelerator", "cpu"), trainer.get("precision", "32-true")
    if accelerator == "auto":  # the same key would stand for other results on other machines
        raise ValueError("trainer.accelerator=auto: name it: cpu, gpu, mps")
    _require_devices(trainer.get("devices", 1))
    if precision not in PRECISIONS:
        raise ValueError(f"trainer.precision={precision}: one of {', '.join(PRECISIONS)}")
    if not isinstance(trainer.get("deterministic", True), bool):
        raise ValueError(f"trainer.deterministic={trainer['deterministic']}: true or false")


def _require_devices(devices: object) -> None:
    """A number from 1 up, or a list of distinct indices."""
    numbers = devices if isinstance(devices, list) else [devices]
    least = 0 if isinstance(devices, list) else 1
    whole = [isinstance(n, int) and not isinstance(n, bool) and n >= least for n in numbers]
    if not numbers or not all(whole) or len(set(numbers)) < len(numbers):
        raise ValueError(f"trainer.devices={devices}: how many, from 1 up, or a list of indices")


def require_devices_here(trainer: Mapping[str, Any]) -> None:
    """Raises ValueError where this machine does not have what the trainer asks for."""
    if trainer.get("accelerator") == "cpu" and trainer.get("devices", 1) == 1:
        return  # always there; asking Lightning would cost its import
    import pytorch_lightning as pl

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)  # no banner
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pl.Trainer(barebones=True, **trainer)
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        accelerator = trainer.get("accelerator")
        raise ValueError(f"trainer.accelerator={accelerator}: {reason}; use trainer=cpu") from error


def require_one_device(trainer: Mapping[str, Any]) -> None:
    """Raises ValueError for several devices, where the best epoch is to be chosen."""
    devices = trainer.get("devices", 1)
    if (len(devices) if isinstance(devices, list) else devices) > 1:
        raise ValueError(f"trainer.devices={devices}: images are watched on one device; use 1")


def require_batches(batch_size: int, batches: int, samples: int) -> None:
    """Raises ValueError where the data's batches are not of the learner's size."""
    expected = -(-samples // batch_size)
    if batches != expected:
        raise ValueError(
            f"batch_size={batch_size}: {samples} samples make {expected} batches, not the "
            f"data's {batches}; give the data the same batch size"
        )


@contextmanager
def blamed_on(part: str) -> Iterator[None]:
    """An exception becomes a ValueError that names the part, in one line."""
    try:
        yield
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"{part}: {reason}") from error


def derived_seed(seed: int, purpose: int) -> int:
    """Another seed, independent of the first and of those for other purposes."""
    import numpy as np

    return int(np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint64)[0])
