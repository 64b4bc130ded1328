"""The learner for networks. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from models.options import (
    derived_seed,
    require_batches,
    require_devices_here,
    require_factory,
    require_trainer,
    require_whole_number,
)
from models.saving import from_arrays, to_arrays
from models.scaling import require_kind

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.interface import Images, TrainingData, Watched

INITIALISATIONS = ("glorot_uniform", "network")


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

    takes_augmentation: ClassVar[bool] = True

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    best_scores: np.ndarray | None = field(default=None, init=False, repr=False)
    best_epoch: int | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        require_whole_number("epochs", self.epochs)
        require_whole_number("batch_size", self.batch_size)
        require_kind(self.inputs)
        if self.initialisation not in INITIALISATIONS:
            choices = ", ".join(INITIALISATIONS)
            raise ValueError(f"initialisation={self.initialisation}: one of {choices}")
        for name in ("network", "optimizer", "loss"):
            require_factory(name, getattr(self, name))
        if self.schedule is not None:
            require_factory("schedule", self.schedule)
        require_trainer(self.trainer)

    def check(self, shape: tuple[int, ...], classes: int) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing.

        Raises ValueError naming the part (network, optimizer, schedule or loss) that fails, such
        as for a misspelt argument.
        """
        from models.rehearsal import rehearse

        rehearse(
            lambda: self._new_network(shape, classes),
            partial(over_all_parameters, self.optimizer),
            self.schedule,
            self.loss,
            shape,
            classes,
        )

    def fit(self, data: TrainingData, seed: int, watched: Watched | None = None) -> None:
        """Train on `data` (see `models`); `seed` decides initial weights and dropout.

        The images and labels `watched` are scored after every epoch: `history` then has
        `watched_accuracy`, and `best_scores` are those of `best_epoch`, the first of the best ones.

        Raises `models.classifier.Diverged` when the loss stops being finite, and ValueError when
        the data's batches are not of `batch_size`.
        """
        import torch

        from models.classifier import Classifier, train
        from models.scoring import watch_of

        batches = data.train_dataloader()
        require_batches(self.batch_size, len(batches), len(data.train_labels))
        watch = watch_of(watched, self.trainer)

        torch.manual_seed(seed)
        network = self._new_network(data.shape, data.classes)
        scaled = self._scaled(network, data.train_images, data.peak)
        training_seed = derived_seed(seed, 1)  # the weights drawn must not shape the dropout
        optimizer = partial(over_all_parameters, self.optimizer)
        classifier = Classifier(scaled, self.loss(), optimizer, self.schedule, training_seed, watch)

        torch.manual_seed(training_seed)
        trainer = train(classifier, batches, self.epochs, dict(self.trainer))

        self._network = scaled.to(trainer.strategy.root_device)
        self.history = {"train_loss": classifier.train_loss}
        self.parameters = count(network)
        if watch:
            self.history["watched_accuracy"] = watch.accuracies
            self.best_scores, self.best_epoch = watch.best_scores, watch.best_epoch

    def scores(self, images: Images) -> np.ndarray:
        """Class probabilities, float32 array (m, K), of images (m, C, H, W)."""
        from models.scoring import class_probabilities

        return class_probabilities(self._network, images)

    def check_devices(self) -> None:
        """Raises ValueError where this machine does not have what the trainer asks for."""
        require_devices_here(self.trainer)

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name from which `restore` makes the fitted network again."""
        return to_arrays(self._network)

    def restore(
        self, state: Mapping[str, np.ndarray], shape: tuple[int, ...], classes: int, peak: float
    ) -> None:
        """Become the learner that gave `state`, fitted on images of that shape, classes and peak.

        Raises ValueError where the arrays are not those of this network.
        """
        import torch

        network = self._new_network(shape, classes)
        nothing = torch.zeros((1, *shape))  # the scaling itself comes with the state
        self._network = from_arrays(self._scaled(network, nothing, peak), state)
        self.parameters = count(network)

    def _scaled(
        self, network: nn.Module, train_images: np.ndarray | torch.Tensor, peak: float
    ) -> nn.Module:
        import torch

        from models.inputs import InputScaling

        scaling = InputScaling(self.inputs, train_images, peak)
        return torch.nn.Sequential(OrderedDict(inputs=scaling, network=network))

    def _new_network(self, shape: tuple[int, ...], classes: int) -> nn.Module:
        from models.networks import glorot_uniform

        network = self.network(shape=tuple(shape), classes=classes)
        if self.initialisation == "glorot_uniform":
            glorot_uniform(network)
        return network


def over_all_parameters(
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer], network: nn.Module
) -> Optimizer:
    """The optimiser of all parameters of a network."""
    return optimizer(network.parameters())


def count(network: nn.Module) -> dict[str, int]:
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in network.parameters()]
    return {
        "total": sum(size for size, _ in sizes),
        "trainable": sum(size for size, trained in sizes if trained),
    }
