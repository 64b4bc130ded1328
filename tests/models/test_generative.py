"""Training samples enlarged by generated images: what is added, and what it is made of."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from datasets.digits import Digits
from datasets.module import OutOfReach, SplitData
from datasets.samples import Samples
from datasets.splits import Split
from models.generative import GANSamples, VAESamples
from models.generative.autoencoder import divergence, pixel_loss
from models.generative.networks import Decoder, Discriminator, Encoder

TINY = {"latent": 4, "channels": 4, "updates": 3, "batch_size": 8, "lr": 1e-3}
KINDS = {"vae": VAESamples, "gan": GANSamples}
SHAPES = [(1, 8, 8), (1, 28, 28), (3, 64, 64), (3, 15, 22)]


def part_of(images, labels, classes, peak=255.0, train=None):
    names = tuple("abcdefghij"[:classes])
    samples = Samples(images, np.asarray(labels, dtype=np.int64), names, peak)
    places = np.arange(len(labels)) if train is None else np.asarray(train)
    rest = np.setdiff1d(np.arange(len(labels)), places)
    return SplitData(samples, Split(places, rest), batch_size=8).training


def noise(count, shape=(1, 8, 8), peak=255, seed=0):
    drawn = np.random.default_rng(seed).integers(0, peak + 1, (count, *shape))
    return drawn.astype(np.uint8)


@pytest.fixture
def uneven():
    """Six images of class 0, three of class 1, a single one of class 2; pixels 0..16."""
    return part_of(noise(10, peak=16), [0] * 6 + [1] * 3 + [2], classes=3, peak=16.0)


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def test_the_training_images_come_first_and_generated_ones_of_the_same_type_follow(kind, uneven):
    images, labels, weights = kind(ratio=1, **TINY)(uneven, seed=3)
    assert (images.dtype, images.shape) == (np.uint8, (20, 1, 8, 8))
    assert labels.dtype == np.int64
    assert weights is None
    assert np.array_equal(images[:10], np.asarray(uneven.train_inputs))
    assert np.array_equal(labels[:10], uneven.train_labels.numpy())
    assert images.max() <= 16


@pytest.mark.parametrize(
    ("ratio", "counts"), [(0.5, [3, 2, 0]), (1, [6, 3, 1]), (2.0, [12, 6, 2]), (0.01, [1, 0, 0])]
)
def test_the_ratio_says_how_many_and_classes_keep_their_shares(kind, uneven, ratio, counts):
    _, labels, _ = kind(ratio=ratio, **TINY)(uneven, seed=3)
    assert np.bincount(labels[10:], minlength=3).tolist() == counts


def test_the_same_seed_generates_the_same_images(kind, uneven):
    first, again, other = (kind(ratio=1, **TINY)(uneven, seed)[0] for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_images_of_other_samples_do_not_come_in(kind):
    images, labels = noise(20), [0, 1] * 10
    changed = np.concatenate([images[:10], 255 - images[10:]])
    made = [
        kind(ratio=1, **TINY)(part_of(some, labels, 2, train=range(10)), seed=1)[0]
        for some in (images, changed)
    ]
    assert made[0].tobytes() == made[1].tobytes()


def test_no_test_image_can_be_asked_for(uneven):
    with pytest.raises(OutOfReach):
        _ = uneven.test_inputs


@pytest.mark.parametrize("shape", SHAPES)
def test_images_of_any_side_are_generated(kind, shape):
    images, _, _ = kind(ratio=1, **TINY)(part_of(noise(4, shape), [0, 1, 0, 1], 2), seed=0)
    assert images.shape == (8, *shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_encoder_decoder_and_discriminator_fit_each_other(shape):
    images, labels = torch.rand(5, *shape), torch.arange(5) % 2
    numbers = Encoder(shape, 6, channels=4)(images)
    assert numbers.shape == (5, 6)
    assert Decoder(shape, 6, channels=4)(numbers).shape == images.shape
    assert Discriminator(shape, 2, channels=4, numbers=8)(images, labels).shape == (5,)


def test_the_discriminator_changes_no_faster_than_its_inputs():
    """Spectral normalisation bounds the slope of every layer by 1 (Miyato et al. 2018)."""
    torch.manual_seed(0)
    network = Discriminator((1, 8, 8), 2, channels=8, numbers=8).train()
    images, labels = torch.rand(16, 1, 8, 8), torch.zeros(16, dtype=torch.int64)
    for _ in range(20):  # power iterations
        network(images, labels)
    linear = network.realness.weight
    assert torch.linalg.matrix_norm(linear, 2).item() == pytest.approx(1, abs=1e-3)


def test_the_divergence_is_that_of_two_normal_distributions():
    mean, log_variance = torch.tensor([[1.0, -0.5]]), torch.tensor([[0.3, -1.2]])
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(
        normal(mean, (log_variance / 2).exp()), normal(torch.zeros(1, 2), torch.ones(1, 2))
    ).sum()
    torch.testing.assert_close(divergence(mean, log_variance), expected)
    assert divergence(torch.zeros(3, 2), torch.zeros(3, 2)) == 0


def test_the_loss_of_pixels_is_summed_over_an_image_and_averaged_over_images():
    logits, images = torch.zeros(3, 1, 4, 4), torch.rand(3, 1, 4, 4)
    assert pixel_loss(logits, images).item() == pytest.approx(16 * np.log(2), rel=1e-5)


def test_generated_digits_look_like_their_class():
    """Nearest to the mean image of their own class, of the training sample, more often than not."""
    samples = Digits((0, 1)).load()
    split = Split(np.arange(60), np.arange(60, 360))
    training = SplitData(samples, split, batch_size=8).training
    options = TINY | {"latent": 2, "updates": 150, "batch_size": 16, "channels": 8, "lr": 1e-2}
    images, labels, _ = VAESamples(ratio=1, **options)(training, seed=0)
    real, made = images[:60].astype(float), images[60:].astype(float)
    means = np.stack([real[labels[:60] == label].mean(axis=0) for label in (0, 1)])
    far = np.square(made[:, None] - means).sum(axis=(2, 3, 4))
    assert (far.argmin(axis=1) == labels[60:]).mean() > 0.9


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ratio": 0}, "ratio=0: a positive number"),
        ({"ratio": "1"}, "ratio=1: a positive number"),
        ({"latent": 0}, "latent=0: a whole number"),
        ({"updates": 1.5}, "updates=1.5: a whole number"),
        ({"lr": -1}, "lr=-1: a positive number"),
    ],
)
def test_wrong_options_are_refused_by_name(kind, changes, told):
    with pytest.raises(ValueError, match=told):
        kind(**{"ratio": 1, **TINY, **changes})


def test_rows_of_a_table_are_refused(kind):
    table = Samples(
        np.zeros((4, 3), np.float32), np.arange(4) % 2, ("a", "b"), 1.0, levels=(0,) * 3
    )
    training = SplitData(table, Split(np.arange(4), np.arange(0))).training
    with pytest.raises(ValueError, match="takes images"):
        kind(ratio=1, **TINY)(training, seed=0)


def test_planning_needs_no_torch():
    code = "import sys, models.generative; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
