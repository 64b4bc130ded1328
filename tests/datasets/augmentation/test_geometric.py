"""Geometric operations against numpy's own flips, turns and paddings."""

import numpy as np
import pytest
import torch

from datasets.augmentation import Augmentation
from datasets.augmentation.geometric import (
    HorizontalFlip,
    PaddedCrop,
    RandomResizedCrop,
    Rotation,
    Scale,
    Translation,
    VerticalFlip,
)
from datasets.augmentation.warp import FILLS
from datasets.errors import WrongOption


@pytest.mark.parametrize(("flip", "axis"), [(HorizontalFlip, 3), (VerticalFlip, 2)])
def test_a_flip_is_exactly_that_of_numpy(flip, axis, photos, change):
    flipped = change(Augmentation([flip(1.0)]), photos)
    np.testing.assert_array_equal(flipped, np.flip(photos.numpy(), axis))


def test_about_half_of_the_images_are_flipped_and_the_others_stay(photos, change):
    many = photos[:1].repeat(400, 1, 1, 1)
    changed = change(Augmentation([HorizontalFlip(0.5)]), many)
    stayed = (changed == many).flatten(1).all(1)
    flipped = (changed == many.flip(3)).flatten(1).all(1)
    assert (stayed ^ flipped).all()
    assert 150 < flipped.sum() < 250


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_right_angles_turn_a_square_exactly_counter_clockwise(degrees, turns, photos, change):
    square = photos[:, :, :, :40]
    turned = change(Augmentation([Rotation([degrees, degrees])]), square)
    np.testing.assert_array_equal(turned, np.rot90(square.numpy(), turns, axes=(2, 3)))


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("channels", [1, 3])
def test_fills_are_those_of_numpy_pad(fill, channels, photos, change):
    images = photos[:, :channels]
    crops = change(Augmentation([PaddedCrop(5)], fill=fill), images)
    assert len({_place_in_padded(*pair, fill) for pair in zip(crops, images, strict=True)}) > 6


def _place_in_padded(crop, image, fill):
    """Where numpy's padded image holds the crop."""
    padded = np.pad(image.numpy(), ((0, 0), (5, 5), (5, 5)), mode=fill)
    windows = np.lib.stride_tricks.sliding_window_view(padded, crop.shape)[0]
    (places,) = [np.argwhere((windows == crop.numpy()).all(axis=(2, 3, 4)))]
    assert len(places) == 1
    return tuple(places[0].tolist())


def test_a_constant_fill_is_a_share_of_the_peak(photos, change):
    white = Augmentation([Translation(0.9)], fill="constant", fill_value=1.0, peak=16)
    moved = change(white, torch.zeros(8, 1, 20, 20, dtype=torch.uint8))
    assert moved.unique().tolist() == [0, 16]


def test_translations_reach_their_share_of_each_side_in_whole_pixels(change):
    dots = torch.zeros(300, 1, 21, 41, dtype=torch.uint8)
    dots[:, :, 10, 20] = 200
    moved = change(Augmentation([Translation(0.2)], fill="constant"), dots)
    assert (moved.flatten(1).sum(1) == 200).all()
    _, _, down, across = moved.nonzero(as_tuple=True)
    assert sorted(set((down - 10).tolist())) == list(range(-4, 5))
    assert sorted(set((across - 20).tolist())) == list(range(-8, 9))


def test_scaling_leaves_the_centre_where_it_is_and_moves_the_rest(change):
    dots = torch.zeros(1, 1, 21, 21, dtype=torch.uint8)
    dots[0, 0, 10, 10] = dots[0, 0, 10, 14] = 200
    twice = change(Augmentation([Scale([2, 2])]), dots)
    half = change(Augmentation([Scale([0.5, 0.5])], fill="constant"), dots)
    assert twice[0, 0, 10, 10] == twice[0, 0, 10, 18] == 200
    assert half[0, 0, 10, 10] == half[0, 0, 10, 12] == 200


def test_a_crop_shows_only_the_image_whatever_the_fill(change):
    bright = torch.full((50, 3, 30, 50), 180, dtype=torch.uint8)
    crop = Augmentation([RandomResizedCrop([0.1, 1.0])], fill="constant")
    assert (change(crop, bright) == 180).all()


def test_a_crop_has_the_asked_share_of_the_area(change):
    ramps = torch.arange(200, dtype=torch.uint8).repeat(300, 1, 200, 1)
    ramps = torch.cat([ramps, ramps.transpose(2, 3), ramps], 1)
    crops = change(Augmentation([RandomResizedCrop([0.25, 0.25])]), ramps).int()
    wide = crops[:, 0, 0, -1] - crops[:, 0, 0, 0]
    high = crops[:, 1, -1, 0] - crops[:, 1, 0, 0]
    areas, ratios = wide * high / 199**2, wide / high
    assert torch.allclose(areas, torch.tensor(0.25), atol=0.01)
    assert 0.73 < ratios.min() < 0.78
    assert 1.28 < ratios.max() < 1.36


def test_neighbours_are_done_in_their_order_with_one_interpolation(photos, change):
    there_and_back = [Rotation([30, 30]), Scale([0.5, 0.5]), Scale([2, 2]), Rotation([-30, -30])]
    assert (change(Augmentation(there_and_back), photos) == photos).all()
    square = photos[:, :, :, :40]
    turned_first = change(Augmentation([Rotation([90, 90]), HorizontalFlip(1.0)]), square)
    np.testing.assert_array_equal(turned_first, np.rot90(square, 1, axes=(2, 3))[:, :, :, ::-1])


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (HorizontalFlip, {"probability": 0}, "probability"),
        (VerticalFlip, {"probability": 1.5}, "probability"),
        (Rotation, {"degrees": 15}, "degrees"),
        (Rotation, {"degrees": [15, -15]}, "degrees"),
        (Scale, {"factor": [0, 1]}, "factor"),
        (Translation, {"share": float("nan")}, "share"),
        (PaddedCrop, {"padding": 2.5}, "padding"),
        (RandomResizedCrop, {"area": [0, 1]}, "area"),
        (RandomResizedCrop, {"area": [0.5, 1], "ratio": [0.5]}, "ratio"),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_field(kind, fields, field):
    with pytest.raises(WrongOption, match=f"^{field}="):
        kind(**fields)
