"""Backbones and augmentation through the command line, on made photos and random weights."""

from __future__ import annotations

import shutil

import pytest

from tests.photos import photo_folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of weights as somebody else may have trained them."""
    import torch
    import torchvision

    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("weights") / "own.pth"
    torch.save(torchvision.models.resnet18().state_dict(), file)
    return file


@pytest.fixture
def body(weights):
    return ("backbone=resnet18", f"backbone.weights={weights}", "backbone.image_size=32")


@pytest.fixture
def photos(tmp_path):
    root = photo_folder(tmp_path / "photos")
    sampling = ("dataset.train_size=0.5", "split_seed=0")
    words = (f"dataset.root={root}", "dataset.image_size=32", *sampling)
    return ("dataset=folder", *words, "executor=serial")


METHODS = ["frozen", "frozen_uncached", "last_blocks", "fine_tuned", "from_scratch"]


@pytest.mark.parametrize("method", METHODS)
def test_each_way_to_use_a_backbone_gives_a_record(method, scarce, photos, records, body):
    outcome = scarce("run", *photos, f"method={method}", "method.epochs=1", *body)
    assert outcome.code == 0, outcome.err + outcome.out
    (record,) = records().values()
    assert record["status"] == "done", record["error"]
    assert record["config"]["backbone"]["name"] == "resnet18"
    total, trained = (record["metrics"][n] for n in ("parameters", "trainable_parameters"))
    head = 3 * (512 + 1)
    expected = {"frozen": head, "frozen_uncached": head}.get(method)
    assert trained == expected if expected else trained > head
    assert total > 11_000_000


def test_the_features_of_a_frozen_backbone_are_computed_once_for_all_cells(
    scarce, photos, records, body
):
    words = ("method=frozen", "method.epochs=1", *body, "init_seed=0,1")
    assert scarce("run", *photos, *words).code == 0
    computed = [record["notes"]["images_computed"] for record in records().values()]
    assert sorted(computed) == [0, 18]  # 12 to train and 6 to test


def test_augmentation_is_an_axis_of_the_grid(scarce, photos, records, body):
    words = ("method=fine_tuned", "method.epochs=1", *body, "augmentation=none,flip+rotate")
    assert scarce("run", *photos, *words).code == 0
    found = {(r["config"].get("augmentation") or {}).get("name") for r in records().values()}
    assert found == {None, "flip+rotate"}


def test_the_published_protocol_is_marked_as_optimistic(scarce, photos, records, body):
    words = ("method=fine_tuned", "method.epochs=3", *body, "protocol=default,published")
    assert scarce("run", *photos, *words).code == 0
    by_protocol = {r["config"]["protocol"]["name"]: r for r in records().values()}
    honest, published = by_protocol["default"], by_protocol["published"]
    assert "optimistic" not in honest
    assert "selected on the test data" in published["optimistic"]
    assert published["metrics"]["accuracy_last_epoch"] == honest["metrics"]["accuracy"]
    assert published["metrics"]["accuracy"] >= honest["metrics"]["accuracy"]
    assert 1 <= published["metrics"]["selected_epoch"] <= 3


def test_weights_in_another_place_leave_the_key_as_it_is(
    scarce, photos, records, weights, tmp_path
):
    words = ("method=frozen", "method.epochs=1", "backbone=resnet18", "backbone.image_size=32")
    elsewhere = tmp_path / "elsewhere.pth"
    shutil.copy(weights, elsewhere)
    for file in (weights, elsewhere):
        assert scarce("run", *photos, *words, f"backbone.weights={file}").code == 0
    (record,) = records().values()
    assert record["config"]["backbone"]["weights"] == "own.pth"
    assert len(record["fingerprints"]["weights"]) == 64


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["method=frozen", "backbone.weights=/no/such/file.pth"],
            "backbone.weights=/no/such/file.pth: no such",
        ),
        (["backbone.architecture=resnet19"], "backbone.architecture=resnet19: did you mean"),
        (["backbone=timm", "backbone.architecture=resnet19zz"], "backbone.architecture=resnet19zz"),
        (["backbone=timm"], "backbone.architecture"),
        (["augmentation=flip", "augmentation.fill=mirror"], "augmentation.fill=mirror"),
        (["dataset.folds=11"], "dataset.folds=11: class blue has 10 samples"),
        (["dataset.root=/nowhere"], "dataset.root=/nowhere"),
        (["dataset.image_size=200000"], "dataset.image_size=200000"),
    ],
)
def test_wrong_requests_are_told_in_one_line(words, told, scarce, photos):
    given = ["method=from_scratch", "backbone=resnet18"]
    names = {word.partition("=")[0] for word in words}
    kept = [word for word in (*photos, *given) if word.partition("=")[0] not in names]
    if "backbone=timm" in words:
        kept = [word for word in kept if not word.startswith("backbone")]
    outcome = scarce("run", *kept, *words)
    assert outcome.code == 2, outcome.out
    assert told in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_weights_whose_shapes_do_not_fit_are_refused_by_the_first_that_does_not(
    scarce, photos, tmp_path
):
    import torch
    import torchvision

    torch.save(torchvision.models.resnet34().state_dict(), tmp_path / "resnet34.pth")
    network = torchvision.models.resnet18().state_dict()
    network["layer1.0.conv1.weight"] = torch.zeros(64, 64, 5, 5)
    torch.save(network, tmp_path / "odd.pth")
    words = ("method=frozen", "backbone=resnet18")
    outcome = scarce("run", *photos, *words, f"backbone.weights={tmp_path / 'odd.pth'}")
    assert outcome.code == 2
    assert "layer1.0.conv1.weight" in outcome.err


def test_data_that_changed_after_the_plan_give_no_record(photos, tmp_path):
    """Regression: a worker took what lay in the folder, under the key of what had lain there."""
    from PIL import Image

    from benchmarks.execution.cell import run_cell
    from benchmarks.grid import data
    from benchmarks.grid.configs import opened
    from benchmarks.grid.plan import make_plan
    from benchmarks.grid.request import parse_request

    with opened([]) as configs:
        (cell,) = make_plan(parse_request([*photos[:-1], "method=logistic"]), configs).cells
    for file in (tmp_path / "photos" / "red").iterdir():
        Image.new("RGB", (40, 40), "white").save(file)
    data.forget()
    record, _ = run_cell(cell)
    assert record["status"] == "failed"
    assert "data, split changed since the plan was made" in record["error"]["message"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["dataset.test_share=0.3"], "dataset.test_share=0.3: is for dataset.partition=stratified"),
        (
            ["dataset.partition=stratified", "dataset.folds=3"],
            "dataset.folds=3: is for dataset.partition=folds",
        ),
    ],
)
def test_a_field_of_another_partition_is_refused(words, told, scarce, photos):
    outcome = scarce("plan", *photos[:-1], "method=logistic", *words)
    assert outcome.code == 2
    assert told in outcome.err
