"""What an image becomes depends on it, the seed, the view and its number, and on nothing else."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from datasets.augmentation import Augmentation
from datasets.augmentation.colour import ColourJitter
from datasets.augmentation.erasing import RandomErasing
from datasets.augmentation.foreign import AlbumentationsPipeline, TorchvisionPipeline
from datasets.augmentation.geometric import HorizontalFlip, RandomResizedCrop, Rotation
from datasets.augmentation.noise import GaussianNoise, SaltAndPepper

OWN = (
    HorizontalFlip(),
    Rotation([-30, 30]),
    ColourJitter(0.3, 0.3, 0.3, 0.1),
    RandomResizedCrop([0.5, 1]),
    GaussianNoise(0.05),
    SaltAndPepper(0.05),
    RandomErasing(),
)
FOREIGN = (
    TorchvisionPipeline([{"_target_": "torchvision.transforms.v2.RandomRotation", "degrees": 30}]),
    AlbumentationsPipeline([{"_target_": "albumentations.GaussNoise", "p": 0.8}]),
)
EVERYTHING = pytest.mark.parametrize("operations", [OWN, FOREIGN], ids=["own", "foreign"])
DIGEST = """
import numpy as np
from tests.datasets.augmentation.test_repeatable import OWN, digest, pattern
from datasets.augmentation import Augmentation
print(digest(Augmentation(OWN)(pattern(), 5, 2, np.arange(40))))
"""


def pattern():
    values = np.arange(40 * 3 * 96 * 100, dtype=np.uint64) * np.uint64(2654435761)
    return torch.from_numpy((values >> np.uint64(20)).astype(np.uint8).reshape(40, 3, 96, 100))


def digest(images):
    return hashlib.sha256(images.numpy().tobytes()).hexdigest()


@EVERYTHING
def test_batches_may_be_cut_and_ordered_in_any_way(operations, photos):
    augmentation, samples = Augmentation(operations), np.arange(100, 100 + len(photos))
    whole = augmentation(photos, 3, 1, samples)
    cut = [augmentation(photos[k : k + 5], 3, 1, samples[k : k + 5]) for k in range(0, 12, 5)]
    assert (torch.cat(cut) == whole).all()
    order = np.random.default_rng(0).permutation(len(photos))
    assert (augmentation(photos[order], 3, 1, samples[order]) == whole[order]).all()


@EVERYTHING
def test_another_seed_view_or_sample_gives_another_image(operations, photos):
    augmentation = Augmentation(operations)
    same = photos[:1].repeat(30, 1, 1, 1)
    seen = [augmentation(same, seed, 0, np.arange(30)) for seed in (0, 1)]
    seen += [augmentation(same, 0, view, np.arange(30)) for view in (1, 2**40)]
    distinct = {image.numpy().tobytes() for batch in seen for image in batch}
    assert len(distinct) > 100


@EVERYTHING
def test_neither_the_given_images_nor_the_random_state_change(operations, photos):
    before, states = photos.clone(), (torch.random.get_rng_state(), np.random.get_state()[1].copy())
    Augmentation(operations)(photos, 0, 0, np.arange(len(photos)))
    assert (photos == before).all()
    assert (torch.random.get_rng_state() == states[0]).all()
    assert (np.random.get_state()[1] == states[1]).all()


@EVERYTHING
def test_channels_need_not_lie_one_after_the_other(operations, photos):
    samples = np.arange(len(photos))
    shuffled = photos.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    augmentation = Augmentation(operations)
    assert (augmentation(shuffled, 0, 0, samples) == augmentation(photos, 0, 0, samples)).all()


def test_the_number_of_threads_changes_no_bit():
    asked, found = torch.get_num_threads(), set()
    for threads in (1, 2, 4):
        torch.set_num_threads(threads)
        found.add(digest(Augmentation(OWN)(pattern(), 5, 2, np.arange(40))))
    torch.set_num_threads(asked)
    assert len(found) == 1


@pytest.mark.slow
def test_another_process_makes_the_same_images():
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest(Augmentation(OWN)(pattern(), 5, 2, np.arange(40)))


def test_an_operation_draws_the_same_whatever_comes_after_it(photos):
    samples = np.arange(len(photos))
    flip, noise = HorizontalFlip(), GaussianNoise(0.02)
    flipped = Augmentation([flip])(photos, 0, 0, samples).int()
    noisy = Augmentation([flip, noise])(photos, 0, 0, samples).int()
    assert (noisy - flipped).abs().max() < 26


def test_the_raw_numbers_are_those_of_philox():
    """Philox 4×64-10 (Salmon et al. 2011) from its definition."""
    from datasets.augmentation.chance import stream_of

    words, keys = [1, 2, 1, 3], [7, 0]
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * words[0], 0xCA5A826395121157 * words[2]
        high, low = second >> 64, second % 2**64
        words = [high ^ words[1] ^ keys[0], low, first >> 64 ^ words[3] ^ keys[1], first % 2**64]
        keys = [(keys[0] + 0x9E3779B97F4A7C15) % 2**64, (keys[1] + 0xBB67AE8584CAA73B) % 2**64]
    assert stream_of(7, 1, 3, 2).random_raw(4).tolist() == words


def test_equal_texts_state_equal_pipelines_and_nothing_that_does_not_matter():
    flip, turn = HorizontalFlip(), Rotation([-5, 5])
    texts = [
        Augmentation([flip]).text,
        Augmentation([HorizontalFlip(0.4)]).text,
        Augmentation([flip], peak=16).text,
        Augmentation([flip, turn]).text,
        Augmentation([turn, flip]).text,
        Augmentation([flip, turn], fill="constant").text,
        Augmentation([flip, turn], fill="constant", fill_value=0.5).text,
        Augmentation(FOREIGN).text,
    ]
    assert len(set(texts)) == len(texts)
    assert all(json.loads(text) for text in texts)
    assert Augmentation([flip], fill="edge").text == texts[0]
    assert Augmentation([flip, turn], fill_value=0.5).text == texts[3]
    assert Augmentation([flip], views=7).text == texts[0]
