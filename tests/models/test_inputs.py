import numpy as np
import pytest
import torch

from models.inputs import InputScaling
from models.scaling import KINDS, flat_pixels, shift_and_factor

IMAGES = torch.tensor([[0, 10, 7, 255], [4, 20, 7, 0], [8, 60, 7, 51]]).float().view(3, 1, 2, 2)


def test_raw_leaves_pixels_as_they_are():
    assert torch.equal(InputScaling("raw", IMAGES, peak=255)(IMAGES), IMAGES)


def test_unit_divides_by_the_largest_possible_pixel_not_the_largest_seen():
    scaled = InputScaling("unit", IMAGES[1:], peak=16)(IMAGES)
    torch.testing.assert_close(scaled, IMAGES / 16)


def test_standardise_gives_mean_zero_and_sample_deviation_one():
    scaled = InputScaling("standardise", IMAGES, peak=255)(IMAGES).flatten(1)
    varying = scaled[:, [0, 1, 3]]
    torch.testing.assert_close(varying.mean(0), torch.zeros(3), atol=1e-6, rtol=0)
    torch.testing.assert_close(varying.std(0, correction=1), torch.ones(3))
    torch.testing.assert_close(scaled[:, 0], torch.tensor([-1.0, 0.0, 1.0]))


def test_standardise_makes_a_constant_pixel_zero_even_where_a_new_image_differs():
    scaling = InputScaling("standardise", IMAGES, peak=255)
    assert scaling(torch.full((2, 1, 2, 2), 99.0)).flatten(1)[:, 2].tolist() == [0, 0]


def test_standardise_of_a_single_image_is_zero_and_finite():
    assert InputScaling("standardise", IMAGES[:1], peak=255)(IMAGES).abs().sum() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_networks_and_estimators_see_the_same_numbers(kind):
    shift, factor = shift_and_factor(kind, IMAGES, peak=255)
    for_estimators = flat_pixels((IMAGES.numpy() - shift) * factor)
    for_networks = InputScaling(kind, IMAGES, peak=255)(IMAGES).flatten(1)
    np.testing.assert_allclose(for_networks.numpy(), for_estimators, rtol=1e-6, atol=1e-6)


def test_scaling_has_nothing_to_train():
    assert list(InputScaling("standardise", IMAGES, peak=255).parameters()) == []


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="inputs=zscore: one of raw, unit, standardise"):
        InputScaling("zscore", IMAGES, peak=255)
