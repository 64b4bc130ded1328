"""Windows at random places of training images, and in the middle of those that are scored."""

import numpy as np
import pytest
import torch

from datasets.augmentation import Augmentation
from datasets.augmentation.erasing import RandomErasing
from datasets.augmentation.geometric import HorizontalFlip, PaddedCrop, Rotation
from datasets.augmentation.window import RandomWindow
from datasets.errors import WrongOption
from datasets.module import SplitData
from datasets.samples import Samples
from datasets.splits import Split

SHARE = 0.875  # 7 of 8: 35 × 42 of 40 × 48 pixels


def places_of(windows, images):
    """Top and left of each window in its image, which holds it once."""
    found = []
    for window, image in zip(windows, images, strict=True):
        every = np.lib.stride_tricks.sliding_window_view(image.numpy(), window.shape)[0]
        (place,) = np.argwhere((every == window.numpy()).all(axis=(2, 3, 4)))
        found.append(tuple(place.tolist()))
    return found


def test_windows_are_parts_of_the_image_in_their_own_size(photos, change):
    windows = change(Augmentation([RandomWindow(SHARE)]), photos)
    assert windows.shape == (12, 3, 35, 42)
    assert len(set(places_of(windows, photos))) > 6


def test_all_places_are_taken_about_equally_often(photos, change):
    many = photos[:1, :, :8, :8].repeat(900, 1, 1, 1)
    places = places_of(change(Augmentation([RandomWindow(0.75)]), many), many)
    counts = {place: places.count(place) for place in set(places)}
    assert sorted(counts) == [(top, left) for top in range(3) for left in range(3)]
    assert min(counts.values()) > 60
    assert max(counts.values()) < 140


def test_scored_images_are_the_window_in_the_middle(photos):
    scored = Augmentation([RandomWindow(SHARE)]).at_test(photos)
    assert places_of(scored, photos) == [(2, 3)] * 12


def test_pipelines_without_windows_leave_scored_images_as_they_are():
    plain = Augmentation([HorizontalFlip(), RandomErasing()])
    assert plain.at_test is None
    assert plain.shape_of((3, 40, 48)) == (3, 40, 48)


def test_a_whole_window_is_the_image(photos, change):
    whole = Augmentation([RandomWindow(1)])
    assert torch.equal(change(whole, photos), photos)
    assert torch.equal(whole.at_test(photos), photos)


def test_windows_compose_with_what_comes_before_and_after(photos, change):
    pipeline = [RandomWindow(SHARE), HorizontalFlip(1.0), RandomErasing(1.0, value=0.0)]
    changed = change(Augmentation(pipeline), photos)
    windows = change(Augmentation(pipeline[:1]), photos)
    kept = changed == windows.flip(3)
    erased = (changed == 0) & ~kept
    assert (kept | erased).all()
    assert erased.flatten(1).any(1).all()
    flipped = change(Augmentation([HorizontalFlip(1.0), RandomWindow(SHARE)]), photos)
    places_of(flipped, photos.flip(3))


def test_windows_of_windows_have_their_shares_multiplied(photos, change):
    twice = Augmentation([RandomWindow(0.5), RandomWindow(0.5)])
    assert change(twice, photos).shape == (12, 3, 10, 12)
    assert twice.at_test(photos).shape == (12, 3, 10, 12)
    assert twice.shape_of((3, 40, 48)) == (3, 10, 12)


def test_an_operation_is_checked_against_the_images_that_reach_it(photos):
    padded = Augmentation([RandomWindow(0.1), PaddedCrop(4)])
    with pytest.raises(WrongOption, match=r"operations.1.padding=4: these images have 4 pixels"):
        padded.checked((3, 40, 48))
    Augmentation([PaddedCrop(4), RandomWindow(0.1)]).checked((3, 40, 48))


@pytest.mark.parametrize("share", [0, 1.5, -1, "half", True, None])
def test_a_share_that_makes_no_sense_is_refused(share):
    with pytest.raises(WrongOption, match=f"share={share}: a number above 0 up to 1"):
        RandomWindow(share)


def test_a_window_that_leaves_nothing_is_refused():
    with pytest.raises(WrongOption, match=r"operations.0.share=0.01: nothing is left of 8 × 8"):
        Augmentation([RandomWindow(0.01)]).checked((1, 8, 8))


@pytest.fixture
def samples(photos):
    """Of two classes, in memory."""
    labels = np.arange(12, dtype=np.int64) % 2
    return Samples(photos.numpy(), labels, ("even", "odd"), 255.0)


def data(samples, *operations, views=None, seed=0):
    augmentation = Augmentation(operations, views=views) if operations else None
    split = Split(np.arange(8), np.arange(8, 12))
    return SplitData(
        samples, split, batch_size=3, augmentation=augmentation, augmentation_seed=seed
    )


@pytest.mark.parametrize("views", [None, 2])
def test_learners_see_one_shape_in_training_and_scoring(samples, photos, views):
    windowed = data(samples, RandomWindow(SHARE), HorizontalFlip(), views=views)
    batches = [images for images, _ in windowed.train_dataloader()]
    assert windowed.shape == (3, 35, 42)
    assert {tuple(images.shape[1:]) for images in batches} == {(3, 35, 42)}
    assert windowed.train_inputs.shape == (8, 3, 35, 42)
    assert windowed.train_inputs.view(0).shape == (8, 3, 35, 42)
    middle = photos[:, :, 2:37, 3:45]
    np.testing.assert_array_equal(windowed.train_inputs, middle[:8])
    np.testing.assert_array_equal(windowed.test_inputs, middle[8:])
    assert torch.equal(next(windowed.test_inputs.split(2)), middle[8:10])


def test_training_images_are_cut_from_the_whole_image_not_from_its_middle(samples, photos):
    """A window of a window would never touch the border."""
    batches = list(data(samples, RandomWindow(SHARE)).train_dataloader())
    windows = {window.numpy().tobytes() for images, _ in batches for window in images}
    every = np.lib.stride_tricks.sliding_window_view(photos[:8].numpy(), (1, 3, 35, 42))
    places = np.argwhere(
        [[[one.tobytes() in windows for one in row] for row in image] for image in every[:, 0]]
    )
    assert len(places) == 8
    assert not set(map(tuple, places[:, 1:].tolist())) <= {(2, 3)}
    assert {0, 1, 4, 5} & set(places[:, 1].tolist())


def test_fixed_views_are_the_same_for_every_cell(samples):
    first = data(samples, RandomWindow(SHARE), views=2, seed=1).train_inputs.view(1)
    second = data(samples, RandomWindow(SHARE), views=2, seed=5).train_inputs.view(1)
    np.testing.assert_array_equal(first, second)
    assert first.identity == second.identity


def test_identities_tell_whole_images_windows_and_views_apart(samples):
    plain, turned = data(samples), data(samples, Rotation([-5, 5]))
    half = data(samples, RandomWindow(0.5), views=2)
    most = data(samples, RandomWindow(SHARE), HorizontalFlip())
    assert plain.test_inputs.identity == turned.test_inputs.identity
    assert half.test_inputs.identity == half.train_inputs.identity
    identities = [
        plain.train_inputs.identity,
        half.train_inputs.identity,
        most.train_inputs.identity,
        half.train_inputs.view(0).identity,
    ]
    assert len(set(identities)) == 4


def test_a_flip_beside_a_window_does_not_change_what_scored_images_are(samples):
    with_flip = data(samples, RandomWindow(SHARE), HorizontalFlip())
    assert with_flip.test_inputs.identity == data(samples, RandomWindow(SHARE)).test_inputs.identity
