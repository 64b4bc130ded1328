"""Colour, noise and erasing: what they do to pixels, measured on many images."""

import colorsys

import numpy as np
import pytest
import torch

from datasets.augmentation import Augmentation
from datasets.augmentation.colour import LUMA, ColourJitter
from datasets.augmentation.erasing import RandomErasing
from datasets.augmentation.noise import GaussianNoise, SaltAndPepper
from datasets.errors import WrongOption


def plain(count, *channels, side=32):
    values = torch.tensor(channels, dtype=torch.uint8)
    return values[None, :, None, None].repeat(count, 1, side, side)


@pytest.mark.parametrize("channels", [(100,), (100, 60, 20)])
def test_brightness_multiplies_all_values_by_one_factor(channels, change):
    changed = change(Augmentation([ColourJitter(brightness=0.5)]), plain(300, *channels))
    assert (changed.flatten(2).amax(2) == changed.flatten(2).amin(2)).all()
    factors = changed[:, :, 0, 0].double() / torch.tensor(channels)
    assert 0.49 < factors[:, 0].min() < 0.52
    assert 1.48 < factors[:, 0].max() < 1.51
    assert (factors - factors[:, :1]).abs().max() < 0.06  # rounding


@pytest.mark.parametrize("channels", [1, 3])
def test_contrast_keeps_the_mean_luma_and_changes_the_spread(channels, photos, change):
    images = (photos[:, :channels] // 2 + 64).double()
    changed = change(Augmentation([ColourJitter(contrast=0.5)]), images.byte()).double()
    weights = torch.tensor(LUMA if channels == 3 else [1.0])

    def luma(batch):
        return torch.einsum("c,ncp->np", weights, batch.flatten(2))

    assert (luma(changed).mean(1) - luma(images).mean(1)).abs().max() < 1
    spread = luma(changed).std(1) / luma(images).std(1)
    assert spread.min() < 0.8
    assert spread.max() > 1.2


def test_grey_stays_grey_and_luma_stays_in_saturation_and_hue(photos, change):
    jitter = Augmentation([ColourJitter(saturation=1.0, hue=0.5)])
    grey = photos[:, :1].expand(-1, 3, -1, -1)
    assert (change(jitter, grey).int() - grey.int()).abs().max() <= 1
    muted = 96 + photos // 4  # nothing to clip
    before, after = (
        np.einsum("c,nchw->nhw", LUMA, x) for x in (muted, change(jitter, muted).numpy())
    )
    assert np.abs(before - after).max() <= 1


def test_hue_turns_colours_and_changes_no_grey(change):
    changed = change(Augmentation([ColourJitter(hue=0.5)]), plain(200, 150, 110, 110))
    colours = changed[:, :, 0, 0].numpy() / 255
    hues = np.array([colorsys.rgb_to_hsv(*colour)[0] for colour in colours])
    assert len(np.unique(np.floor(hues * 6))) == 6  # all round the circle


def test_a_grey_image_has_neither_saturation_nor_hue(change):
    jitter = Augmentation([ColourJitter(brightness=0.2, saturation=0.2)])
    with pytest.raises(WrongOption, match=r"^augmentation.operations.0.saturation=0.2: grey"):
        change(jitter, plain(1, 100))


def test_gaussian_noise_has_mean_0_and_the_asked_deviation(change):
    noise = Augmentation([GaussianNoise(0.1)])
    noisy = change(noise, plain(20, 128, 128, 128, side=64)).double() - 128
    assert abs(noisy.mean()) < 0.2
    assert noisy.std() == pytest.approx(25.5, rel=0.01)
    flat = noisy.flatten(1)
    assert abs(np.corrcoef(flat)[np.triu_indices(20, 1)]).max() < 0.05
    assert abs(np.corrcoef(flat[:, 1:].flatten(), flat[:, :-1].flatten())[0, 1]) < 0.02


def test_salt_and_pepper_hits_whole_pixels_equally_often_with_both(change):
    hit = change(Augmentation([SaltAndPepper(0.2)]), plain(50, 90, 100, 110, side=64))
    salt, pepper = ((hit == value).all(1).double().mean() for value in (255, 0))
    kept = (hit == torch.tensor([90, 100, 110])[None, :, None, None]).all(1).double().mean()
    assert salt == pytest.approx(0.1, rel=0.03)
    assert pepper == pytest.approx(0.1, rel=0.03)
    assert salt + pepper + kept == pytest.approx(1)


def test_erasing_overwrites_one_rectangle_within_the_asked_area(change):
    black = Augmentation([RandomErasing(1.0, area=[0.1, 0.3], value=0)])
    erased = change(black, plain(200, 200, side=50))[:, 0] == 0
    for mask in erased:
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        box = mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert box.all()
        assert 0.09 < mask.double().mean() < 0.32
        assert 0.25 < box.shape[0] / box.shape[1] < 4


def test_erasing_with_random_values_uses_all_of_them(change):
    erased = change(Augmentation([RandomErasing(1.0)], peak=16), plain(100, 99))
    assert set(erased.unique().tolist()) == {*range(17), 99}


def test_erasing_leaves_the_other_images_alone(change):
    erased = change(Augmentation([RandomErasing(0.25, value=1.0)]), plain(400, 0))
    assert 60 < erased.flatten(1).any(1).sum() < 140


@pytest.mark.parametrize(
    "operation",
    [ColourJitter(brightness=1, contrast=1), GaussianNoise(1.0), SaltAndPepper(0.9)],
    ids=lambda operation: type(operation).__name__,
)
@pytest.mark.parametrize("channels", [1, 3])
def test_no_value_leaves_the_range_of_the_data_set(operation, channels, photos, change):
    digits = photos[:, :channels] // 16
    assert change(Augmentation([operation], peak=16), digits).max() == 16


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (ColourJitter, {}, "brightness"),
        (ColourJitter, {"hue": 0.6}, "hue"),
        (GaussianNoise, {"standard_deviation": 0}, "standard_deviation"),
        (SaltAndPepper, {"share": True}, "share"),
        (RandomErasing, {"value": "mean"}, "value"),
        (RandomErasing, {"area": [0, 0]}, "area"),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_field(kind, fields, field):
    with pytest.raises(WrongOption, match=f"^{field}="):
        kind(**fields)
