"""From images to numbers by convolutions, and back; the same pattern for images of any side."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from models.options import require_images

LARGEST_SIDE = 7  # pixels of the last feature maps: 8 become 4, 28 become 7, 64 become 4; ours
MOST_WIDTHS = 4  # times the width of the first feature maps; ours


class Encoder(nn.Module):
    """Images (m, C, H, W) to numbers (m, outputs): convolutions of stride 2, then a linear layer.

    A convolution halves the sides, rounded up, until the longer one has at most 7 pixels; the
    number of feature maps begins with `channels` and doubles up to four times that (after Radford
    et al., "Unsupervised representation learning with deep convolutional generative adversarial
    networks", ICLR 2016, which has no pooling either; sizes ours). `further` numbers of each image
    (m, further), such as its class, join before the linear layer.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        outputs: int,
        channels: int,
        further: int = 0,
        slope: float = 0.0,
    ) -> None:
        super().__init__()
        sides, widths = feature_maps(shape, channels)
        layers: list[nn.Module] = []
        for inputs, width in pairwise([shape[0], *widths]):
            layers += [nn.Conv2d(inputs, width, 3, stride=2, padding=1), _activation(slope)]
        self.convolutions = nn.Sequential(*layers, nn.Flatten())
        height, width = sides[-1]
        self.last = nn.Linear(widths[-1] * height * width + further, outputs)

    def forward(self, images: torch.Tensor, *further: torch.Tensor) -> torch.Tensor:
        numbers: torch.Tensor = self.last(torch.cat([self.convolutions(images), *further], dim=1))
        return numbers


class Decoder(nn.Module):
    """Numbers (m, inputs) to the logits of pixels (m, C, H, W): the encoder the other way round.

    A linear layer, then transposed convolutions that double the sides; what is beyond the image is
    cut off. With `normalised` there is batch normalisation before each ReLU, as Radford et al.
    (2016) have it in a generator.
    """

    def __init__(
        self, shape: tuple[int, ...], inputs: int, channels: int, normalised: bool = False
    ) -> None:
        super().__init__()
        sides, widths = feature_maps(shape, channels)
        self.shape = tuple(shape)
        self.start = (widths[-1], *sides[-1])
        height, width = sides[-1]
        self.first = nn.Linear(inputs, widths[-1] * height * width)
        layers = _normalised_relu(widths[-1], normalised)
        for before, after in pairwise(widths[::-1]):
            layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1))
            layers += _normalised_relu(after, normalised)
        layers.append(nn.ConvTranspose2d(widths[0], shape[0], 4, stride=2, padding=1))
        self.convolutions = nn.Sequential(*layers)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        images = self.convolutions(self.first(numbers).unflatten(1, self.start))
        cut: torch.Tensor = images[:, :, : self.shape[1], : self.shape[2]]
        return cut


class Discriminator(nn.Module):
    """How real images (m, C, H, W) look as members of their classes (m,): scores (m,).

    A linear function of the encoder's numbers and their inner product with a vector of the class
    (Miyato & Koyama, "cGANs with projection discriminator", ICLR 2018, equation 3). All weights
    are divided by their spectral norm (Miyato et al., "Spectral normalization for generative
    adversarial networks", ICLR 2018); leaky ReLU with slope 0.1, as there.
    """

    def __init__(self, shape: tuple[int, ...], classes: int, channels: int, numbers: int) -> None:
        super().__init__()
        self.encoder = Encoder(shape, numbers, channels, slope=0.1)
        self.activation = _activation(0.1)
        self.realness = nn.Linear(numbers, 1)
        self.of_class = nn.Embedding(classes, numbers)
        for layer in list(self.modules()):
            if isinstance(layer, nn.Conv2d | nn.Linear | nn.Embedding):
                nn.utils.parametrizations.spectral_norm(layer)

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        numbers = self.activation(self.encoder(images))
        realness, of_class = self.realness(numbers)[:, 0], self.of_class(labels)
        scores: torch.Tensor = realness + (numbers * of_class).sum(dim=1)
        return scores


def feature_maps(shape: tuple[int, ...], channels: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Height and width of the feature maps of an encoder, layer by layer, and how many there are.

    Raises ValueError for inputs that are no images (C, H, W).
    """
    require_images(shape)
    height, width = shape[1:]
    sides: list[tuple[int, int]] = []
    while not sides or max(height, width) > LARGEST_SIDE:
        height, width = -(-height // 2), -(-width // 2)
        sides.append((height, width))
    return sides, [channels * min(2**layer, MOST_WIDTHS) for layer in range(len(sides))]


def _activation(slope: float) -> nn.Module:
    return nn.LeakyReLU(slope, inplace=True) if slope else nn.ReLU(inplace=True)


def _normalised_relu(width: int, normalised: bool) -> list[nn.Module]:
    return [nn.BatchNorm2d(width)] * normalised + [nn.ReLU(inplace=True)]
