"""Options that learners share: what they may be, told in one line where they may not."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeGuard

LIGHTNING_OPTIONS = ("accelerator", "devices", "precision", "deterministic")
TRAINER_OPTIONS = (*LIGHTNING_OPTIONS, "micro_batch_size")
PRECISIONS = ("32-true", "64-true", "16-mixed", "bf16-mixed", "bf16-true")


def require_whole_number(name: str, value: object) -> None:
    """Raises ValueError unless `value` is a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value}: a whole number from 1 up")


def require_whole_numbers(name: str, values: object, least: int = 1) -> None:
    """Raises ValueError unless `values` lists `least` or more whole numbers from 1 up."""
    listed = list(values) if isinstance(values, Sequence) and not isinstance(values, str) else None
    wrong = listed is None or any(type(value) is not int or value < 1 for value in listed)
    if listed is None or wrong or len(listed) < least:
        shown = values if listed is None else listed
        raise ValueError(f"{name}={shown}: a list of whole numbers from 1 up")


def require_share(name: str, value: object) -> None:
    """Raises ValueError unless `value` is a number from 0 up, below 1."""
    if not _is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name}={value}: a share from 0 up, below 1")


def require_positive(name: str, value: object) -> None:
    """Raises ValueError unless `value` is a finite number above zero."""
    if not _is_number(value) or not value > 0:
        raise ValueError(f"{name}={value}: a positive number")


def require_not_negative(name: str, value: object) -> None:
    """Raises ValueError unless `value` is zero or a finite number above it."""
    if not _is_number(value) or value < 0:
        raise ValueError(f"{name}={value}: zero or a positive number")


def require_images(shape: tuple[int, ...]) -> None:
    """Raises ValueError unless inputs of this shape are images (C, H, W)."""
    if len(shape) != 3:
        raise ValueError(f"inputs of shape {tuple(shape)}: takes images, of shape (C, H, W)")


def _is_number(value: object) -> TypeGuard[float]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value)


def require_factory(name: str, value: object) -> None:
    """Raises ValueError unless `value` can be called."""
    if not callable(value):
        raise ValueError(f"{name}={value}: a block with _target_ naming a class or function")


def require_sharpness(factory: Any) -> None:
    """Raises ValueError unless `factory` is None or makes a `models.sharpness.Sharpness`."""
    if factory is not None:
        require_factory("sharpness", factory)
        with blamed_on("sharpness"):
            factory()


def require_training(learner: Any) -> None:
    """Raises ValueError naming the field of a learner, of those that every training has, whose
    value is wrong."""
    require_whole_number("epochs", learner.epochs)
    require_whole_number("batch_size", learner.batch_size)
    for name in ("optimizer", "loss"):
        require_factory(name, getattr(learner, name))
    if learner.schedule is not None:
        require_factory("schedule", learner.schedule)
    if learner.clip_norm is not None:
        require_positive("clip_norm", learner.clip_norm)
    if learner.repeat_to is not None:
        require_whole_number("repeat_to", learner.repeat_to)
    require_trainer(learner.trainer)


def require_trainer(trainer: Mapping[str, Any]) -> None:
    """Raises ValueError for an unknown option of a training, or a wrong value.

    All but `micro_batch_size` are Lightning's.
    """
    for name in set(trainer) - set(TRAINER_OPTIONS):
        raise ValueError(f"trainer.{name}: not an option; known: {', '.join(TRAINER_OPTIONS)}")
    accelerator, precision = trainer.get("accelerator", "cpu"), trainer.get("precision", "32-true")
    if accelerator == "auto":  # the same key would stand for other results on other machines
        raise ValueError("trainer.accelerator=auto: name it: cpu, gpu, mps")
    _require_devices(trainer.get("devices", 1))
    if precision not in PRECISIONS:
        raise ValueError(f"trainer.precision={precision}: one of {', '.join(PRECISIONS)}")
    if accelerator == "mps" and precision == "64-true":
        raise ValueError(f"trainer.precision={precision}: not on Apple's GPUs; use 32-true")
    if not isinstance(trainer.get("deterministic", True), bool):
        raise ValueError(f"trainer.deterministic={trainer['deterministic']}: true or false")
    if trainer.get("micro_batch_size") is not None:
        require_whole_number("trainer.micro_batch_size", trainer["micro_batch_size"])


def lightning_options(trainer: Mapping[str, Any]) -> dict[str, Any]:
    """What of the trainer's options Lightning's Trainer is given."""
    options = {name: value for name, value in trainer.items() if name in LIGHTNING_OPTIONS}
    if options.get("accelerator") == "gpu":  # which to Lightning is Apple's, too: another device
        options["accelerator"] = "cuda"  # under the same key
    return options


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
            pl.Trainer(barebones=True, **lightning_options(trainer))
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        accelerator = trainer.get("accelerator")
        raise ValueError(f"trainer.accelerator={accelerator}: {reason}; use trainer=cpu") from error


def require_one_device(
    trainer: Mapping[str, Any], why: str = "images are watched on one device"
) -> None:
    """Raises ValueError for several devices, with the reason."""
    devices = trainer.get("devices", 1)
    if (len(devices) if isinstance(devices, list) else devices) > 1:
        raise ValueError(f"trainer.devices={devices}: {why}; use 1")


def require_whole_batches(trainer: Mapping[str, Any]) -> None:
    """Raises ValueError where batches are computed in parts: a loss that weighs classes is a mean
    over the weights of its samples, and parts would not add up to it."""
    require_one_device(trainer, "class weights need whole batches")
    if trainer.get("micro_batch_size") is not None:
        remedy = "class weights need whole batches; use null"
        raise ValueError(f"trainer.micro_batch_size={trainer['micro_batch_size']}: {remedy}")


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
