"""Every figure: files, bytes, words; drawn from the published records of quickstart."""

import random
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from benchmarks.evidence import figures
from benchmarks.evidence.claims.files import published_curves, read_claims
from benchmarks.evidence.claims.verdicts import judge
from benchmarks.evidence.results import results_frame
from benchmarks.records import archive

PROJECT = Path(__file__).parents[2]
FILE = PROJECT / "results" / "published" / "quickstart" / archive.FILE
CLAIMS = read_claims(PROJECT / "conf" / "claim" / f"{name}.yaml" for name in ("beam", "leek"))
METHODS = ["leekasso", "logistic", "leek_net", "mlp"]


@pytest.fixture(scope="module")
def cells():
    """(record, history, predictions) of some methods at two sizes, on one data set."""
    found = []
    for record, arrays in archive.read_archive(FILE):
        config, history = record["config"], record.pop("history")
        named = config["dataset"]["name"] == "digits01" and config["method"]["name"] in METHODS
        if named and config["dataset"]["train_size"] in (20, 80):
            found.append((record, history, arrays))
    return found


def frame_of(cells):
    return results_frame([record for record, _, _ in cells])


def learning(cells, stem):
    curves = published_curves(CLAIMS)
    return figures.learning_curves(frame_of(cells), curves, stem, METHODS, ["digits01"])


def forest(cells, stem):
    frame = frame_of(cells)
    return figures.forest_plot([judge(one, frame, "quickstart") for one in CLAIMS], stem, CLAIMS)


def paired(cells, stem):
    return figures.paired_differences(frame_of(cells), "logistic", "mlp", stem)


def training(cells, stem):
    return figures.training_curves([(record, h) for record, h, _ in cells], stem, METHODS)


def confusion(cells, stem):
    return figures.confusion_matrices([(record, a) for record, _, a in cells], stem, METHODS)


def mistakes(cells, stem):
    counted = figures.count_mistakes((record, arrays) for record, _, arrays in cells)
    images = np.linspace(0, 1, 360 * 64).reshape(360, 8, 8)
    return figures.mistakes_sheet(images, counted, "digits01", stem)


@pytest.fixture(scope="module", params=[learning, forest, paired, training, confusion, mistakes])
def drawn_twice(request, cells, tmp_path_factory):
    """From the same records in another order, under other settings of the user."""
    folder = tmp_path_factory.mktemp("figures")
    first = request.param(cells, folder / "one")
    shuffled = random.Random(1).sample(cells, len(cells))
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "savefig.dpi": 30}):
        before = dict(matplotlib.rcParams)
        second = request.param(shuffled, folder / "two")
        assert dict(matplotlib.rcParams) == before
    return first, second


def test_the_same_records_give_the_same_bytes_and_words(drawn_twice):
    first, second = drawn_twice
    assert [path.name for path in first.paths] == ["one.pdf", "one.png"]
    for one, two in zip(first.paths, second.paths, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert first.alt == second.alt


def test_the_files_carry_no_date(drawn_twice):
    for path in drawn_twice[0]:
        assert not re.search(rb"CreationDate|ModDate|tIME", path.read_bytes())


def test_no_text_is_smaller_than_six_points_in_print(drawn_twice):
    figure = drawn_twice[0].figure
    texts = figure.findobj(lambda artist: isinstance(artist, matplotlib.text.Text))
    assert figure.get_size_inches()[0] <= 7
    assert min(text.get_fontsize() for text in texts if text.get_text()) >= 6


def test_a_page_gets_the_picture_under_the_name_of_its_file(drawn_twice):
    drawing = drawn_twice[0]
    picture = drawing.picture()
    assert (picture.name, picture.title, picture.alt) == ("one", drawing.title, drawing.alt)
    assert picture.png == drawing.paths[1].read_bytes()
