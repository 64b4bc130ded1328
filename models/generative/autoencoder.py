"""Autoencoders for images whose pixels lie in 0..1."""

from __future__ import annotations

from collections.abc import Iterator

import pytorch_lightning as pl
import torch
from torch.nn import functional

from models.generative.networks import Decoder, Encoder

Batches = Iterator[tuple[tuple[torch.Tensor, torch.Tensor], int, int]]


class Autoencoder(pl.LightningModule):
    """Images (m, C, H, W) to codes (m, length) and back.

    Trained on the cross-entropy of the pixels, summed over an image (Hinton & Salakhutdinov,
    "Reducing the dimensionality of data with neural networks", Science 2006).
    """

    # As for classifiers: Lightning's hooks around every batch cost as much as a small step.
    automatic_optimization = False

    def __init__(self, shape: tuple[int, ...], length: int, channels: int, lr: float) -> None:
        super().__init__()
        self.encoder = Encoder(shape, length, channels)
        self.decoder = Decoder(shape, length, channels)
        self.lr = lr

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.lr)

    def training_step(self, dataloader_iter: Batches) -> None:
        (images, _), _, _ = next(dataloader_iter)
        _minimise(self, pixel_loss(self.decoder(self.encoder(images)), images))


class ConditionalVAE(pl.LightningModule):
    """Images of a class from `latent` normally distributed numbers.

    Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014: the lower bound of equation 10
    with one draw of each latent, Bernoulli pixels (appendix C.1). Encoder and decoder are told the
    class (Sohn et al., "Learning structured output representation using deep conditional generative
    models", NeurIPS 2015), so that one network serves them all, one with a single image too.
    """

    automatic_optimization = False

    def __init__(
        self, shape: tuple[int, ...], classes: int, latent: int, channels: int, lr: float
    ) -> None:
        super().__init__()
        self.encoder = Encoder(shape, 2 * latent, channels, further=classes)
        self.decoder = Decoder(shape, latent + classes, channels)
        self.classes, self.latent, self.lr = classes, latent, lr

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.lr)

    def training_step(self, dataloader_iter: Batches) -> None:
        (images, labels), _, _ = next(dataloader_iter)
        of_class = functional.one_hot(labels, self.classes).float()
        mean, log_variance = self.encoder(images, of_class).chunk(2, dim=1)
        latents = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        logits = self.decoder(torch.cat([latents, of_class], dim=1))
        _minimise(self, pixel_loss(logits, images) + divergence(mean, log_variance))

    @torch.inference_mode()
    def generate(self, labels: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
        """The means of the pixels, (m, C, H, W) in 0..1, of new images of these classes (m,)."""
        latents = torch.randn((len(labels), self.latent), generator=noise)
        of_class = functional.one_hot(labels, self.classes).float()
        pixels: torch.Tensor = self.decoder(torch.cat([latents, of_class], dim=1)).sigmoid()
        return pixels


def pixel_loss(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of pixels in 0..1, summed over an image, averaged over images."""
    summed = functional.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    return summed / len(images)


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, 1), both (m, d): summed over d,
    averaged over m (Kingma & Welling 2014, appendix B)."""
    terms = mean.square() + log_variance.exp() - log_variance - 1
    return terms.sum(dim=1).mean() / 2


def _minimise(module: pl.LightningModule, loss: torch.Tensor) -> None:
    optimizer = module.optimizers()
    assert not isinstance(optimizer, list)  # one, as both modules configure
    optimizer.zero_grad()
    module.manual_backward(loss)
    optimizer.step()
    module.last_loss = loss.detach()
