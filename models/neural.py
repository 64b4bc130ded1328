"""The learner for networks. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models.options import (
    blamed_on,
    derived_seed,
    require_batches,
    require_devices_here,
    require_factory,
    require_sharpness,
    require_training,
    require_whole_batches,
)
from models.saving import from_arrays, to_arrays
from models.scaling import require_kind

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.codes import Code
    from models.interface import Inputs, TrainingData, Watched
    from models.losses.contract import Criterion
    from models.sharpness import Sharpness

INITIALISATIONS = ("glorot_uniform", "network")
TRAINING, LOSS, CODE = 1, 2, 3  # purposes of seeds


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
    - `code(shape=, peak=)`: a factory of what makes short codes of the images (`models.codes`); it
      is fitted on the training images first, and the network learns from codes (m, d) alone, which
      `inputs` then scales
    - `sharpness`: a factory of `models.sharpness.Sharpness`, which measures the trained network on
      the training samples; `measures` then has what it finds, and the fit takes so much longer

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
    code: Callable[..., Code] | None = None
    sharpness: Callable[[], Sharpness] | None = None

    takes: ClassVar[tuple[str, ...]] = ("images", "table")
    takes_augmentation: ClassVar[bool] = True
    takes_resampling: ClassVar[bool] = True

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    measures: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    best_scores: np.ndarray | None = field(default=None, init=False, repr=False)
    best_epoch: int | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        require_kind(self.inputs)
        if self.initialisation not in INITIALISATIONS:
            choices = ", ".join(INITIALISATIONS)
            raise ValueError(f"initialisation={self.initialisation}: one of {choices}")
        require_factory("network", self.network)
        require_training(self)
        require_sharpness(self.sharpness)
        if self.code is not None:
            require_factory("code", self.code)
            if self.inputs == "unit":  # a code has no peak
                raise ValueError("inputs=unit: of a code raw or standardise")

    def check(
        self,
        shape: tuple[int, ...],
        classes: int,
        class_names: Sequence[str] = (),
        weighted: bool = False,
    ) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing.

        Raises ValueError naming the part (network, optimizer, schedule or loss) that fails, such
        as for a misspelt argument, or a loss without class weights where the training has them
        (`weighted`).
        """
        import torch

        from models.rehearsal import rehearse

        with torch.device("meta"):
            weights = np.ones(classes) if weighted else None
            if weighted:
                require_whole_batches(self.trainer)
            criterion = self._new_criterion(classes, class_names, weights)
            with blamed_on("code"):
                shape = shape_of(self._new_code(shape, 1.0), shape)
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

        from models.training import begin, passes_of, repeated, train_as

        begin(self.trainer)
        batches, samples = data.train_dataloader(), data.epoch_size
        require_batches(self.batch_size, len(batches), samples)

        if data.class_weights is not None:
            require_whole_batches(self.trainer)
        code, shape, learned = self._coded(data, derived_seed(seed, CODE))
        torch.manual_seed(derived_seed(seed, LOSS))  # all losses train the same initial network
        self._criterion = self._new_criterion(data.classes, data.class_names, data.class_weights)
        torch.manual_seed(seed)
        network = self._new_network(shape, data.classes, self._criterion)
        scaled = self._scaled(network, learned, data.peak, code)
        self.parameters = count(scaled, self._criterion)

        epoch = repeated(batches, passes_of(self.repeat_to, samples, data.classes))
        optimizer = partial(over_all_parameters, self.optimizer)
        training_seed = derived_seed(seed, TRAINING)  # weights drawn must not shape the dropout
        self._network = train_as(
            self, scaled, self._criterion, optimizer, epoch, training_seed, watched
        )
        if self.sharpness is not None:
            found = self._network, self._criterion, data.train_inputs, data.train_labels
            self.measures = self.sharpness()(*found)

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
        code = self._new_code(shape, peak)
        shape = shape_of(code, shape)
        network = self._new_network(shape, classes, self._criterion)
        nothing = torch.zeros((1, *shape))  # the scaling itself comes with the state
        scaled = self._scaled(network, nothing, peak, code)
        self._network = from_arrays(scaled, self._criterion, state)
        self.parameters = count(scaled, self._criterion)

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
        self,
        network: nn.Module,
        train_inputs: Inputs,
        peak: float,
        code: Code | None = None,
    ) -> nn.Module:
        import torch

        from models.inputs import InputScaling

        scaling = InputScaling(self.inputs, train_inputs, peak)
        first = {} if code is None else {"code": code}
        return torch.nn.Sequential(OrderedDict(**first, inputs=scaling, network=network))

    def _new_code(self, shape: tuple[int, ...], peak: float) -> Code | None:
        """Not yet fitted; None where the network takes the inputs themselves."""
        return None if self.code is None else self.code(shape=tuple(shape), peak=peak)

    def _coded(self, data: TrainingData, seed: int) -> tuple[Code | None, tuple[int, ...], Inputs]:
        """The fitted code, the shape of what the network takes, and the training samples as that:
        codes (n, d), or the inputs themselves."""
        code = self._new_code(data.shape, data.peak)
        if code is None:
            return None, data.shape, data.train_inputs
        from models.codes import codes_of

        code.fit(data.train_inputs, seed)
        return code, shape_of(code, data.shape), codes_of(code, data.train_inputs)

    def _new_network(self, shape: tuple[int, ...], classes: int, criterion: Criterion) -> nn.Module:
        from models.losses.contract import with_last_layer
        from models.networks import glorot_uniform

        network = self.network(shape=tuple(shape), classes=classes)
        if self.initialisation == "glorot_uniform":
            glorot_uniform(network)
        # Last: what a loss puts in draws weights of its own, and must not shift the others'.
        return with_last_layer(network, criterion.loss, classes)


def shape_of(code: Code | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of what a network takes, of inputs of this shape: of their codes, if any."""
    return tuple(shape) if code is None else (code.length,)


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
