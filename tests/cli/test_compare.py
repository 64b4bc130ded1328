"""`benchmark=compare`: from a folder of photos to a recommendation and a model that classifies."""

from __future__ import annotations

import json

import pytest

from benchmarks.cli import main
from tests.photos import photo_folder
from tests.tiny import TINY, last_of_each

SMALL = ("dataset.image_size=32", "split_seed=range(5)")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return photo_folder(tmp_path_factory.mktemp("own") / "photos")


@pytest.fixture(scope="module")
def model(photos, tmp_path_factory):
    """The folder of a model that one comparison saved, for tests that leave it as it is."""
    results = tmp_path_factory.mktemp("compared")
    places = (f"results_dir={results}", f"published_dir={results}", "figures=none")
    words = ("benchmark=compare", "dataset=folder", f"dataset.root={photos}", "method=logistic")
    words = last_of_each(*words, *SMALL, "split_seed=range(2)", "executor=serial")
    assert main(["run", *words, *places]) == 0
    return results / "compare" / "model"


def compare(scarce, photos, *words):
    root = f"dataset.root={photos}"
    given = ("method=logistic", *SMALL, "augmentation=none", "executor=serial")
    return scarce("run", "benchmark=compare", "dataset=folder", root, *last_of_each(*given, *words))


def test_a_comparison_ends_with_a_recommendation_and_a_saved_model(scarce, photos, results):
    outcome = compare(scarce, photos, "method.estimator.C=1,2")
    assert outcome.code == 0, outcome.err + outcome.out
    chosen = outcome.out.partition("\nUse ")[2].partition(". Of new images")[0]
    assert chosen.startswith("logistic")
    notes = [line for line in outcome.out.splitlines() if line.startswith("note: ")]
    assert notes
    assert len(notes) == len(set(notes))
    assert "Classify new photos: scarce predict" in outcome.out
    page = (results / "compare" / "recommendation.md").read_text()
    for heading in (f"# Use {chosen}", "Would more images help?", "What is confused", "gets wrong"):
        assert heading in page
    report = (results / "compare" / "report.html").read_text()
    assert f'<h2 id="recommendation">Use {chosen}</h2>' in report
    document = json.loads((results / "compare" / "recommendation.json").read_text())
    low, high = document["interval"]
    assert low <= document["expected_accuracy"] <= high
    assert (results / "compare" / "model" / "model.safetensors").is_file()


def test_one_method_alone_is_saved_and_not_recommended_over_others(scarce, photos, results):
    """Regression: "Every other method that was compared is worse", where there was no other."""
    outcome = compare(scarce, photos, "split_seed=range(2)")
    alone = "Only logistic was run; nothing was compared with it"
    assert f"\n{alone}. Of new images" in outcome.out
    assert "Use logistic" not in outcome.out
    assert "worse" not in outcome.out
    assert f"# {alone}\n" in (results / "compare" / "recommendation.md").read_text()
    report = (results / "compare" / "report.html").read_text()
    assert f">{alone}</h2>" in report
    assert ">Recommendation<" not in report
    assert (results / "compare" / "model" / "model.safetensors").is_file()


def test_what_is_known_of_the_data_is_told_once_without_a_recommendation_too(scarce):
    """Regression: caveats of tables stood in table.md alone."""
    printed = scarce("run", *TINY, "method=logistic", "split_seed=0").out
    assert printed.count("note: digits01: ") == 1
    assert printed.index("accuracy in %") < printed.index("note: digits01: ")


def test_a_report_tells_the_recommendation_again_and_trains_nothing(scarce, photos, results):
    first = compare(scarce, photos, "split_seed=range(2)", "method=logistic,linear_svm")
    assert first.code == 0, first.err
    page = (results / "compare" / "recommendation.md").read_text()
    (results / "compare" / "recommendation.md").unlink()
    outcome = scarce("report", "benchmark=compare")
    assert "Use l" in outcome.out
    assert "Training" not in outcome.out
    assert (results / "compare" / "recommendation.md").read_text() == page


def test_the_saved_model_classifies_new_photos_with_probabilities(scarce, photos, model, tmp_path):
    new = photo_folder(tmp_path / "new", per_class=3, seed=9)
    outcome = predict(scarce, "--json", str(new), f"model={model}")
    assert outcome.code == 0, outcome.err
    answers = outcome.json["photos"]
    right = [answer["class"] == answer["photo"].split("/")[-2] for answer in answers]
    assert len(right) == 9
    assert sum(right) >= 7
    for answer in answers:
        assert sum(answer["all"].values()) == pytest.approx(1, abs=1e-3)
        assert answer["probability"] == max(answer["all"].values())


def test_a_photo_that_cannot_be_read_is_told_and_the_others_are_classified(
    scarce, photos, model, tmp_path
):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    whole = next((photos / "red").iterdir())
    outcome = predict(scarce, "--json", str(broken), str(whole), f"model={model}")
    assert outcome.code == 1
    first, second = outcome.json["photos"]
    assert "no image in a known format" in first["error"]
    assert second["class"] == "red"


def test_a_network_on_a_backbone_is_saved_whole(scarce, photos, results, tmp_path):
    words = ("method=frozen", "method.epochs=5", "backbone=resnet18", "split_seed=range(2)")
    body = ("backbone.weights=none", "backbone.image_size=32", "dataset.train_size=0.5")
    outcome = compare(scarce, photos, *words, *body)
    assert outcome.code == 0, outcome.err + outcome.out
    photo = next((photos / "blue").iterdir())
    model = f"model={results / 'compare' / 'model'}"
    answer = predict(scarce, "--json", str(photo), model)
    assert answer.code == 0, answer.err
    assert set(answer.json["photos"][0]["all"]) == {"blue", "green", "red"}


def test_without_two_splits_of_any_method_nothing_is_recommended(scarce, photos, results):
    outcome = compare(scarce, photos, "split_seed=0")
    assert outcome.code == 0
    assert "no recommendation yet" in outcome.out
    assert not (results / "compare" / "model").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model=/no/such/model"], "PHOTO=nothing"),
        (["/no/such/photo.jpg"], "PHOTO=/no/such/photo.jpg: no such file or folder"),
    ],
)
def test_wrong_predictions_are_told_in_one_line(scarce, words, told):
    outcome = predict(scarce, *words)
    assert outcome.code == 2
    assert told in outcome.err


def test_a_folder_without_a_model_is_refused(scarce, photos, tmp_path):
    photo = next((photos / "blue").iterdir())
    outcome = predict(scarce, str(photo), f"model={tmp_path}")
    assert outcome.code == 2
    assert "no model.json there" in outcome.err


def predict(scarce, *words):
    return scarce("predict", *words, places={})


def test_a_model_file_cannot_choose_what_is_called(scarce, photos, results):
    """Regression: model.json named classes by import path, and each of them was made."""
    compare(scarce, photos)
    folder = results / "compare" / "model"
    meaning = json.loads((folder / "model.json").read_text())
    meaning["config"]["method"]["estimator"]["_target_"] = "torch.load"
    (folder / "model.json").write_text(json.dumps(meaning))
    photo = next((photos / "blue").iterdir())
    outcome = predict(scarce, str(photo), f"model={folder}")
    assert outcome.code == 2
    assert "torch.load, which is none of the suite's own" in outcome.err


def test_weights_of_another_model_are_refused(scarce, photos, results):
    compare(scarce, photos)
    folder = results / "compare" / "model"
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[:-1] + b"x")
    photo = next((photos / "blue").iterdir())
    outcome = predict(scarce, str(photo), f"model={folder}")
    assert outcome.code == 2
    assert "not the one that model.json was written for" in outcome.err


def test_names_that_look_like_markup_are_shown_as_they_are(scarce, photos, model, tmp_path):
    odd = tmp_path / "x[copy].png"
    odd.write_bytes(next((photos / "blue").iterdir()).read_bytes())
    outcome = predict(scarce, str(odd), f"model={model}")
    assert outcome.code == 0
    assert "x[copy].png" in outcome.out


def test_a_setting_is_no_photo(scarce, photos):
    outcome = scarce("predict", str(photos), "results_dir=/nowhere", places={})
    assert outcome.code == 2
    told = "results_dir=/nowhere: predict takes photos and model=FOLDER alone"
    assert outcome.err == f"scarce: {told}\n"


def test_a_link_to_nothing_among_the_photos_is_told(scarce, photos, model, tmp_path):
    (tmp_path / "lost.jpg").symlink_to(tmp_path / "nowhere.jpg")
    outcome = predict(scarce, str(tmp_path / "lost.jpg"))
    assert outcome.code == 2
    assert "no such file or folder" in outcome.err


def test_nothing_is_recommended_from_accuracies_selected_on_the_test_images(scarce, photos):
    words = ("method=small_cnn", "method.epochs=1", "split_seed=range(2)", "protocol=published")
    outcome = compare(scarce, photos, *words, "dataset.train_size=0.5")
    assert outcome.code == 0
    assert "selected on the test images; no recommendation" in outcome.out


def test_a_method_without_the_epochs_that_the_benchmark_states_for_its_own_is_taken(
    scarce, photos, results
):
    """Regression: `method=linear_svm` was refused for `method.epochs` of another block."""
    outcome = scarce(
        "plan", "benchmark=compare", "dataset=folder", f"dataset.root={photos}", "method=linear_svm"
    )
    assert outcome.code == 0, outcome.err
    refused = compare(scarce, photos, "method=linear_svm", "method.epochs=3")
    assert refused.code == 2
    assert "method.epochs=3: linear_svm has no such field" in refused.err
