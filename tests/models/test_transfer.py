"""A backbone with a new head: what is trained, what is kept, and what a fitted one is worth."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.features.cache import FeatureCache
from models.transfer import TransferClassifier
from tests.models.conftest import names_of
from tests.models.photos import Photos, coloured, photo_data

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
SQUEEZENET = {"library": "torchvision", "architecture": "squeezenet1_1", "image_size": 32}
RESNET = SQUEEZENET | {"architecture": "resnet18"}
KEPT = {"trained": "head", "features": "kept", "views": 3, "feature_precision": "float32"}
RECOMPUTED = {"trained": "head", "features": "recomputed"}
LAST = {"trained": "last_blocks", "blocks": 1}
ALL = {"trained": "all"}
WAYS = {"kept": KEPT, "recomputed": RECOMPUTED, "last_blocks": LAST, "all": ALL}


def learner_of(way=KEPT, backbone=SQUEEZENET, **changes):
    fields = {
        "backbone": {"weights": "none", **backbone},
        "optimizer": partial(torch.optim.Adam, lr=1e-3),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 3,
        "batch_size": 4,
    }
    return TransferClassifier(**fields | way | changes)


@pytest.fixture
def weights(tmp_path):
    """Of a ResNet-18 with a classifier, as they are published."""
    import torchvision

    torch.manual_seed(0)
    torch.save(torchvision.models.resnet18().state_dict(), tmp_path / "resnet18.pth")
    return RESNET | {"weights": "imagenet", "file": str(tmp_path / "resnet18.pth")}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_way_learns_colours_and_gives_the_same_bytes_again(way):
    data = photo_data(samples=10)
    learner, again = learner_of(way, epochs=8), learner_of(way, epochs=8)
    learner.check(data.shape, data.classes)
    for one in (learner, again):
        one.fit(data, seed=3)
    scores = learner.scores(data.train_inputs)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(scores.argmax(axis=1), data.train_labels.numpy())
    assert scores.tobytes() == again.scores(data.train_inputs).tobytes()
    assert len(learner.history["train_loss"]) == 8


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_restored_learner_scores_the_same_bytes(way):
    data = photo_data(samples=6)
    learner, restored = learner_of(way, epochs=1), learner_of(way, epochs=1)
    learner.fit(data, seed=0)
    state = learner.state()
    assert all(isinstance(array, np.ndarray) for array in state.values())
    restored.restore(state, data.shape, data.classes, data.peak)
    assert restored.scores(data.train_inputs).tobytes() == (
        learner.scores(data.train_inputs).tobytes()
    )
    assert restored.parameters == learner.parameters


def test_a_state_of_another_network_is_not_restored():
    data = photo_data(samples=4)
    learner = learner_of(epochs=1)
    learner.fit(data, seed=0)
    with pytest.raises(ValueError, match="state: "):
        learner_of(backbone=RESNET).restore(learner.state(), data.shape, 2, 255.0)


def test_parameters_tell_what_is_trained():
    data = photo_data(samples=4)
    head, last = 2 * (512 + 1), 8_393_728  # layer4 of ResNet-18
    total = 11_176_512 + head
    for way, trained in [(KEPT, head), (RECOMPUTED, head), (LAST, last + head), (ALL, total)]:
        learner = learner_of(way, backbone=RESNET, epochs=1)
        learner.fit(data, seed=0)
        assert learner.parameters == {"total": total, "trainable": trained}


@pytest.mark.parametrize("way", [RECOMPUTED, LAST | {"body_rate": 0.1}], ids=["head", "last"])
def test_frozen_layers_and_their_statistics_stay_as_they_were(way, weights):
    learner = learner_of(way, backbone=weights)
    learner.fit(photo_data(samples=6), seed=0)
    before, after = torch.load(weights["file"]), learner.state()
    changed = {
        name
        for name in before
        if not name.startswith("fc.")
        and not np.array_equal(before[name], after[f"body.network.{name}"])
    }
    assert all(name.startswith("layer4") for name in changed)
    assert bool(changed) == (way["trained"] == "last_blocks")


def test_the_backbone_learns_at_its_share_of_the_rate(weights):
    sgd = partial(torch.optim.SGD, lr=0.5)
    moved = {}
    for rate in (0.001, 0.002):
        learner = learner_of(
            ALL | {"body_rate": rate}, backbone=weights, optimizer=sgd, epochs=1, batch_size=6
        )
        learner.fit(photo_data(samples=6, batch_size=6), seed=0)
        before = torch.load(weights["file"])["layer4.1.conv2.weight"].numpy()
        moved[rate] = learner.state()["body.network.layer4.1.conv2.weight"] - before
    np.testing.assert_allclose(moved[0.002], 2 * moved[0.001], rtol=0.01, atol=1e-6)


def test_without_pretraining_the_file_is_not_even_looked_at():
    absent = RESNET | {"weights": "imagenet", "file": None}
    learner = learner_of(ALL, backbone=absent, pretrained=False, epochs=1)
    data = photo_data(samples=4)
    learner.check(data.shape, data.classes)
    learner.fit(data, seed=0)
    assert learner.scores(data.train_inputs).shape == (4, 2)


def test_features_are_computed_once_for_all_cells(tmp_path):
    data, other = photo_data(samples=10), photo_data(samples=10)
    body = SQUEEZENET
    for number, one in enumerate((data, other)):
        learner = learner_of(backbone=body)
        learner.feature_cache = FeatureCache(tmp_path, 10**9)
        learner.fit(one, seed=7)
        learner.scores(one.train_inputs)
        assert learner.notes["images_computed"] == (0 if number else 10)
    assert other.train_inputs.taken == []
    assert learner.notes["feature_precision"] == "float32"
    assert learner.notes["memory_format"] == "channels_last"
    assert learner.notes["feature_seconds"] > 0


def test_a_kept_feature_changes_nothing(tmp_path):
    data = photo_data(samples=6)
    plain, caching = learner_of(), learner_of()
    caching.feature_cache = FeatureCache(tmp_path, 10**9)
    plain.fit(data, seed=0)
    caching.fit(data, seed=0)
    assert plain.scores(data.train_inputs).tobytes() == caching.scores(data.train_inputs).tobytes()


def test_epochs_take_the_augmented_views_in_turn():
    learner = learner_of(epochs=5)
    learner.fit(photo_data(samples=4, augmented=True), seed=0)
    assert learner.history["view"] == [0, 1, 2, 0, 1]
    assert learner.notes["images_computed"] == 3 * 4


def test_the_augmentation_may_state_how_many_views_there_are():
    learner = learner_of(epochs=5)
    learner.fit(photo_data(samples=4, augmented=True, views=2), seed=0)
    assert learner.history["view"] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_watched_images_are_scored_after_every_epoch_and_change_nothing(way):
    data = photo_data(samples=8)
    pixels, labels = coloured(9, seed=5)
    watched = Photos(pixels, np.arange(9))
    plain, watching = learner_of(way, epochs=4), learner_of(way, epochs=4)
    plain.fit(data, seed=1)
    watching.fit(data, seed=1, watched=(watched, labels))
    last = watching.scores(watched)
    assert last.tobytes() == plain.scores(watched).tobytes()
    accuracies = watching.history["watched_accuracy"]
    assert len(accuracies) == 4
    assert accuracies[-1] == pytest.approx((last.argmax(axis=1) == labels.numpy()).mean())
    assert watching.best_epoch == 1 + accuracies.index(max(accuracies))
    best = (watching.best_scores.argmax(axis=1) == labels.numpy()).mean()
    assert best == pytest.approx(max(accuracies))


def test_grey_images_of_another_size_and_peak_are_taken():
    data = photo_data(samples=6, side=8, channels=1)
    data.peak = 239.0
    learner = learner_of(epochs=10)
    learner.check(data.shape, data.classes)
    learner.fit(data, seed=0)
    assert learner.scores(data.train_inputs).shape == (6, 2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"trained": "heads"}, "trained=heads: one of head, last_blocks, all"),
        ({"blocks": 2}, "blocks=2: does something only with trained=last_blocks; use null"),
        ({"views": None}, "views: missing; features=kept needs it"),
        ({"features": "recomputed"}, "views=3: does something only with features=kept"),
        ({"feature_precision": "float16"}, "feature_precision=float16: one of auto, float32, bf"),
        ({"body_rate": 0.1}, "body_rate=0.1: does something only with a trained backbone"),
        ({"dropout": 1.0}, "dropout=1.0: a share from 0 up, below 1"),
        ({"epochs": 0}, "epochs=0: a whole number from 1 up"),
        ({"backbone": {"library": "timm"}}, "backbone.architecture=null: give"),
    ],
)
def test_an_option_that_is_wrong_or_would_do_nothing_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        learner_of(**changes)


@pytest.mark.parametrize(
    ("changes", "shape", "told"),
    [
        ({"way": LAST | {"blocks": 10}}, (3, 32, 32), "blocks=10: the backbone has 9 blocks"),
        ({"backbone": SQUEEZENET | {"image_size": 8}}, (3, 8, 8), "backbone.image_size=8: not a s"),
        ({}, (4, 32, 32), "images of 4 channels: a backbone takes 1 or 3"),
        ({"optimizer": partial(torch.optim.Adam, lrr=1)}, (3, 32, 32), "optimizer: .*lrr"),
        ({"loss": partial(nn.CrossEntropyLoss, size=1)}, (3, 32, 32), "loss: .*size"),
    ],
)
def test_what_cannot_be_built_is_refused_before_any_training(changes, shape, told):
    with pytest.raises(ValueError, match=told):
        learner_of(**changes).check(shape, 2)


def test_a_file_that_does_not_fit_is_refused_before_any_training(weights):
    wrong = learner_of(RECOMPUTED, backbone=weights | {"architecture": "resnet34"})
    with pytest.raises(
        ValueError, match=r"backbone\.weights=.*resnet18\.pth: layer1\.2\..* missing"
    ):
        wrong.check((3, 32, 32), 2)


def test_batches_of_another_size_than_stated_are_refused():
    with pytest.raises(
        ValueError, match="batch_size=3: 10 samples make 4 batches, not the data's 3"
    ):
        learner_of(ALL, batch_size=3).fit(photo_data(samples=10), seed=0)


@pytest.mark.real_data
def test_frozen_squeezenet_tells_big_cats_apart():
    import os
    from pathlib import Path

    data_folder = os.environ.get("SCARCE_DATA")
    if not data_folder:
        pytest.skip("set SCARCE_DATA")
    root = Path(data_folder)
    data = photos_of(root / "bigcats" / "train", per_class=10)
    test = photos_of(root / "bigcats" / "test", per_class=10)
    file = str(root / "weights" / "squeezenet1_1.safetensors")
    learner = learner_of(
        backbone={**SQUEEZENET, "image_size": 128, "weights": "imagenet", "file": file}, epochs=60
    )
    learner.fit(data, seed=0)
    predicted = learner.scores(test.train_inputs).argmax(axis=1)
    assert (predicted == test.train_labels.numpy()).mean() > 0.6


def photos_of(folder, per_class):
    from PIL import Image

    files = [
        file for group in sorted(folder.iterdir()) for file in sorted(group.iterdir())[:per_class]
    ]
    pixels = np.stack(
        [np.asarray(Image.open(file).convert("RGB").resize((128, 128))) for file in files]
    ).transpose(0, 3, 1, 2)
    labels = torch.arange(len(files)) // per_class
    data = photo_data(samples=4)
    data.train_inputs, data.train_labels = Photos(pixels, np.arange(len(files))), labels
    data.shape, data.classes = pixels.shape[1:], len(files) // per_class
    data.class_names = names_of(data.classes)
    return data
