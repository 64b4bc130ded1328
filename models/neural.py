"""The learner for networks. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

import logging
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.scaling import require_kind

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.interface import TrainingData

INITIALISATIONS = ("glorot_uniform", "network")
TRAINER_OPTIONS = ("accelerator", "devices", "precision", "deterministic")
PRECISIONS = ("32-true", "64-true", "16-mixed", "bf16-mixed", "bf16-true")


@dataclass
class NeuralClassifier:
    """A network trained by gradient descent for a fixed number of epochs.

    - `network(shape=(C, H, W), classes=K)` gives a module from images (m, C, H, W) to logits
    - `optimizer(parameters)`, `schedule(optimizer)` (stepped after every batch), and `loss()`,
      which gives a callable(logits, labels): factories like `network`
    - `trainer`: Lightning's accelerator, devices, precision and deterministic
    - `batch_size`: what the data's batches must hold (the last one of an epoch may be smaller)
    - `inputs`: scaling of the pixels, a kind of `models.scaling`
    - `initialisation`: `glorot_uniform` (Keras' and H2O's default) or `network` (as it comes)

    Raises ValueError naming the field where a plain value is wrong.
    """

    network: Callable[..., nn.Module]
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer]
    loss: Callable[[], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]
    trainer: Mapping[str, Any]
    epochs: int
    batch_size: int
    inputs: str
    schedule: Callable[[Optimizer], LRScheduler] | None = None
    initialisation: str = "glorot_uniform"

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _require_whole_number("epochs", self.epochs)
        _require_whole_number("batch_size", self.batch_size)
        require_kind(self.inputs)
        if self.initialisation not in INITIALISATIONS:
            choices = ", ".join(INITIALISATIONS)
            raise ValueError(f"initialisation={self.initialisation}: one of {choices}")
        for name in ("network", "optimizer", "loss"):
            _require_factory(name, getattr(self, name))
        if self.schedule is not None:
            _require_factory("schedule", self.schedule)
        _require_trainer(self.trainer)

    def check(self, shape: tuple[int, ...], classes: int) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing.

        Raises ValueError naming the part (network, optimizer, schedule or loss) that fails, such
        as for a misspelt argument.
        """
        import torch

        with torch.device("meta"):
            samples = classes + 1  # a loss that confuses samples and classes must not pass
            images = torch.zeros((samples, *shape))
            labels = torch.zeros(samples, dtype=torch.int64)
            with _blamed_on("network"):
                network = self._new_network(shape, classes)
                logits = network(images)
                if logits.shape != (samples, classes):
                    wanted = (samples, classes)
                    raise ValueError(f"logits of shape {tuple(logits.shape)}, not {wanted}")
            with _blamed_on("optimizer"):
                optimizer = self.optimizer(network.parameters())
            if self.schedule is not None:
                with _blamed_on("schedule"):
                    self.schedule(optimizer)
            with _blamed_on("loss"):
                self.loss()(logits, labels)

    def fit(self, data: TrainingData, seed: int) -> None:
        """Train on `data` (see `models`); `seed` decides initial weights and dropout.

        Raises `models.classifier.Diverged` when the loss stops being finite, and ValueError when
        the data's batches are not of `batch_size`.
        """
        import torch

        from models.classifier import Classifier, train
        from models.inputs import InputScaling

        batches = data.train_dataloader()
        self._require_batch_size(len(batches), len(data.train_labels))

        torch.manual_seed(seed)
        scaling = InputScaling(self.inputs, data.train_images, data.peak)
        network = self._new_network(data.shape, data.classes)
        scaled = torch.nn.Sequential(OrderedDict(inputs=scaling, network=network))
        training_seed = _training_seed(seed)
        classifier = Classifier(scaled, self.loss(), self.optimizer, self.schedule, training_seed)

        torch.manual_seed(training_seed)
        trainer = train(classifier, batches, self.epochs, dict(self.trainer))

        self._network = scaled.to(trainer.strategy.root_device)
        self.history = {"train_loss": classifier.train_loss}
        self.parameters = _count(network)

    def scores(self, images: np.ndarray | torch.Tensor) -> np.ndarray:
        """Class probabilities, float32 array (m, K), of images (m, C, H, W), array or tensor."""
        import torch

        from models.classifier import class_probabilities

        return class_probabilities(self._network, torch.as_tensor(images))

    def check_devices(self) -> None:
        """Raises ValueError where this machine does not have what the trainer asks for."""
        if self.trainer.get("accelerator") == "cpu" and self.trainer.get("devices", 1) == 1:
            return  # always there; asking Lightning would cost its import
        import pytorch_lightning as pl

        logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)  # no banner
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pl.Trainer(barebones=True, **self.trainer)
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            accelerator = self.trainer.get("accelerator")
            raise ValueError(
                f"trainer.accelerator={accelerator}: {reason}; use trainer=cpu"
            ) from error

    def _new_network(self, shape: tuple[int, ...], classes: int) -> nn.Module:
        from models.networks import glorot_uniform

        network = self.network(shape=tuple(shape), classes=classes)
        if self.initialisation == "glorot_uniform":
            glorot_uniform(network)
        return network

    def _require_batch_size(self, batches: int, samples: int) -> None:
        expected = -(-samples // self.batch_size)
        if batches != expected:
            raise ValueError(
                f"batch_size={self.batch_size}: {samples} samples make {expected} batches, not the "
                f"data's {batches}; give the data the same batch size"
            )


def _require_whole_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value}: a whole number from 1 up")


def _require_trainer(trainer: Mapping[str, Any]) -> None:
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


def _require_factory(name: str, value: object) -> None:
    if not callable(value):
        raise ValueError(f"{name}={value}: a block with _target_ naming a class or function")


@contextmanager
def _blamed_on(part: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"{part}: {reason}") from error


def _training_seed(seed: int) -> int:
    """A second seed, independent of the first: the weights drawn must not shape the dropout."""
    import numpy as np

    return int(np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0])


def _count(network: nn.Module) -> dict[str, int]:
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in network.parameters()]
    return {
        "total": sum(size for size, _ in sizes),
        "trainable": sum(size for size, trained in sizes if trained),
    }
