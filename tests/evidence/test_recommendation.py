"""Which method is recommended, and in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.recommendation.advice import advise
from benchmarks.evidence.recommendation.candidates import candidates
from benchmarks.evidence.recommendation.words import (
    as_data,
    more_images,
    recommendation_markdown,
    terminal_lines,
)

CLASSES = ("ant", "bee")
IMAGES, FOLDS = 40, 5
ROW = {"backbone": "", "loss": "", "augmentation": "none", "protocol": "default", "optimistic": ""}


class Held:
    """Predictions by key, as a holding gives them."""

    def __init__(self, arrays):
        self.arrays = arrays

    def predictions(self, keys):
        return [(key, self.arrays[key]) for key in keys]


def results(skills, sizes=(32,), splits=FOLDS, fixed_test=False, missing=()):
    """Cells of methods that are right with a given chance, by method and train size."""
    generator = np.random.default_rng(0)
    rows, arrays = [], {}
    labels = np.arange(IMAGES) % 2
    for method, seconds in skills["seconds"].items():
        for size in sizes:
            for seed in range(splits):
                if (method, seed) in missing:
                    continue
                fold = 0 if fixed_test else seed % FOLDS
                test = np.arange(IMAGES)[fold::FOLDS]
                right = generator.random(len(test)) < skills["right"][method, size]
                predicted = np.where(right, labels[test], 1 - labels[test])
                scores = np.full((len(test), 2), 0.1)
                scores[np.arange(len(test)), predicted] = 0.9
                key = f"{method} {size} {seed}"
                arrays[key] = {
                    "test_index": test,
                    "labels": labels[test],
                    "predicted": predicted,
                    "scores": scores,
                }
                row = {"dataset": "folder", "method": method, "train_size": size, "key": key}
                row |= {"split_seed": seed, "init_seed": 0, "accuracy": right.mean()}
                row |= {"train_seconds": seconds, "test_samples": float(len(test))}
                rows.append(row | {"score_kind": "probability"})
    frame = pd.DataFrame(rows)
    return Held(arrays), frame.assign(**ROW)


def advised(*arguments, **options):
    held, frame = results(*arguments, **options)
    found = candidates(held, frame)
    return advise(held, found), found


def skills(sizes=(32,), **chances):
    right = {
        (m, s): c if np.isscalar(c) else c[i]
        for m, c in chances.items()
        for i, s in enumerate(sizes)
    }
    return {"right": right, "seconds": {m: 1.0 + 9 * (m == "slow") for m in chances}}


def test_the_method_of_the_highest_mean_accuracy_is_recommended():
    advice, _ = advised(skills(good=0.95, bad=0.5), splits=10)
    assert advice.chosen == "good"
    assert advice.expected.low <= advice.expected.mean <= advice.expected.high
    assert [standing.label for standing in advice.standings] == ["good", "bad"]
    assert not advice.standings[1].as_good


def test_of_equally_good_methods_the_quickest_is_recommended_and_the_other_named():
    advice, found = advised(skills(slow=1.0, quick=1.0), splits=10)
    assert advice.chosen == "quick"
    assert "as good are slow (100.0 %)" in " ".join(terminal_lines(advice, found))


def test_methods_are_compared_on_the_splits_that_all_of_them_were_run_on():
    missing = {("b", seed) for seed in range(2, 10)}
    found = candidates(*results(skills(a=0.9, b=0.9), splits=10, missing=missing))
    assert found.left_out == ("b",)
    found = candidates(*results(skills(a=0.9, b=0.9), splits=10, missing={("b", 9)}))
    assert (found.left_out, found.splits) == ((), 9)
    held, frame = results(skills(a=0.9, b=0.9), missing={("a", 4), ("b", 3)})
    assert candidates(held, frame).splits == 3


def test_one_split_is_too_little_to_recommend_anything():
    with pytest.raises(EvidenceError, match="no recommendation yet"):
        advised(skills(a=0.9), splits=1)


@pytest.mark.parametrize(
    ("chances", "told"),
    [((0.55, 0.98), "Yes, in all likelihood."), ((1.0, 1.0), "it got all of them right")],
)
def test_the_learning_curve_tells_whether_more_images_would_help(chances, told):
    sizes = (16, 32)
    advice, _ = advised(skills(sizes, a=chances), sizes=sizes, splits=20)
    assert told in more_images(advice)
    assert [size for size, _ in advice.curve] == [16, 32]


def test_where_it_was_run_at_one_size_nothing_is_said_of_more_images():
    advice, _ = advised(skills(a=0.9))
    assert more_images(advice).startswith("Unknown")


def test_with_one_test_set_intervals_are_over_its_images():
    advice, found = advised(skills(a=0.8), fixed_test=True, splits=10)
    assert found.one_test_set
    standing = advice.standings[0]
    assert standing.accuracy.pairs == IMAGES // FOLDS


def test_the_page_names_what_is_confused_and_the_images_got_wrong():
    advice, found = advised(skills(a=0.7), splits=10)
    names = [f"{number}.png" for number in range(IMAGES)]
    page = recommendation_markdown(advice, found, CLASSES, names, ["only a test"])
    assert page.startswith("# Use a\n")
    assert "of `ant` are taken for `bee`" in page
    assert ".png`: `" in page
    assert "90.0 % sure" in page
    assert "Note: only a test" in page


def test_pictures_that_were_drawn_stand_in_the_page():
    advice, found = advised(skills(a=0.7))
    pictures = {"learning": "figures/learning.png"}
    page = recommendation_markdown(advice, found, CLASSES, None, pictures=pictures)
    assert "](figures/learning.png)" in page
    assert "Images that most methods" not in page


def test_the_document_has_the_same_numbers():
    advice, found = advised(skills(good=0.95, bad=0.5))
    document = as_data(advice, found)
    assert document["chosen"] == "good"
    assert document["interval"] == [advice.expected.low, advice.expected.high]
    assert [method["method"] for method in document["methods"]] == ["good", "bad"]


def test_accuracies_selected_on_the_test_images_carry_no_recommendation():
    held, frame = results(skills(a=0.9), splits=5)
    with pytest.raises(EvidenceError, match="selected on the test images"):
        candidates(held, frame.assign(protocol="published", optimistic="the epoch was selected"))


def test_two_protocols_are_not_averaged():
    held, frame = results(skills(a=0.9), splits=5)
    other = frame.assign(protocol="published")
    with pytest.raises(EvidenceError, match="protocol=default,published: a recommendation rests"):
        candidates(held, pd.concat([frame, other]))


def test_the_gain_is_of_the_splits_that_have_the_last_two_sizes():
    sizes = (8, 16, 32)
    held, frame = results(skills(sizes, a=(0.6, 0.7, 0.9)), sizes=sizes, splits=5)
    frame = frame[(frame["train_size"] != 8) | (frame["split_seed"] == 0)]
    advice = advise(held, candidates(held, frame))
    assert advice.gain.pairs == 5
    assert [interval.pairs for _, interval in advice.curve] == [1, 5, 5]


def test_methods_that_could_not_be_compared_are_named_on_the_page_and_in_the_document():
    advice, found = advised(skills(a=0.9), splits=5)
    missing = ["fine_tuned flip"]
    page = recommendation_markdown(advice, found, CLASSES, None, missing=missing)
    assert "Not compared, for want of finished runs: fine_tuned flip." in page
    assert as_data(advice, found, missing)["not_compared"] == missing
    assert any("fine_tuned flip" in line for line in terminal_lines(advice, found, missing))


def test_what_is_known_of_the_images_stands_beside_the_recommendation():
    advice, found = advised(skills(a=0.9), splits=5)
    notes = ["3 images are near-duplicates: leakage"]
    assert as_data(advice, found, notes=notes)["notes"] == notes
    assert terminal_lines(advice, found, notes=notes)[-1] == f"note: {notes[0]}"
