"""Pictures that show what was done to them, and the samples' numbers that go with a batch."""

import numpy as np
import pytest
import torch


@pytest.fixture
def photos():
    """Smooth colour images with texture, 12 of 3×40×48."""
    return photos_of(12, 3, 40, 48)


def photos_of(count, channels, height, width, peak=255):
    """Different in every pixel, channel and image, and using the whole range 0..peak."""
    generator = np.random.default_rng(0)
    coarse = generator.random((count, channels, height // 4 + 1, width // 4 + 1))
    fine = np.kron(coarse, np.ones((4, 4)))[:, :, :height, :width]
    mixed = 0.7 * fine + 0.3 * generator.random((count, channels, height, width))
    return torch.from_numpy((mixed * peak).round().astype(np.uint8))


@pytest.fixture
def change():
    """`change(augmentation, images)`: sample k is the k-th image, seed 0, view 0."""

    def call(augmentation, images, seed=0, view=0, first=0):
        return augmentation(images, seed, view, first + np.arange(len(images)))

    return call
