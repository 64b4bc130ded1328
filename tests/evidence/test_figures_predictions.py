"""What predictions show: confusion matrices and the test images most methods get wrong."""

import numpy as np
import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import confusion_matrices, count_mistakes, mistakes_sheet

LONG = "a_method_with_a_name_$x^2$_that_is_wider_than_its_matrix_even_when_folded_into_two"


def texts(drawing):
    return [text.get_text() for ax in drawing.figure.axes for text in ax.texts]


@pytest.fixture(scope="module")
def cell(record):
    """A record with its predictions, from the labels and the classes given instead."""

    def build(method, seed, labels, predicted, train_size=80, first=0):
        arrays = {
            "test_index": np.arange(first, first + len(labels), dtype=np.int32),
            "labels": np.array(labels, dtype=np.int16),
            "predicted": np.array(predicted, dtype=np.int16),
        }
        return record(method, train_size, seed, 0.5), arrays

    return build


@pytest.fixture(scope="module")
def predictions(cell):
    return [
        cell("net", 0, [0, 0, 1, 1], [0, 1, 1, 1]),
        cell("net", 1, [0, 0, 1, 1], [0, 1, 0, 1]),
        cell("net", 2, [0, 0, 1, 1], [1, 1, 0, 0], train_size=10),
        cell("_line", 0, [0, 0, 1, 1], [0, 1, 1, 0]),
    ]


@pytest.fixture(scope="module")
def matrices(predictions, tmp_path_factory):
    stem = tmp_path_factory.mktemp("figures") / "confusion"
    names = {"mnist01": ["zero", "$one$"]}
    return confusion_matrices(predictions, stem, ["net"], class_names=names)


def test_matrices_are_summed_over_the_draws_of_the_largest_size(matrices):
    found = texts(matrices)
    assert found[0] == "mnist01, n = 80"
    assert found[found.index("net") + 1 :][:4] == [
        "2\n50.0 %",
        "2\n50.0 %",
        "1\n25.0 %",
        "3\n75.0 %",
    ]
    assert found[found.index("_line") + 1 :][:4] == ["1\n50.0 %"] * 4


def test_classes_have_their_names(matrices):
    assert {"zero", "$one$", "true class", "predicted"} <= set(texts(matrices))


def test_the_words_tell_the_share_and_the_most_frequent_confusion(matrices):
    assert (
        "mnist01, n = 80: net 62.5 % of 8 right, most often zero taken for $one$ (2 times);"
        in matrices.alt
    )


def test_many_classes_show_shares_and_the_words_the_worst_of_them(cell, tmp_path):
    labels = np.repeat(np.arange(10), 4)
    predicted = np.where(labels == 7, 1, labels)
    drawing = confusion_matrices([cell(LONG, 0, labels, predicted)], tmp_path / "confusion")
    assert [text for text in texts(drawing) if text == "100"] == ["100"] * 10
    assert any(text.endswith("…") for text in texts(drawing))
    assert "90.0 % of 40 right, most often 7 taken for 1 (4 times)" in drawing.alt


def test_too_few_class_names_are_refused(predictions, tmp_path):
    with pytest.raises(EvidenceError, match=r"class_names of mnist01=.*: 1 names for 2 classes"):
        confusion_matrices(predictions, tmp_path / "c", class_names={"mnist01": ["zero"]})


def test_arrays_that_do_not_fit_are_refused(cell, tmp_path):
    with pytest.raises(EvidenceError, match="do not fit each other"):
        confusion_matrices([cell("net", 0, [0, 1], [0])], tmp_path / "confusion")


def test_no_predictions_are_said(tmp_path):
    drawing = confusion_matrices([], tmp_path / "confusion")
    assert drawing.alt == "Empty figure: no predictions."


def test_mistakes_are_counted_over_methods_and_draws(predictions):
    found = count_mistakes(predictions)
    assert found.to_dict("records")[0] == {
        "dataset": "mnist01",
        "test_index": 1,
        "label": 0,
        "taken_for": 1,
        "wrong": 4,
        "tested": 4,
        "methods": 2,
    }
    assert found["test_index"].tolist() == [1, 3, 2, 0]
    assert found["wrong"].tolist() == [4, 2, 2, 1]


def test_an_image_counts_only_the_cells_that_tested_it(predictions, cell):
    found = count_mistakes([*predictions, cell("net", 3, [1, 0], [1, 1], first=3)])
    assert found.set_index("test_index")["tested"].to_dict() == {1: 4, 3: 5, 2: 4, 0: 4, 4: 1}


@pytest.fixture(scope="module")
def sheet(predictions, tmp_path_factory):
    images = np.linspace(0, 1, 4 * 20).reshape(4, 4, 5, 1)
    stem = tmp_path_factory.mktemp("figures") / "mistakes"
    return mistakes_sheet(images, count_mistakes(predictions), "mnist01", stem, ["cat", "a $dog$"])


def test_the_sheet_shows_the_worst_images_first(sheet):
    (ax,) = sheet.figure.axes
    images = np.linspace(0, 1, 4 * 20).reshape(4, 4, 5)
    assert [image.get_array().tolist() for image in ax.images] == [
        images[index].tolist() for index in (1, 3, 2, 0)
    ]
    assert texts(sheet)[0] == "cat\ntaken for a $dog$\nin 4 of 4 cells\n2 methods, image 1"


def test_an_image_keeps_its_shape_and_its_black(sheet):
    left, right, bottom, top = sheet.figure.axes[0].images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(5 / 4)
    assert sheet.figure.axes[0].images[0].get_clim() == (0, 1)


def test_the_words_tell_the_worst_images(sheet):
    assert "image 1, cat taken for a $dog$, wrong in 4 of 4 cells by 2 methods;" in sheet.alt


def test_images_may_come_from_a_function_as_bytes_in_colour(predictions, tmp_path):
    def image(index):
        return np.full((3, 3, 3), 51 * index, dtype=np.uint8)

    counted = count_mistakes(predictions)
    drawing = mistakes_sheet(image, counted, "mnist01", tmp_path / "mistakes", shown=2)
    shown = [picture.get_array() for picture in drawing.figure.axes[0].images]
    assert [pixels[0, 0, 0] for pixels in shown] == pytest.approx([0.2, 0.6])


@pytest.mark.parametrize(
    ("images", "told"),
    [
        (np.zeros((4, 2, 3, 3, 3)), r"image 1 of shape \(2, 3, 3, 3\)"),
        (np.full((4, 3, 3), 255.0), "image 1: values outside 0 to 1"),
        (np.full((4, 3, 3), np.nan), "image 1: values outside 0 to 1"),
    ],
)
def test_images_of_another_shape_or_range_are_refused(predictions, tmp_path, images, told):
    with pytest.raises(EvidenceError, match=told):
        mistakes_sheet(images, count_mistakes(predictions), "mnist01", tmp_path / "mistakes")


def test_where_nothing_was_wrong_the_sheet_says_so(cell, tmp_path):
    counted = count_mistakes([cell("net", 0, [0, 1], [0, 1])])
    drawing = mistakes_sheet(np.zeros((2, 3, 3)), counted, "mnist01", tmp_path / "mistakes")
    assert drawing.alt == "Empty figure: no test image was got wrong on mnist01."
