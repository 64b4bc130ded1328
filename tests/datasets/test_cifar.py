import dataclasses
import hashlib
import pickle
import tarfile
import zipfile

import numpy as np
import pytest

from datasets.cifar import CIFAIR10, CIFAR, CIFAR10, CIFAR100
from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from tests.datasets.python2 import python2_pickle

RANDOM = np.random.default_rng(0)
COARSE = 20  # coarse classes of CIFAR-100


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """No SCARCE_DATA and an empty cache folder, whatever this machine has."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def part(labels, count, classes):
    """The fields of the published files, some images alone."""
    numbers = RANDOM.integers(0, classes, count).tolist()
    return {
        b"batch_label": b"a part",
        b"data": RANDOM.integers(0, 256, (count, 3072), dtype=np.uint8),
        labels: numbers,
        b"filenames": [b"%d.png" % k for k in range(count)],
    }


def cifar10_files():
    files = {f"data_batch_{k}": part(b"labels", 2, 10) for k in range(1, 6)}
    names = [b"class %d" % k for k in range(10)]
    meta = {b"num_cases_per_batch": 2, b"label_names": names, b"num_vis": 3072}
    return {**files, "test_batch": part(b"labels", 3, 10), "batches.meta": meta}


def cifar100_files():
    names = {b"fine_label_names": [b"fine %d" % k for k in range(100)]}
    names[b"coarse_label_names"] = [b"coarse %d" % k for k in range(COARSE)]
    files = {"train": part(b"fine_labels", 6, 100), "test": part(b"fine_labels", 2, 100)}
    for held in files.values():
        held[b"coarse_labels"] = [number % COARSE for number in held[b"fine_labels"]]
    return {**files, "meta": names}


def write(folder, files):
    folder.mkdir(parents=True)
    for name, held in files.items():
        (folder / name).write_bytes(python2_pickle(held))
    return folder


def known(source, folder):
    """The variant with the checksums of the files that are in a folder now."""

    def file(published):
        content = (folder / published.name).read_bytes()
        return published._replace(md5=hashlib.md5(content).hexdigest())

    train = tuple(file(published) for published in source.train)
    return dataclasses.replace(source, train=train, test=file(source.test), meta=file(source.meta))


def source(variant):
    """A CIFAR that knows one variant."""

    class Small(CIFAR):
        variants = {"cifar10": variant}  # noqa: RUF012 - as in CIFAR

    return Small


def test_the_parts_of_cifar10_follow_each_other_train_part_first(tmp_path):
    files = cifar10_files()
    folder = write(tmp_path / "mine", files)
    samples = source(known(CIFAR10, folder))(folder).load()
    assert samples.inputs.shape == (13, 3, 32, 32)
    assert samples.official_train == 10
    assert samples.class_names == tuple(f"class {k}" for k in range(10))
    pixels = np.concatenate([held[b"data"] for held in files.values() if b"data" in held])
    np.testing.assert_array_equal(samples.inputs.reshape(13, -1), pixels)
    labels = [number for held in files.values() for number in held.get(b"labels", [])]
    assert samples.labels.tolist() == labels
    assert samples.caveats[0].startswith("3.3 % of the test images have duplicates")


def test_the_bytes_of_an_image_are_its_red_green_and_blue_rows(tmp_path):
    files = cifar10_files()
    files["data_batch_1"][b"data"][0] = np.repeat([10, 20, 30], 1024)
    files["data_batch_1"][b"data"][0, :32] = 99  # the first row of red
    folder = write(tmp_path / "mine", files)
    image = source(known(CIFAR10, folder))(folder).load().inputs[0]
    assert image[:, 5, 5].tolist() == [10, 20, 30]
    assert image[:, 0, 5].tolist() == [99, 20, 30]


def test_cifar100_has_its_fine_classes(tmp_path):
    files = cifar100_files()
    folder = write(tmp_path / "mine", files)
    samples = source(known(CIFAR100, folder))(folder).load()
    assert samples.inputs.shape == (8, 3, 32, 32)
    assert (samples.official_train, samples.classes) == (6, 100)
    assert samples.class_names[7] == "fine 7"
    assert samples.labels.tolist() == files["train"][b"fine_labels"] + files["test"][b"fine_labels"]
    assert samples.caveats[0].startswith("10 % of the test images have duplicates")


def test_the_archive_is_fetched_once_and_the_folder_is_found_below_scarce_data(
    tmp_path, hosts, monkeypatch
):
    folder = write(tmp_path / "mine" / "cifar-10-batches-py", cifar10_files())
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        file.add(folder, "cifar-10-batches-py")
    archive = (tmp_path / "a.tar.gz").read_bytes()
    host = hosts.serving({"cifar-10-python.tar.gz": archive})
    variant = known(CIFAR10, folder)
    published = dataclasses.replace(
        variant.published,
        mirrors=(host.url,),
        checksum="md5:" + hashlib.md5(archive).hexdigest(),
    )
    small = source(dataclasses.replace(variant, published=published))
    assert len(small().load()) == len(small().load()) == 13
    assert host.requests == ["cifar-10-python.tar.gz"]
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "mine"))
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "another"))
    assert len(small().load()) == 13
    assert host.requests == ["cifar-10-python.tar.gz"]
    assert len(small(tmp_path / "a.tar.gz").load()) == 13


def test_cifair10_is_cifar10_with_another_test_batch_and_without_its_caveat(tmp_path):
    files = cifar10_files()
    folder = write(tmp_path / "ciFAIR-10", files)
    fair = known(CIFAIR10, folder)
    samples = source(fair)(folder).load()
    assert (samples.inputs.shape, samples.official_train) == ((13, 3, 32, 32), 10)
    assert samples.caveats == ()
    assert CIFAIR10.train == CIFAR10.train
    assert CIFAIR10.meta == CIFAR10.meta
    assert CIFAIR10.test.md5 != CIFAR10.test.md5


def test_a_part_may_be_told_in_words_of_python_3(tmp_path):
    files = cifar10_files()
    folder = write(tmp_path / "ciFAIR-10", files)
    test = {name.decode(): held for name, held in files["test_batch"].items()}
    content = pickle.dumps(test, protocol=2).replace(b"numpy._core", b"numpy.core")
    (folder / "test_batch").write_bytes(content)
    samples = source(known(CIFAIR10, folder))(folder).load()
    np.testing.assert_array_equal(samples.inputs[10:].reshape(3, -1), test["data"])
    assert samples.labels[10:].tolist() == test["labels"]


def test_cifair10_is_fetched_as_a_zip(tmp_path, hosts):
    folder = write(tmp_path / "mine" / "ciFAIR-10", cifar10_files())
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for held in folder.iterdir():
            file.write(held, f"ciFAIR-10/{held.name}")
    archive = (tmp_path / "a.zip").read_bytes()
    host = hosts.serving({"ciFAIR-10.zip": archive})
    variant = known(CIFAIR10, folder)
    md5 = "md5:" + hashlib.md5(archive).hexdigest()
    published = dataclasses.replace(variant.published, mirrors=(host.url,), checksum=md5)
    assert len(source(dataclasses.replace(variant, published=published))().load()) == 13
    assert host.requests == ["ciFAIR-10.zip"]


def test_where_it_cannot_be_had_a_line_says_where_to_get_it(hosts):
    variant = dataclasses.replace(
        CIFAR10,
        published=dataclasses.replace(CIFAR10.published, mirrors=(hosts.serving({}).url,)),
    )
    with pytest.raises(DataUnavailable, match=r"kriz/cifar.html and put the folder cifar-10-batch"):
        source(variant)().load()


def test_a_file_that_is_not_the_published_one_is_named_and_not_read(tmp_path):
    folder = write(tmp_path / "mine", cifar10_files())
    small = source(known(CIFAR10, folder))
    (folder / "data_batch_3").write_bytes(b"cos\nsystem\n.")
    with pytest.raises(DataDamaged, match=r"data_batch_3 is damaged: expected md5:") as caught:
        small(folder).load()
    assert caught.value.found.startswith("md5:")


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("test_batch", {b"labels": [0, 1, 10]}, "labels 0 to 9"),
        ("test_batch", {b"labels": [0, 1, "2"]}, "labels 0 to 9"),
        ("test_batch", {b"labels": [0, 1]}, r"bytes of shape \(2, 3072\)"),
        ("test_batch", {b"data": [[0]]}, "bytes of shape"),
        ("batches.meta", {b"label_names": 3}, "names of classes"),
    ],
)
def test_files_that_hold_something_else_are_refused_by_name(tmp_path, name, change, told):
    files = cifar10_files()
    files[name] |= change
    folder = write(tmp_path / "mine", files)
    with pytest.raises(DataDamaged, match=rf"{name} is damaged: expected {told}"):
        source(known(CIFAR10, folder))(folder).load()


def test_wrong_options_and_another_folder_are_refused(tmp_path):
    with pytest.raises(WrongOption, match=r"dataset.variant=cifar11: choose one of cifar10, cifar"):
        CIFAR(variant="cifar11")
    with pytest.raises(WrongOption, match=r"dataset.root=.*: data_batch_1 is missing; CIFAR-10"):
        CIFAR(tmp_path).load()
