"""A training sample enlarged by generated images. Importable without PyTorch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from models.options import (
    derived_seed,
    require_images,
    require_positive,
    require_whole_number,
)

if TYPE_CHECKING:
    from models.generative.autoencoder import ConditionalVAE
    from models.generative.gan import ConditionalGAN

Generator: TypeAlias = "ConditionalVAE | ConditionalGAN"
Enlarged: TypeAlias = "tuple[np.ndarray, np.ndarray, None]"
FITTING, SAMPLING = 1, 2  # purposes of seeds
AT_ONCE = 256  # images that are generated together


@dataclass(frozen=True)
class GeneratedSamples(ABC):
    """The training images and, behind them, images that a network generates which was fitted on
    them alone, before any augmentation.

    - `ratio`: how many are generated for each training image; the classes keep their shares
    - `latent`: numbers that an image is made of
    - `channels`: feature maps of the first convolution (`models.generative.networks`)
    - `updates` of `batch_size` images, whatever the number of training images; Adam with rate `lr`

    Raises ValueError naming the field where a value is wrong, and for inputs that are no images.
    """

    ratio: float
    latent: int
    channels: int
    updates: int
    batch_size: int
    lr: float

    takes: ClassVar[tuple[str, ...]] = ("images",)
    generates: ClassVar[bool] = True  # images for people to look at

    def __post_init__(self) -> None:
        for name in ("ratio", "lr"):
            require_positive(name, getattr(self, name))
        for name in ("latent", "channels", "updates", "batch_size"):
            require_whole_number(name, getattr(self, name))

    def __call__(self, training: Any, seed: int) -> Enlarged:
        """Images uint8 (n + m, C, H, W) in 0..peak and labels int64, the training ones first."""
        import torch

        require_images(training.shape)
        labels = np.asarray(training.train_labels)
        images = training.train_inputs.stored(torch.arange(len(labels))).numpy()
        fitted = self._fitted(images, labels, training, derived_seed(seed, FITTING))
        further = shares_kept(labels, max(1, round(self.ratio * len(labels))))
        made = _generated(fitted, further, training.peak, derived_seed(seed, SAMPLING))
        return np.concatenate([images, made]), np.concatenate([labels, further]), None

    def _fitted(
        self, images: np.ndarray, labels: np.ndarray, training: Any, seed: int
    ) -> Generator:
        import torch

        from models.generative.fitting import WEIGHTS, fit

        torch.manual_seed(derived_seed(seed, WEIGHTS))
        made_with = (images.shape[1:], training.classes, self.latent, self.channels, self.lr)
        generator = self._generator()(*made_with)
        fit(generator, images, labels, training.peak, self.updates, self.batch_size, seed)
        return generator

    @abstractmethod
    def _generator(self) -> type[Generator]:
        """The class of the network that is fitted."""


class VAESamples(GeneratedSamples):
    """By a conditional variational autoencoder (`models.generative.autoencoder`)."""

    def _generator(self) -> type[Generator]:
        from models.generative.autoencoder import ConditionalVAE

        return ConditionalVAE


class GANSamples(GeneratedSamples):
    """By a conditional generative adversarial network (`models.generative.gan`)."""

    def _generator(self) -> type[Generator]:
        from models.generative.gan import ConditionalGAN

        return ConditionalGAN


def shares_kept(labels: np.ndarray, count: int) -> np.ndarray:
    """`count` labels, sorted, of classes in the shares that they have in `labels`.

    What is left of whole numbers goes to the largest remainders, first classes first.
    """
    held = np.bincount(labels)
    exact = held * count / len(labels)
    each = np.floor(exact).astype(np.int64)
    remainders = np.argsort(each - exact, kind="stable")
    each[remainders[: count - each.sum()]] += 1
    return np.repeat(np.arange(len(held), dtype=np.int64), each)


def _generated(fitted: Generator, labels: np.ndarray, peak: float, seed: int) -> np.ndarray:
    """Images uint8, one of each label, in 0..peak."""
    import torch

    noise = torch.Generator().manual_seed(seed)
    batches = torch.split(torch.from_numpy(labels), AT_ONCE)
    shares = [fitted.generate(some, noise) for some in batches]
    return (torch.cat(shares) * peak).round().to(torch.uint8).numpy()
