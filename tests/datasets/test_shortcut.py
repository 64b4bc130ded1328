import os

import numpy as np
import pytest
from PIL import Image

from datasets.bigcats import CLASSES, IMAGENET, UNKNOWN, BigCats, file_hash
from datasets.duplicates import find_near_duplicates, perceptual_hashes
from datasets.errors import DataUnavailable, WrongOption
from datasets.shortcut import Shortcut

DATA = os.environ.get("SCARCE_DATA", "")  # before a test takes it away


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def animal(facing, size=40):
    """A bright head at the side that the animal faces, on noise that makes each picture unique."""
    pixels = np.random.default_rng(animal.count).integers(0, 60, (size, size, 3), dtype=np.uint8)
    animal.count += 1
    head = slice(0, size // 4) if facing == "left" else slice(-size // 4, None)
    pixels[:, head] += 180
    return Image.fromarray(pixels)


animal.count = 0


@pytest.fixture
def photos(tmp_path):
    """Of each class 6 animals that face left, 4 that face right and 2 of unknown facing."""
    root = tmp_path / "photos"
    rows = []
    for name in CLASSES:
        for k, facing in enumerate(["left"] * 6 + ["right"] * 4 + ["unknown"] * 2):
            path = root / ("train", "test")[k % 2] / name / f"{k:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            animal(facing).save(path)
            if facing != "unknown" and name != "cat":
                rows.append(f"{file_hash(path)[:16]},{facing}")
    (tmp_path / "facing.csv").write_text("\n".join(["sha256,facing", *rows]))
    return root


@pytest.fixture
def load(photos, tmp_path):
    class Known(Shortcut):
        facing = tmp_path / "facing.csv"

    return lambda **options: Known(**{"root": photos, "image_size": 32, **options}).load()


def faces_left(image):
    return image[:, :, :6].mean() > image[:, :, -6:].mean()


def test_in_training_the_first_class_faces_left_and_the_second_right(load):
    samples = load(classes=["lion", "tiger"])
    train = range(samples.official_train)
    assert samples.class_names == ("lion", "tiger")
    assert samples.labels[train].tolist() == [0] * 5 + [1] * 5
    assert [faces_left(samples.inputs[k]) for k in train] == [True] * 5 + [False] * 5


def test_in_the_test_part_each_photo_faces_both_ways(load):
    samples = load()
    test = range(samples.official_train, len(samples))
    assert samples.labels[test].tolist() == [0] * 10 + [1] * 10
    assert [faces_left(samples.inputs[k]) for k in test] == [True, False] * 10
    for first in test[::2]:
        mirrored = samples.inputs[first + 1][:, :, ::-1]
        np.testing.assert_array_equal(samples.inputs[first], mirrored)


def test_no_photo_is_in_both_parts_and_each_version_has_a_name(load):
    samples = load()
    photo = [name.partition(" ")[0] for name in samples.names]
    train, test = photo[: samples.official_train], photo[samples.official_train :]
    assert not set(train) & set(test)
    assert samples.names[0] == "train/leopard/00.png facing left"


def test_the_order_of_the_classes_turns_the_shortcut_round(load):
    samples = load(classes=("tiger", "leopard"))
    assert samples.class_names == ("tiger", "leopard")
    assert faces_left(samples.inputs[0])
    assert samples.names[0].endswith("facing left")
    assert samples.names[0].startswith("train/tiger")


def test_caveats_tell_how_it_is_made_and_what_is_left_out(load):
    made, left_out, *origin = load().caveats
    assert "every leopard faces left and every tiger right" in made
    assert left_out.startswith("4 of 24 photos are left out")
    assert origin == [UNKNOWN, IMAGENET]


def test_equal_photos_give_equal_samples(load):
    assert load().fingerprint == load().fingerprint
    assert load().fingerprint != load(classes=("tiger", "leopard")).fingerprint


def test_photos_of_which_no_facing_is_known_are_unavailable(photos):
    with pytest.raises(DataUnavailable, match="of no photo of leopard or tiger"):
        Shortcut(photos, image_size=32).load()


def test_a_class_of_which_no_facing_is_known_is_refused(load):
    with pytest.raises(WrongOption, match=r"dataset.classes=cat: it is not known"):
        load(classes=["cat", "lion"])


@pytest.mark.parametrize(
    "classes", ["lion", ["lion"], ["lion", "lion"], ["lion", "dog"], list(CLASSES), None, 2]
)
def test_other_than_two_different_classes_are_refused(classes):
    with pytest.raises(WrongOption, match=r"dataset.classes=.*two different classes"):
        Shortcut(classes=classes)


def test_the_options_of_bigcats_are_checked():
    with pytest.raises(WrongOption, match=r"dataset.image_size=0"):
        Shortcut(image_size=0)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("classes", "train", "total"), [(("leopard", "tiger"), 72, 214), (("lion", "tiger"), 61, 181)]
)
def test_the_real_photos_suffice_and_none_recurs_in_the_other_part(classes, train, total):
    root = os.path.join(DATA, "bigcats")
    samples = Shortcut(root, image_size=96, classes=classes).load()
    assert (samples.official_train, len(samples)) == (train, total)
    pixels = samples.inputs.transpose(0, 2, 3, 1)
    hashes = np.array([perceptual_hashes(image) for image in pixels])
    assert not len(find_near_duplicates(hashes, train).across)
    assert BigCats(root, image_size=96).load().fingerprint != samples.fingerprint
