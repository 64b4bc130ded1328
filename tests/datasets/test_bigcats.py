import os
import time

import numpy as np
import pytest
from PIL import Image

from datasets.bigcats import CLASSES, IMAGENET, MARK, SUBSTITUTE, UNKNOWN, BigCats, set_hash
from datasets.errors import DataUnavailable, WrongOption

DATA = os.environ.get("SCARCE_DATA", "")  # before a test takes it away


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """No SCARCE_DATA and an empty cache folder, whatever this machine has."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def photos(root, classes=CLASSES):
    """Two unlike pictures of each class, one to train on and one to test on."""
    random = np.random.default_rng(0)
    for part in ("train", "test"):
        for name in classes:
            (root / part / name).mkdir(parents=True)
            coarse = random.integers(0, 256, (7, 7, 3), dtype=np.uint8)
            image = Image.fromarray(coarse).resize((40, 40), Image.Resampling.BICUBIC)
            image.save(root / part / name / "0.jpg")
    return root


def load(root=None):
    return BigCats(root, image_size=32).load()


def assert_eight_photos(samples):
    assert samples.inputs.shape == (8, 3, 32, 32)
    assert samples.class_names == CLASSES
    assert samples.labels.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert samples.official_train == 4
    assert samples.names[0] == "train/cat/0.jpg"


def test_photos_in_root_are_read_train_part_first(tmp_path):
    assert_eight_photos(load(photos(tmp_path / "mine")))


def test_photos_below_scarce_data_are_found(tmp_path, monkeypatch):
    photos(tmp_path / "data" / "bigcats")
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    assert_eight_photos(load())


def test_photos_in_the_cache_are_found(tmp_path):
    photos(tmp_path / "cache" / "bigcats")
    assert_eight_photos(load())


def test_photos_of_unknown_origin_are_told(tmp_path):
    assert load(photos(tmp_path / "mine")).caveats == (UNKNOWN, IMAGENET)


def test_the_known_substitute_is_told(tmp_path):
    root = photos(tmp_path / "mine")

    class Known(BigCats):
        substitute = set_hash(root.rglob("*.jpg"))

    assert Known(root, image_size=32).load().caveats == (SUBSTITUTE, IMAGENET)


def test_photos_that_were_downloaded_here_are_known_until_they_change(tmp_path):
    root = photos(tmp_path / "cache" / "bigcats")
    (root / MARK).write_text(f'{{"photos_sha256": "{set_hash(root.rglob("*.jpg"))}"}}')
    assert load().caveats == (IMAGENET,)
    Image.new("RGB", (40, 40)).save(root / "train" / "cat" / "0.jpg")
    assert load().caveats == (UNKNOWN, IMAGENET)


def test_other_classes_are_refused(tmp_path):
    with pytest.raises(WrongOption, match=r"dataset.root=.*cat, leopard, lion, tiger are needed"):
        load(photos(tmp_path / "mine", classes=("cat", "dog")))


def test_a_root_that_is_no_folder_and_a_wrong_size_are_refused(tmp_path):
    with pytest.raises(WrongOption, match=r"dataset.root=.*there is no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(WrongOption, match=r"dataset.image_size=7:"):
        BigCats(image_size=7)


def test_broken_photos_are_refused_by_name(tmp_path):
    root = photos(tmp_path / "mine")
    (root / "test" / "lion" / "0.jpg").write_bytes(b"broken")
    with pytest.raises(WrongOption, match=r"broken images: test/lion/0.jpg .*replace or remove"):
        load(root)


@pytest.mark.parametrize("answer", ["none", "refused"])
def test_without_a_connection_a_line_says_where_to_put_the_photos(
    tmp_path, monkeypatch, hosts, answer
):
    """The proxy stands for a network that does not answer, or one that lets nothing through."""
    proxy = hosts.silent() if answer == "none" else hosts.serving({})
    monkeypatch.setattr("datasets.bigcats.PATIENCE", 0.3)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    begun = time.monotonic()
    with pytest.raises(DataUnavailable) as caught:
        load()
    assert time.monotonic() - begun < 5
    told = str(caught.value)
    assert told.startswith("Raj's photos are not here, and drive.google.com: ")
    assert f"{tmp_path}/cache/bigcats/train/CLASS" in told
    assert "\n" not in told
    assert not (tmp_path / "cache" / "bigcats").exists()


@pytest.mark.real_data
def test_the_substitute_has_a_hundred_photos_of_each_class():
    samples = BigCats(os.path.join(DATA, "bigcats"), image_size=32).load()
    assert np.bincount(samples.labels).tolist() == [100] * 4
    assert samples.official_train == 200
    assert samples.caveats[:2] == (SUBSTITUTE, IMAGENET)
