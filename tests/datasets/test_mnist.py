import gzip
import hashlib
import os

import numpy as np
import pytest

from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from datasets.mnist import MNIST, IdxFile

real_data = pytest.mark.skipif(
    not os.environ.get("SCARCE_DATA"), reason="SCARCE_DATA does not name a folder of real data"
)

TRAIN_DIGITS = np.array([0, 1, 5, 1, 0, 7], dtype=np.uint8)
TEST_DIGITS = np.array([1, 5, 0, 0], dtype=np.uint8)
PIXELS = np.random.default_rng(0).integers(0, 256, size=(10, 28, 28), dtype=np.uint8)


def idx(array):
    sizes = np.array(array.shape, dtype=">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


CONTENTS = {
    "train-images-idx3-ubyte": idx(PIXELS[:6]),
    "train-labels-idx1-ubyte": idx(TRAIN_DIGITS),
    "t10k-images-idx3-ubyte": idx(PIXELS[6:]),
    "t10k-labels-idx1-ubyte": idx(TEST_DIGITS),
}
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENTS.items()}


def published(name):
    sha256 = hashlib.sha256(CONTENTS[name]).hexdigest()
    return IdxFile(name, sha256, hashlib.md5(PACKED[f"{name}.gz"]).hexdigest())


class TenImages(MNIST):
    """MNIST as if only ten images had been published, on no mirror."""

    mirrors = ()
    train_images = published("train-images-idx3-ubyte")
    train_labels = published("train-labels-idx1-ubyte")
    test_images = published("t10k-images-idx3-ubyte")
    test_labels = published("t10k-labels-idx1-ubyte")


def write(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def empty_machine(tmp_path, monkeypatch):
    """No SCARCE_DATA and an empty cache folder, whatever this machine has."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def assert_ten_images(samples):
    kept = [0, 1, 3, 4, 6, 8, 9]
    np.testing.assert_array_equal(samples.inputs, PIXELS[kept][:, None])
    assert samples.labels.tolist() == [0, 1, 1, 0, 1, 0, 0]
    assert samples.official_train == 4
    assert (samples.peak, samples.caveats) == (255.0, ())


@pytest.mark.parametrize("contents", [CONTENTS, PACKED], ids=["plain", "gz"])
def test_files_in_root_are_read_train_part_first(tmp_path, contents):
    assert_ten_images(TenImages(root=write(tmp_path / "mine", contents)).load())


def test_files_below_scarce_data_are_found(empty_machine, tmp_path, monkeypatch):
    write(tmp_path / "data" / "MNIST" / "raw", CONTENTS)
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    assert_ten_images(TenImages().load())


def test_missing_files_are_fetched_once_into_the_cache(empty_machine, hosts, tmp_path):
    host = hosts.serving(PACKED)

    class Fetched(TenImages):
        mirrors = (host.url,)

    assert_ten_images(Fetched().load())
    assert_ten_images(Fetched().load())
    assert sorted(host.requests) == sorted(PACKED)
    found = {path.name for path in (tmp_path / "cache" / "MNIST" / "raw").iterdir()}
    assert found == set(PACKED)


def test_a_given_root_is_the_only_place_looked_at(empty_machine, hosts, tmp_path):
    host = hosts.serving(PACKED)

    class Fetched(TenImages):
        mirrors = (host.url,)

    with pytest.raises(DataUnavailable, match=r"has no train-images-idx3-ubyte.*or leave out"):
        Fetched(root=tmp_path).load()
    assert host.requests == []


def test_without_files_and_mirrors_the_error_says_where_to_put_which_file(empty_machine, tmp_path):
    with pytest.raises(DataUnavailable) as caught:
        TenImages().load()
    assert "set SCARCE_DATA" in caught.value.remedy
    assert "MNIST/raw/train-images-idx3-ubyte" in caught.value.remedy
    assert str(tmp_path / "cache") in caught.value.remedy


@pytest.mark.parametrize("name", CONTENTS)
def test_a_truncated_file_is_named_with_both_checksums(tmp_path, name):
    root = write(tmp_path, CONTENTS)
    (root / name).write_bytes(CONTENTS[name][:-1])
    with pytest.raises(DataDamaged) as caught:
        TenImages(root=root).load()
    assert caught.value.file == root / name
    assert caught.value.expected == f"sha256:{published(name).sha256}"
    assert caught.value.found == f"sha256:{hashlib.sha256(CONTENTS[name][:-1]).hexdigest()}"


@pytest.mark.parametrize("damage", [lambda gz: gz[:-9], lambda gz: b"no gzip", lambda gz: b""])
def test_a_damaged_gz_is_named_and_left_alone(tmp_path, damage):
    damaged = {name: damage(content) for name, content in PACKED.items()}
    root = write(tmp_path, damaged)
    with pytest.raises(DataDamaged, match=r"train-images-idx3-ubyte\.gz is damaged"):
        TenImages(root=root).load()
    assert {path.name: path.read_bytes() for path in root.iterdir()} == damaged


@pytest.mark.parametrize("root", ["nowhere", "", 5, True])
def test_a_root_that_is_no_folder_is_refused(root):
    with pytest.raises(WrongOption, match=f"dataset.root={root}: name a folder"):
        MNIST(root=root)


@real_data
def test_real_zeros_and_ones_have_the_published_counts():
    samples = MNIST().load()
    assert samples.inputs.shape == (14780, 1, 28, 28)
    assert samples.official_train == 12665
    assert np.bincount(samples.labels[:12665]).tolist() == [5923, 6742]
    assert np.bincount(samples.labels[12665:]).tolist() == [980, 1135]


@real_data
def test_real_mnist_has_seventy_thousand_images_of_ten_digits():
    samples = MNIST(classes=None).load()
    assert samples.inputs.shape == (70000, 1, 28, 28)
    assert samples.official_train == 60000
    assert samples.class_names == tuple("0123456789")
    assert samples.labels[:5].tolist() == [5, 0, 4, 1, 9]
