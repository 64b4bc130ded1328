"""A generative adversarial network for images whose pixels lie in 0..1."""

from __future__ import annotations

import pytorch_lightning as pl
import torch
from torch.nn import functional

from models.generative.autoencoder import Batches
from models.generative.networks import Decoder, Discriminator

BETAS = (0.5, 0.999)


class ConditionalGAN(pl.LightningModule):
    """Images of a class from `latent` normally distributed numbers.

    Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018: a
    spectrally normalised discriminator, hinge losses (equations 16 and 17), one update of it for
    each of the generator, Adam with betas 0.5 and 0.999 (table 1, setting C, that of Radford et
    al. 2016). The class joins the generator's latents as one number of each class (Mirza &
    Osindero, "Conditional generative adversarial nets", 2014).
    """

    automatic_optimization = False

    def __init__(
        self, shape: tuple[int, ...], classes: int, latent: int, channels: int, lr: float
    ) -> None:
        super().__init__()
        self.generator = Decoder(shape, latent + classes, channels, normalised=True)
        self.discriminator = Discriminator(shape, classes, channels, numbers=4 * channels)
        self.classes, self.latent, self.lr = classes, latent, lr

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        networks = (self.generator, self.discriminator)
        return [torch.optim.Adam(n.parameters(), lr=self.lr, betas=BETAS) for n in networks]

    def training_step(self, dataloader_iter: Batches) -> None:
        (images, labels), _, _ = next(dataloader_iter)
        optimizers = self.optimizers()
        assert isinstance(optimizers, list)
        of_generator, of_discriminator = optimizers
        generated = self._from_noise(labels, torch.randn(len(labels), self.latent))

        both = torch.cat([images, generated.detach()]), labels.repeat(2)
        real, made_up = self.discriminator(*both).chunk(2)
        found = functional.relu(1 - real).mean() + functional.relu(1 + made_up).mean()
        of_discriminator.zero_grad()
        self.manual_backward(found)
        of_discriminator.step()

        taken = -self.discriminator(generated, labels).mean()
        of_generator.zero_grad()
        self.manual_backward(taken)
        of_generator.step()
        self.last_loss = (found + taken).detach()

    @torch.inference_mode()
    def generate(self, labels: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
        """New images of these classes (m,): (m, C, H, W) in 0..1."""
        return self._from_noise(labels, torch.randn((len(labels), self.latent), generator=noise))

    def _from_noise(self, labels: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
        of_class = functional.one_hot(labels, self.classes).float()
        pixels: torch.Tensor = self.generator(torch.cat([latents, of_class], dim=1)).sigmoid()
        return pixels
