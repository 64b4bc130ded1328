"""The learner for backbones. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from models.backbones.options import parse_backbone
from models.neural import count
from models.options import (
    derived_seed,
    require_batches,
    require_devices_here,
    require_sharpness,
    require_training,
)
from models.processor import computes_in_bfloat16
from models.saving import from_arrays, to_arrays
from models.transfer_options import options_of

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.backbones.body import Body
    from models.features.cache import FeatureCache
    from models.features.extraction import FeatureExtractor
    from models.interface import Batches, Inputs, Network, TrainingData, Watched
    from models.losses.contract import Criterion
    from models.sharpness import Sharpness
    from models.transfer_network import TransferNetwork

HEAD, BODY, TRAINING, ORDER, LOSS = range(5)  # purposes of seeds


@dataclass
class TransferClassifier:
    """A backbone and a new head, trained in part or wholly for a fixed number of epochs.

    - `backbone`: options of `models.backbones.options.Backbone`
    - `optimizer(parameters)`; `schedule(optimizer)`, see `models.optimisation`; `loss()`, see
      `models.losses`: factories
    - `trainer`, `clip_norm`, `repeat_to`: as of `models.neural.NeuralClassifier`
    - `trained`: `head`, the backbone frozen; `last_blocks`, with the last `blocks` of the backbone;
      `all`. Frozen layers keep their batch statistics.
    - `body_rate`: learning rate of the backbone, as a share of the head's (with `last_blocks` and
      `all`; not for random weights, which learn at one rate)
    - `pretrained`: false for random weights, whatever the backbone states
    - `dropout`: of the features, before the head
    - `hidden`: so many ReLU units between the features and the last layer; none, if left out
    - `sharpness`, with kept features: of the head, as of `models.neural.NeuralClassifier`
    - `features`, with `head`: `kept`, computed once (of augmented images `views` times, unless the
      augmentation states its number; epoch e, or with `repeat_to` its e-th pass, learns from view
      e mod `views`), or `recomputed` in
      every epoch
    - `feature_precision` of kept features: `float32`, `bfloat16`, or `auto`, which is bfloat16 on
      processors that compute in it

    `feature_cache`, where the caller sets it, keeps the features of images with an identity. After
    `fit`, `notes` say the `memory_format` and, of kept features, their `feature_precision`, how
    many `images_computed` were not in the cache, and the `feature_seconds` all that took.
    Raises ValueError naming the field where a value is wrong or would do nothing.
    """

    backbone: Mapping[str, Any]
    optimizer: Callable[[Iterable[Any]], Optimizer]
    loss: Callable[..., Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]
    trainer: Mapping[str, Any]
    epochs: int
    batch_size: int
    trained: str
    schedule: Callable[..., LRScheduler] | None = None
    blocks: int | None = None
    features: str | None = None
    views: int | None = None
    feature_precision: str | None = None
    body_rate: float | None = None
    pretrained: bool = True
    dropout: float = 0.0
    clip_norm: float | None = None
    repeat_to: int | None = None
    hidden: int | None = None
    sharpness: Callable[[], Sharpness] | None = None

    takes_augmentation: ClassVar[bool] = True

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    measures: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    notes: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    best_scores: np.ndarray | None = field(default=None, init=False, repr=False)
    best_epoch: int | None = field(default=None, init=False, repr=False)
    feature_cache: FeatureCache | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        require_training(self)
        require_sharpness(self.sharpness)
        self._backbone = parse_backbone(self.backbone)
        self._from_file = self.pretrained and self._backbone.pretrained
        self._options = options_of(self, self._backbone.image_size, self._from_file)

    @staticmethod
    def settled(method: Mapping[str, Any], trainer: Mapping[str, Any]) -> dict[str, Any]:
        """The configuration of a method with `auto` replaced by what it means on this machine: the
        same words must not stand for other results elsewhere."""
        if method.get("feature_precision") != "auto":
            return dict(method)
        fast = trainer.get("accelerator", "cpu") == "cpu" and computes_in_bfloat16()
        return {**method, "feature_precision": "bfloat16" if fast else "float32"}

    def check(self, shape: tuple[int, ...], classes: int, class_names: Sequence[str] = ()) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing; compare
        the file of weights with the network, without loading it.

        Raises ValueError naming what does not fit.
        """
        import torch

        from models.backbones.network import outline
        from models.rehearsal import rehearse

        body = outline(self._backbone, self._from_file)
        with torch.device("meta"):
            criterion = self._new_criterion(classes, class_names)
            network = self._assembled(body, shape, classes, 1.0, criterion)
        parts = self._rated, self.schedule, criterion
        rehearse(lambda: network, *parts, shape, classes, self.epochs)

    def check_devices(self) -> None:
        """Raises ValueError where this machine does not have what the trainer asks for."""
        require_devices_here(self.trainer)

    def fit(self, data: TrainingData, seed: int, watched: Watched | None = None) -> None:
        """Train on `data` (see `models`); `seed` decides initial weights, dropout, and the order of
        kept features.

        The images and labels `watched` are scored after every epoch: `history` then has
        `watched_accuracy`, and `best_scores` are those of `best_epoch`, the first of the best ones.

        Raises `models.classifier.Diverged` when the loss stops being finite, and ValueError when
        the data's batches are not of `batch_size`.
        """
        import torch

        from models.training import begin

        begin(self.trainer)
        torch.manual_seed(derived_seed(seed, LOSS))
        criterion = self._new_criterion(data.classes, data.class_names)
        body = self._new_body(derived_seed(seed, BODY))
        torch.manual_seed(derived_seed(seed, HEAD))
        self._network = self._assembled(body, data.shape, data.classes, data.peak, criterion)
        self._criterion = criterion
        self.parameters = count(self._network, criterion)
        self._extractor = self._new_extractor(self.feature_precision)
        if self._extractor:
            self._fit_head(data, seed, watched)
        else:
            batches = data.train_dataloader()
            require_batches(self.batch_size, len(batches), data.epoch_size)
            self._network = self._train(self._network, data, batches, seed, watched)

    def scores(self, images: Inputs) -> np.ndarray:
        """What the loss makes of the outputs, by `score_kind`: float32 array (m, K), of images
        (m, C, H, W); the largest is the prediction."""
        from models.scoring import scores_of

        if self._extractor:
            return scores_of(self._network.head, self._criterion, self._features(images))
        return scores_of(self._network, self._criterion, images)

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name from which `restore` makes the fitted network, backbone included, and loss
        again."""
        import numpy as np

        arrays = to_arrays(self._network, self._criterion)
        if self._extractor:
            arrays["in_bfloat16"] = np.array(self._extractor.precision == "bfloat16")
        return arrays

    def restore(
        self, state: Mapping[str, np.ndarray], shape: tuple[int, ...], classes: int, peak: float
    ) -> None:
        """Become the learner that gave `state`, fitted on images of that shape, classes and peak.

        The backbone's own file is not needed. Raises ValueError where the arrays are not those of
        this network.
        """
        from models.backbones.network import random_body

        arrays = dict(state)
        precision = "bfloat16" if arrays.pop("in_bfloat16", False) else "float32"
        body = random_body(self._backbone, seed=0)
        self._criterion = self._new_criterion(classes, None)
        network = self._assembled(body, shape, classes, peak, self._criterion)
        self._network = from_arrays(network, self._criterion, arrays)
        self.parameters = count(self._network, self._criterion)
        self._extractor = self._new_extractor(precision)

    def _new_criterion(self, classes: int, class_names: Sequence[str] | None) -> Criterion:
        from models.losses.contract import make_criterion

        criterion = make_criterion(self.loss, classes, class_names)
        self.score_kind = criterion.score_kind
        return criterion

    def _assembled(
        self, body: Body, shape: tuple[int, ...], classes: int, peak: float, criterion: Criterion
    ) -> TransferNetwork:
        from models.losses.contract import with_last_layer
        from models.transfer_network import assemble

        network = assemble(body, self._options, shape, classes, peak)
        with_last_layer(network.head, criterion.loss, classes)
        return network

    def _new_body(self, seed: int) -> Body:
        from models.backbones.network import pretrained_body, random_body

        if self._from_file:
            return pretrained_body(self._backbone)
        return random_body(self._backbone, seed)

    def _new_extractor(self, precision: str | None) -> FeatureExtractor | None:
        """What computes kept features; None where features are not kept."""
        self.notes = {"memory_format": "channels_last"}
        if not self._options.kept:
            return None
        from models.features.extraction import FeatureExtractor, device_of, precision_of

        network, device = self._network, device_of(self.trainer)
        assert precision is not None  # as the options of kept features say
        precision = precision_of(precision, device)
        self.notes |= {"feature_precision": precision, "feature_seconds": 0.0, "images_computed": 0}
        return FeatureExtractor(network.preparation, network.body, precision, device)

    def _features(self, images: Inputs) -> torch.Tensor:
        extractor, start = self._extractor, time.perf_counter()
        assert extractor is not None
        extractor.cache = self.feature_cache
        features = extractor.features(images)
        self.notes["feature_seconds"] += time.perf_counter() - start
        self.notes["images_computed"] = extractor.computed
        return features

    def _fit_head(self, data: TrainingData, seed: int, watched: Watched | None) -> None:
        import torch

        from models.transfer_network import FeatureBatches

        features = torch.stack([self._features(view) for view in self._views(data)])
        order = derived_seed(seed, ORDER)
        batches = FeatureBatches(features, data.train_labels, self.batch_size, order)
        if watched:
            watched = (self._features(watched[0]), watched[1])
        self._network.head = self._train(self._network.head, data, batches, seed, watched)
        if self.sharpness is not None:
            learned = self._features(data.train_inputs), data.train_labels
            self.measures = self.sharpness()(self._network.head, self._criterion, *learned)
        if data.augmented:
            firsts = range(0, self.epochs * self._passes(data), self._passes(data))
            self.history["view"] = [first % len(features) for first in firsts]

    def _views(self, data: TrainingData) -> list[Inputs]:
        """The training images, as they are or as often augmented as epochs tell apart."""
        if not data.augmented:
            return [data.train_inputs]
        views = data.views or self.views
        assert views is not None  # as the options of kept features say
        count = min(views, self.epochs * self._passes(data))
        return [data.train_inputs.view(number) for number in range(count)]

    def _train(
        self,
        network: Network,
        data: TrainingData,
        batches: Batches,
        seed: int,
        watched: Watched | None,
    ) -> Network:
        from models.training import repeated, train_as

        epoch, training_seed = repeated(batches, self._passes(data)), derived_seed(seed, TRAINING)
        return train_as(self, network, self._criterion, self._rated, epoch, training_seed, watched)

    def _passes(self, data: TrainingData) -> int:
        from models.training import passes_of

        return passes_of(self.repeat_to, len(data.train_labels), data.classes)

    @property
    def _rated(self) -> Callable[[nn.Module], Optimizer]:
        from models.transfer_network import at_two_rates

        return partial(at_two_rates, self.optimizer, self.body_rate or 1.0)
