"""The learner for backbones. Importable without PyTorch: plans read its fields, only runs train."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from models.backbones.options import parse_backbone
from models.neural import count
from models.options import (
    derived_seed,
    require_batches,
    require_devices_here,
    require_factory,
    require_trainer,
    require_whole_number,
)
from models.processor import computes_in_bfloat16
from models.saving import from_arrays, to_arrays
from models.transfer_options import options_of

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from models.backbones.body import Body
    from models.features.cache import FeatureCache
    from models.features.extraction import FeatureExtractor
    from models.interface import Images, TrainingData, Watched

HEAD, BODY, TRAINING, ORDER = range(4)  # purposes of seeds


@dataclass
class TransferClassifier:
    """A backbone and a new linear head, trained in part or wholly for a fixed number of epochs.

    - `backbone`: options of `models.backbones.options.Backbone`
    - `optimizer(parameters)`, `schedule(optimizer)` (stepped after every batch), `loss()`:
      factories; `trainer`: Lightning's accelerator, devices, precision and deterministic
    - `trained`: `head`, the backbone frozen; `last_blocks`, with the last `blocks` of the backbone;
      `all`. Frozen layers keep their batch statistics.
    - `body_rate`: learning rate of the backbone, as a share of the head's (with `last_blocks` and
      `all`; not for random weights, which learn at one rate)
    - `pretrained`: false for random weights, whatever the backbone states
    - `dropout`: of the features, before the head
    - `features`, with `head`: `kept`, computed once (of augmented images `views` times, unless the
      augmentation states its number; epoch e learns from view e mod `views`), or `recomputed` in
      every epoch
    - `feature_precision` of kept features: `float32`, `bfloat16`, or `auto`, which is bfloat16 on
      processors that compute in it

    `feature_cache`, where the caller sets it, keeps the features of images with an identity. After
    `fit`, `notes` say the `memory_format` and, of kept features, their `feature_precision`, how
    many `images_computed` were not in the cache, and the `feature_seconds` all that took.
    Raises ValueError naming the field where a value is wrong or would do nothing.
    """

    backbone: Mapping[str, Any]
    optimizer: Callable[[Iterable], Optimizer]
    loss: Callable[[], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]
    trainer: Mapping[str, Any]
    epochs: int
    batch_size: int
    trained: str
    schedule: Callable[[Optimizer], LRScheduler] | None = None
    blocks: int | None = None
    features: str | None = None
    views: int | None = None
    feature_precision: str | None = None
    body_rate: float | None = None
    pretrained: bool = True
    dropout: float = 0.0

    takes_augmentation: ClassVar[bool] = True

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    notes: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    best_scores: np.ndarray | None = field(default=None, init=False, repr=False)
    best_epoch: int | None = field(default=None, init=False, repr=False)
    feature_cache: FeatureCache | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        require_whole_number("epochs", self.epochs)
        require_whole_number("batch_size", self.batch_size)
        for name in ("optimizer", "loss"):
            require_factory(name, getattr(self, name))
        if self.schedule is not None:
            require_factory("schedule", self.schedule)
        require_trainer(self.trainer)
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

    def check(self, shape: tuple[int, ...], classes: int) -> None:
        """Build everything on PyTorch's meta device, pass one batch through, train nothing; compare
        the file of weights with the network, without loading it.

        Raises ValueError naming what does not fit.
        """
        import torch

        from models.backbones.network import outline
        from models.rehearsal import rehearse
        from models.transfer_network import assemble

        body = outline(self._backbone, self._from_file)
        with torch.device("meta"):
            network = assemble(body, self._options, shape, classes, peak=1.0)
        rehearse(lambda: network, self._rated, self.schedule, self.loss, shape, classes)

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

        from models.transfer_network import assemble

        body = self._new_body(derived_seed(seed, BODY))
        torch.manual_seed(derived_seed(seed, HEAD))
        self._network = assemble(body, self._options, data.shape, data.classes, data.peak)
        self.parameters = count(self._network)
        self._extractor = self._new_extractor(self.feature_precision)
        if self._extractor:
            self._fit_head(data, seed, watched)
        else:
            batches = data.train_dataloader()
            require_batches(self.batch_size, len(batches), len(data.train_labels))
            self._network = self._train(self._network, batches, seed, watched)

    def scores(self, images: Images) -> np.ndarray:
        """Class probabilities, float32 array (m, K), of images (m, C, H, W)."""
        from models.scoring import class_probabilities

        if self._extractor:
            return class_probabilities(self._network.head, self._features(images))
        return class_probabilities(self._network, images)

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name from which `restore` makes the fitted network again, backbone included."""
        import numpy as np

        arrays = to_arrays(self._network)
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
        from models.transfer_network import assemble

        arrays = dict(state)
        precision = "bfloat16" if arrays.pop("in_bfloat16", False) else "float32"
        body = random_body(self._backbone, seed=0)
        network = assemble(body, self._options, shape, classes, peak)
        self._network = from_arrays(network, arrays)
        self.parameters = count(self._network)
        self._extractor = self._new_extractor(precision)

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
        precision = precision_of(precision, device)
        self.notes |= {"feature_precision": precision, "feature_seconds": 0.0, "images_computed": 0}
        return FeatureExtractor(network.preparation, network.body, precision, device)

    def _features(self, images: Images) -> torch.Tensor:
        extractor, start = self._extractor, time.perf_counter()
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
        self._network.head = self._train(self._network.head, batches, seed, watched)
        if data.augmented:
            self.history["view"] = [epoch % len(features) for epoch in range(self.epochs)]

    def _views(self, data: TrainingData) -> list[Images]:
        """The training images, as they are or as often augmented as epochs tell apart."""
        if not data.augmented:
            return [data.train_images]
        count = min(data.views or self.views, self.epochs)
        return [data.train_images.view(number) for number in range(count)]

    def _train(
        self, network: torch.nn.Module, batches: Any, seed: int, watched: Watched | None
    ) -> torch.nn.Module:
        import torch

        from models.classifier import Classifier, train
        from models.scoring import watch_of

        watch, training_seed = watch_of(watched, self.trainer), derived_seed(seed, TRAINING)
        classifier = Classifier(
            network, self.loss(), self._rated, self.schedule, training_seed, watch
        )
        torch.manual_seed(training_seed)
        trainer = train(classifier, batches, self.epochs, dict(self.trainer))
        self.history = {"train_loss": classifier.train_loss}
        if watch:
            self.history["watched_accuracy"] = watch.accuracies
            self.best_scores, self.best_epoch = watch.best_scores, watch.best_epoch
        return network.to(trainer.strategy.root_device)

    @property
    def _rated(self) -> Callable[[torch.nn.Module], Optimizer]:
        from models.transfer_network import at_two_rates

        return partial(at_two_rates, self.optimizer, self.body_rate or 1.0)
