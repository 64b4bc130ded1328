"""The learning curves: the same bytes again, every method there and told apart."""

import re

import pytest

from benchmarks.evidence.claim_files import PublishedCurves
from benchmarks.evidence.figures import PALETTE, learning_curves
from benchmarks.evidence.results import results_frame

CURVES = [PublishedCurves("mnist01", "published (Nobody 2000)", {"a": {10: 0.8, 15: 0.85}})]


@pytest.fixture
def frame(rows):
    records = [
        record
        for size in (10, 20)
        for place, method in enumerate("abcdefghi")
        for record in rows(method, size, [0.9 + place / 100, 0.91 + place / 100])
    ]
    return results_frame(records + rows("a", 10, [1.0, 1.0], dataset="digits01"))


def test_drawing_again_gives_the_same_bytes(frame, tmp_path):
    first = learning_curves(frame, CURVES, tmp_path / "one")
    second = learning_curves(frame, CURVES, tmp_path / "two")
    assert [path.name for path in first] == ["one.pdf", "one.png"]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_the_pictures_carry_no_date(frame, tmp_path):
    for path in learning_curves(frame, CURVES, tmp_path / "curve"):
        assert not re.search(rb"CreationDate|ModDate|tIME", path.read_bytes())


def test_published_points_change_only_the_picture_of_their_dataset(frame, tmp_path):
    def picture(rows, curves):
        return learning_curves(rows, curves, tmp_path / "curve")[1].read_bytes()

    mnist, digits = frame[frame.dataset == "mnist01"], frame[frame.dataset == "digits01"]
    assert picture(mnist, CURVES) != picture(mnist, [])
    assert picture(digits, CURVES) == picture(digits, [])


def test_nine_methods_have_nine_colours():
    assert len(set(PALETTE)) == 9


def test_without_results_there_is_still_a_picture_that_says_so(tmp_path):
    pdf, png = learning_curves(results_frame([]), CURVES, tmp_path / "curve")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_drawing_leaves_the_users_plot_settings_alone(frame, tmp_path):
    import matplotlib

    before = dict(matplotlib.rcParams)
    learning_curves(frame, CURVES, tmp_path / "curve")
    assert dict(matplotlib.rcParams) == before
