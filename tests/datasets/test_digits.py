import numpy as np
import pytest
from sklearn.datasets import load_digits

from datasets.digits import Digits
from datasets.errors import WrongOption
from datasets.mnist import MNIST


def test_zeros_and_ones_come_with_their_pixels_and_no_official_split():
    samples = Digits().load()
    bunch = load_digits()
    binary = bunch.target < 2
    np.testing.assert_array_equal(samples.inputs[:, 0], bunch.images[binary])
    np.testing.assert_array_equal(samples.labels, bunch.target[binary])
    assert samples.class_names == ("0", "1")
    assert samples.official_train is None
    assert samples.peak == samples.inputs.max() == 16


def test_labels_are_numbered_by_position_in_classes():
    samples = Digits(classes=[7, 3]).load()
    target = load_digits().target
    np.testing.assert_array_equal(samples.labels, (target == 3)[np.isin(target, [3, 7])])
    assert samples.class_names == ("7", "3")


def test_no_choice_keeps_all_ten_digits():
    samples = Digits(classes=None).load()
    np.testing.assert_array_equal(samples.labels, load_digits().target)
    assert samples.classes == 10


@pytest.mark.parametrize(("classes", "count"), [((0, 1), 360), (None, 1797)])
def test_the_caveat_counts_the_images(classes, count):
    (caveat,) = Digits(classes=classes).load().caveats
    assert f"only {count} images of 8x8 pixels" in caveat


@pytest.mark.parametrize("source", [Digits, MNIST])
@pytest.mark.parametrize(
    "classes",
    ["0,12", "01", 12, 1.5, [0, 12], [-1, 1], [0], [], [1, 1], [0, "1"], [0, True], [0, 1.0]],
)
def test_classes_that_are_not_distinct_known_digits_are_refused(source, classes):
    with pytest.raises(WrongOption) as caught:
        source(classes=classes)
    assert caught.value.field == "dataset.classes"
    assert caught.value.value == classes
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in caught.value.remedy


@pytest.mark.parametrize("classes", [[4, 9], (4, 9), iter([4, 9]), np.array([4, 9])])
def test_any_iterable_of_whole_numbers_chooses_classes(classes):
    assert Digits(classes=classes).classes == (4, 9)
