"""`scarce show`: samples before and after an augmentation, as one picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

DIGITS = ("show", "dataset=digits01")
BLANK = 255


@pytest.fixture
def show(scarce, tmp_path, monkeypatch):
    """`show("augmentation=flip")`: what was printed, and the picture as an array (H, W, 3)."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        outcome = scarce(*DIGITS, *words)
        assert outcome.code == 0, outcome.err
        return outcome, np.asarray(Image.open(outcome.out.strip()).convert("RGB"))

    return call


def cells(picture, rows, columns):
    """The drawn images, each as an array, by row; found by what is black in the corners."""
    inches = 200
    tall = wide = round(0.95 * inches)
    gap = round(0.06 * inches)
    bottom = picture.shape[0] - round((0.08 + 0.06) * inches) - rows * tall - (rows - 1) * gap
    left = round(0.95 * inches)
    return [
        [
            picture[top : top + tall, across : across + wide]
            for across in range(left, left + columns * (wide + gap), wide + gap)
        ]
        for top in range(bottom, bottom + rows * (tall + gap), tall + gap)
    ][:rows]


def close(one, other):
    return np.abs(one.astype(int) - other.astype(int))[8:-8, 8:-8].mean() < 6


def test_each_row_shows_a_sample_and_what_becomes_of_it(show, tmp_path):
    outcome, picture = show("augmentation=flip")
    assert outcome.out.strip() == str(tmp_path / "show-digits01-flip.png")
    drawn = cells(picture, rows=4, columns=7)
    same, flipped = 0, 0
    for before, *views in drawn:
        assert len(views) == 6
        for view in views:
            same += close(view, before)
            flipped += close(view, before[:, ::-1]) and not close(view, before)
    assert same + flipped == 24
    assert min(same, flipped) > 5


def test_without_an_augmentation_it_shows_samples_of_each_class(show, tmp_path):
    outcome, picture = show()
    assert outcome.out.strip() == str(tmp_path / "show-digits01.png")
    drawn = cells(picture, rows=2, columns=7)
    assert all(image.min() < 20 and image.max() > 200 for row in drawn for image in row)


def test_the_same_request_gives_the_same_bytes(show, tmp_path):
    words = ("augmentation=rotate+gaussian_noise+edge",)
    first, second = (tmp_path / name for name in ("first.png", "second.png"))
    for path in (first, second):
        show(*words, f"out={path}")
    assert first.read_bytes() == second.read_bytes()


def test_fixed_views_are_shown_as_many_as_there_are(show):
    _, six = show("augmentation=rotate+offline")
    _, two = show("augmentation=rotate+offline", "augmentation.views=2")
    assert two.shape[1] < six.shape[1]


def test_fields_of_the_data_set_and_the_fill_are_taken(show, tmp_path):
    _, black = show("augmentation=rotate+constant")
    _, white = show("augmentation=rotate+constant", "augmentation.fill_value=1.0")
    assert (white == BLANK).sum() > (black == BLANK).sum()
    outcome, _ = show("dataset.classes=[3,8]", f"out={tmp_path / 'eights.png'}")
    assert outcome.out.strip().endswith("eights.png")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["augmentation=filp"], "augmentation=filp: no such augmentation; did you mean flip?"),
        (["augmentation=flip+spin"], "augmentation=spin: no such augmentation"),
        (["augmentation=edge"], "augmentation=edge: changes no image by itself"),
        (["augmentation=flip+edge"], "augmentation.fill=edge: there is no operation that looks"),
        (["augmentation=colour_jitter"], "operations.0.saturation=0.2: grey images have no"),
        (["augmentation=flip,rotate"], "augmentation=flip,rotate: give one value, not a sweep"),
        (["augmentation=flip", "augmentation.veiws=3"], "did you mean augmentation.views?"),
        (["dataset=cats"], "dataset=cats: no such dataset"),
        (["method=mlp"], "method=mlp: show takes dataset, augmentation and out"),
        (["benchmark=quickstart"], "benchmark=quickstart: show takes"),
        (["out=here.jpg"], "out=here.jpg: give a file that ends in .png"),
        (["out=a.png", "out=b.png"], "out=b.png: given twice"),
        (["out=/no/such/folder/a.png"], "out=/no/such/folder/a.png: cannot be written"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(words, told, scarce, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = [] if any(word.startswith("dataset=") for word in words) else ["dataset=digits01"]
    outcome = scarce("show", *given, *words)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.count("\n") == 1
    assert not list(tmp_path.glob("*.png"))


def test_data_that_cannot_be_had_is_told_with_the_remedy(scarce, tmp_path):
    outcome = scarce("show", "dataset=mnist01", f"dataset.root={tmp_path / 'nothing'}")
    assert outcome.code == 2
    assert outcome.err.startswith("scarce: dataset")
