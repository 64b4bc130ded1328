"""The learner for networks. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from models.options import (
    derived_seed,
    require_batches,
    require_devices_here,
    require_factory,
    require_training,
)
from models.saving import from_arrays, to_arrays
from models.scaling import require_kind

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.interface import Inputs, TrainingData, Watched
    from models.losses.contract import Criterion

INITIALISATIONS = ("glorot_uniform", "network")
TRAINING, LOSS = 1, 2  # purposes of seeds


@dataclass
class NeuralClassifier:
    """A network trained by gradient descent for a fixed number of epochs.

    - `network(shape=(C, H, W), classes=K)` gives a module from images (m, C, H, W) to outputs
      (m, K); `optimizer(parameters)`; `schedule(optimizer)`, see `models.optimisation`; `loss()`,
      see `models.losses`: factories
    - `trainer`: Lightning's accelerator, devices, precision and deterministic, and
      `micro_batch_size`: a batch is computed in parts of at most so many samples (batch
      normalisation sees each part for itself; else the step is that of the whole batch)
    - `batch_size`: what the data's batches must hold (the last one of a pass may be smaller)
    - `inputs`: scaling of the pixels, a kind of `models.scaling`
    - `initialisation`: `glorot_uniform` (Keras' and H2O's default) or `network` (as it comes)
    - `clip_norm`: the gradients of all that is trained are scaled down to that norm
    - `repeat_to`: an epoch takes the training samples repeat_to // n times, for n in each class

    Raises ValueError naming the field where a plain value is wrong.
    """

    network: Callable[..., nn.Module]
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer]
    loss: Callable[..., Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]
    trainer: Mapping[str, Any]
    epochs: int
    batch_size: int
    inputs: str
    schedule: Callable[..., LRScheduler] | None = None
    initialisation: str = "glorot_uniform"
    clip_norm: float | None = None
    repeat_to: int | None = None

    takes_augmentation: ClassVar[bool] = True
    takes_resampling: ClassVar[bool] = True

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    best_scores: np.ndarray | None = field(default=None, init=False, repr=False)
    best_epoch: int | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        require_kind(self.inputs)
        if self.initialisation not in INITIALISATIONS:
            choices = ", ".join(INITIALISATIONS)
            raise ValueError(f"initialisation={self.initialisation}: one of {choices}")
        require_factory("network", self.network)
        require_training(self)

    def check(self, shape: tuple[int, ...], classes: int, class_names: Sequence[str] = ()) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing.

        Raises ValueError naming the part (network, optimizer, schedule or loss) that fails, such
        as for a misspelt argument.
        """
        import torch

        from models.rehearsal import rehearse

        with torch.device("meta"):
            criterion = self._new_criterion(classes, class_names)
        rehearse(
            lambda: self._new_network(shape, classes, criterion),
            partial(over_all_parameters, self.optimizer),
            self.schedule,
            criterion,
            shape,
            classes,
            self.epochs,
        )

    def fit(self, data: TrainingData, seed: int, watched: Watched | None = None) -> None:
        """Train on `data` (see `models`); `seed` decides initial weights and dropout.

        The images and labels `watched` are scored after every epoch: `history` then has
        `watched_accuracy`, and `best_scores` are those of `best_epoch`, the first of the best ones.

        Raises `models.classifier.Diverged` when the loss stops being finite, and ValueError when
        the data's batches are not of `batch_size`.
        """
        import torch

        from models.training import passes_of, repeated, train_as

        batches, samples = data.train_dataloader(), data.epoch_size
        require_batches(self.batch_size, len(batches), samples)

        torch.manual_seed(derived_seed(seed, LOSS))  # all losses train the same initial network
        self._criterion = self._new_criterion(data.classes, data.class_names, data.class_weights)
        torch.manual_seed(seed)
        network = self._new_network(data.shape, data.classes, self._criterion)
        scaled = self._scaled(network, data.train_inputs, data.peak)
        self.parameters = count(network, self._criterion)

        epoch = repeated(batches, passes_of(self.repeat_to, samples, data.classes))
        optimizer = partial(over_all_parameters, self.optimizer)
        training_seed = derived_seed(seed, TRAINING)  # weights drawn must not shape the dropout
        self._network = train_as(
            self, scaled, self._criterion, optimizer, epoch, training_seed, watched
        )

    def scores(self, images: Inputs) -> np.ndarray:
        """What the loss makes of the outputs, by `score_kind`: float32 array (m, K), of images
        (m, C, H, W); the largest is the prediction."""
        from models.scoring import scores_of

        return scores_of(self._network, self._criterion, images)

    def check_devices(self) -> None:
        """Raises ValueError where this machine does not have what the trainer asks for."""
        require_devices_here(self.trainer)

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name from which `restore` makes the fitted network and loss again."""
        return to_arrays(self._network, self._criterion)

    def restore(
        self, state: Mapping[str, np.ndarray], shape: tuple[int, ...], classes: int, peak: float
    ) -> None:
        """Become the learner that gave `state`, fitted on images of that shape, classes and peak.

        Raises ValueError where the arrays are not those of this network.
        """
        import torch

        self._criterion = self._new_criterion(classes, None)
        network = self._new_network(shape, classes, self._criterion)
        nothing = torch.zeros((1, *shape))  # the scaling itself comes with the state
        self._network = from_arrays(self._scaled(network, nothing, peak), self._criterion, state)
        self.parameters = count(network, self._criterion)

    def _new_criterion(
        self,
        classes: int,
        class_names: Sequence[str] | None,
        class_weights: np.ndarray | None = None,
    ) -> Criterion:
        from models.losses.contract import make_criterion

        criterion = make_criterion(self.loss, classes, class_names, class_weights)
        self.score_kind = criterion.score_kind
        return criterion

    def _scaled(
        self, network: nn.Module, train_inputs: np.ndarray | torch.Tensor, peak: float
    ) -> nn.Module:
        import torch

        from models.inputs import InputScaling

        scaling = InputScaling(self.inputs, train_inputs, peak)
        return torch.nn.Sequential(OrderedDict(inputs=scaling, network=network))

    def _new_network(self, shape: tuple[int, ...], classes: int, criterion: Criterion) -> nn.Module:
        from models.losses.contract import with_last_layer
        from models.networks import glorot_uniform

        network = self.network(shape=tuple(shape), classes=classes)
        if self.initialisation == "glorot_uniform":
            glorot_uniform(network)
        # Last: what a loss puts in draws weights of its own, and must not shift the others'.
        return with_last_layer(network, criterion.loss, classes)


def over_all_parameters(
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer], network: nn.Module
) -> Optimizer:
    """The optimiser of all parameters of a network."""
    return optimizer(network.parameters())


def count(*modules: nn.Module) -> dict[str, int]:
    """How many weights the modules have in all, and how many are trained."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in parameters]
    return {
        "total": sum(size for size, _ in sizes),
        "trainable": sum(size for size, trained in sizes if trained),
    }
