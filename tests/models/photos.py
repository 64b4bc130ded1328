"""Lazy images for learners, with no data set behind them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch

from tests.models.conftest import Batches, names_of


class Photos:
    """Images that know their places; view k is k times shifted by a pixel."""

    def __init__(self, pixels, index, number=0, name="photos"):
        self.pixels, self.index, self.number, self.name = pixels, np.asarray(index), number, name
        self.taken = []  # places whose images were asked for

    def __len__(self):
        return len(self.index)

    @property
    def shape(self):
        return (len(self), *self.pixels.shape[1:])

    @property
    def identity(self):
        return f"{self.name} view {self.number}"

    def take(self, positions):
        places = self.index[np.asarray(positions)]
        self.taken += places.tolist()
        return torch.from_numpy(np.roll(self.pixels[places], self.number, axis=3))

    def split(self, size):
        return map(self.take, np.array_split(np.arange(len(self)), range(size, len(self), size)))

    def view(self, number):
        return Photos(self.pixels, self.index, number + 1, self.name)

    def __array__(self, dtype=None, copy=None):
        return self.take(np.arange(len(self))).numpy().astype(dtype or np.uint8)


def coloured(samples, side=32, channels=3, classes=2, seed=0):
    """Noise, brighter in a channel or half of the image by class."""
    noise = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    pixels = noise.integers(0, 120, size=(samples, channels, side, side), dtype=np.uint8)
    for image, label in zip(pixels, labels, strict=True):
        image[label % channels, : side // (1 + label)] += 120
    return pixels, torch.from_numpy(labels)


def photo_data(samples=10, batch_size=4, augmented=False, views=None, **made):
    pixels, labels = coloured(samples, **made)
    images = Photos(pixels, np.arange(samples))
    tensors = torch.from_numpy(pixels)
    return SimpleNamespace(
        train_inputs=images,
        train_labels=labels,
        train_dataloader=lambda: Batches(tensors, labels, batch_size),
        shape=pixels.shape[1:],
        classes=int(labels.max()) + 1,
        class_names=names_of(int(labels.max()) + 1),
        peak=255.0,
        epoch_size=samples,
        class_weights=None,
        augmented=augmented,
        views=views,
    )
