"""Which method is recommended, and in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.recommendation.advice import advise
from benchmarks.evidence.recommendation.candidates import candidates
from benchmarks.evidence.recommendation.files import as_data, recommendation_markdown
from benchmarks.evidence.recommendation.recommended import Recommendation, recommended
from benchmarks.evidence.recommendation.words import more_images, terminal_lines

CLASSES = ("ant", "bee")
IMAGES, FOLDS = 40, 5
LOSS_AND_AUGMENTATION = {"loss": {"name": "cross_entropy"}, "augmentation": {"name": "none"}}
ROW = {"backbone": "", "loss": "", "augmentation": "none", "resampling": "none", "variant": ""}
ROW |= {"protocol": "default", "optimistic": ""}


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
    lines = terminal_lines(Recommendation(advice, found))
    assert "as good are slow (100.0 %)" in " ".join(lines)


def test_methods_without_a_mistake_share_having_done_best():
    """It said 100 % of the quickest of them and 0 % of the others."""
    told = Recommendation(*advised(skills(slow=1.0, quick=1.0), splits=10))
    assert [method["selected"] for method in as_data(told)["methods"]] == [0.5, 0.5]
    assert recommendation_markdown(told).count("| 50 % |") == 2


def test_no_interval_reaches_beyond_what_accuracies_and_their_differences_can_be():
    told = advised(skills((8, 16), a=(0.1, 0.9), b=(0.0, 0.4)), sizes=(8, 16), splits=2)[0]
    means = [each.accuracy for each in told.standings] + [found for _, found in told.curve]
    assert {0.0, 1.0} & {end for found in means if found.ends for end in found.ends}
    assert all(0 <= end <= 1 for found in means if found.ends for end in found.ends)
    assert all(-1 <= end <= 1 for end in told.gain.ends + told.standings[1].behind.ends)


def test_methods_are_compared_on_the_splits_that_all_of_them_were_run_on():
    missing = {("b", seed) for seed in range(2, 10)}
    found = candidates(*results(skills(a=0.9, b=0.9), splits=10, missing=missing))
    assert found.labels == ("a",)
    found = candidates(*results(skills(a=0.9, b=0.9), splits=10, missing={("b", 9)}))
    assert (set(found.labels), found.splits) == ({"a", "b"}, 9)
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
    names = [f"{number}.png" for number in range(IMAGES)]
    told = Recommendation(
        *advised(skills(a=0.7), splits=10),
        notes=("only a test",),
        class_names=CLASSES,
        names=names,
    )
    page = recommendation_markdown(told)
    assert page.startswith("# Only a was run; nothing was compared with it\n")
    assert "of `ant` are taken for `bee`" in page
    assert ".png`: `" in page
    assert "90.0 % sure" in page
    assert "Note: only a test" in page


def test_pictures_that_were_drawn_stand_in_the_page():
    told = Recommendation(*advised(skills(a=0.7)))
    page = recommendation_markdown(told, {"learning": "figures/learning.png"})
    assert "](figures/learning.png)" in page
    assert "Images that most methods" not in page
    assert "taken for `class 1`" in page
    assert "- `image " in page


def test_the_document_has_the_same_numbers():
    advice, found = advised(skills(good=0.95, bad=0.5))
    document = as_data(Recommendation(advice, found))
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
    told = Recommendation(*advised(skills(a=0.9), splits=5), missing=("fine_tuned flip",))
    line = "Not compared, for want of finished runs: fine_tuned flip."
    assert line in recommendation_markdown(told)
    assert as_data(told)["not_compared"] == ["fine_tuned flip"]
    assert any(line in text for text in terminal_lines(told))


def test_of_one_that_stands_alone_nothing_is_said_of_others():
    """Regression: "Every other method that was compared is worse", where there was no other."""
    told = Recommendation(*advised(skills(a=0.9)))
    page = recommendation_markdown(told)
    assert terminal_lines(told)[0].startswith(
        "Only a was run; nothing was compared with it. Of new"
    )
    for words in ("Use a", "worse", "luck", "did best\u201d"):
        assert words not in page + " ".join(terminal_lines(told))
    missing = {("b", seed) for seed in range(1, FOLDS)}
    seldom = Recommendation(*advised(skills(a=0.9, b=0.9), missing=missing))
    assert terminal_lines(seldom)[0].startswith("Only a was run often enough; nothing was")


def test_what_is_known_of_the_images_stands_beside_the_recommendation():
    note = "3 images are near-duplicates: leakage"
    told = Recommendation(*advised(skills(a=0.9), splits=5), notes=(note,))
    assert as_data(told)["notes"] == [note]
    assert terminal_lines(told)[-1] == f"note: {note}"


def test_a_benchmark_that_is_not_for_recommending_recommends_nothing():
    held, frame = results(skills(a=0.9))
    held.benchmark = {"name": "quickstart"}
    assert recommended(held, frame) is None


def test_methods_of_the_grid_without_finished_runs_are_missing():
    held, frame = results(skills(a=0.9, b=0.9), missing={("b", seed) for seed in range(1, FOLDS)})
    arms = [["a", "cross_entropy", "none"], ["b", "cross_entropy", "none"]]
    held.benchmark = {"recommends": True, "arms": arms, "class_names": {"folder": CLASSES}}
    held.notes = ["partial"]
    held.done = [
        {"key": key, "config": {"method": {"name": key[0]}, **LOSS_AND_AUGMENTATION}}
        for key in frame["key"]
    ]
    told = recommended(held, frame)
    assert told.missing == ("b none",)
    assert told.notes == ("partial",)
    assert told.class_name(1) == "bee"
