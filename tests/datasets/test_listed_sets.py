"""Sets of photos whose own lists name files, classes and parts, each in its layout on disk."""

import dataclasses
import hashlib
import shutil
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from datasets.cars import StanfordCars
from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from datasets.eurosat import EuroSAT
from datasets.flowers import Flowers102
from datasets.mit67 import MIT67
from datasets.nabirds import NABirds

LEAVES = {817: "Oak Titmouse", 295: "Bufflehead", 860: "Oak Titmouse"}
NODES = {0: "Birds", 1: "Ducks, Geese, and Swans", **LEAVES}


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """No SCARCE_DATA and an empty cache folder, whatever this machine has."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def photo(path, level):
    """Grey of that level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 20), (level, level, level)).save(path)


def levels(samples):
    """The grey of each photo."""
    return samples.inputs[:, 0, 4, 4].tolist()


def nabirds(root):
    """Two photos of each kind, the first of which is to train on; numbers are those of the set."""
    images, labels, split = [], [], []
    for place, kind in enumerate(LEAVES):
        for k in range(2):
            number = f"0000139e-21dc-4d0c-bfe1-4cae3c85c8{place}{k}"
            path = f"{kind:04d}/{number.replace('-', '')}.jpg"
            photo(root / "images" / path, 40 * place + 20 * k)
            images.append(f"{number} {path}")
            labels.append(f"{number} {kind}")
            split.append(f"{number} {1 - k}")
    nodes = [f"{number} {name}" for number, name in NODES.items()]
    (root / "images.txt").write_text("\n".join(images) + "\n")
    (root / "image_class_labels.txt").write_text("\n".join(labels) + "\n")
    (root / "train_test_split.txt").write_text("\n".join(split) + "\n")
    (root / "classes.txt").write_text("\n".join(nodes) + "\n")
    (root / "hierarchy.txt").write_text("295 1\n1 0\n")
    return root


def cars(root, labels_in=""):
    """Three photos to train on and two to test on, of two models."""
    structure = [(name, "O") for name in ("bbox_x1", "class", "fname")]
    train = [(39, 2, "00001.jpg"), (36, 1, "00002.jpg"), (85, 1, "00003.jpg")]
    test = [(30, 1, "00001.jpg"), (100, 2, "00002.jpg")]
    (root / "devkit").mkdir(parents=True)
    (root / labels_in).mkdir(exist_ok=True)
    names = np.array(["AM General Hummer SUV 2000", "Acura RL Sedan 2012"], dtype=object)
    savemat(root / "devkit" / "cars_meta.mat", {"class_names": names})
    for rows, file in (
        (train, root / "devkit" / "cars_train_annos.mat"),
        (test, root / labels_in / "cars_test_annos_withlabels.mat"),
    ):
        savemat(file, {"annotations": np.array(rows, dtype=structure)})
    for folder, rows, first in (("cars_train", train, 10), ("cars_test", test, 100)):
        for k, (_, _, name) in enumerate(rows):
            photo(root / folder / name, first + 20 * k)
    return root


def flowers(root, kinds=3):
    """Of each kind a photo of each part; photos are numbered by part, then by kind backwards."""
    kind = [k + 1 for k in reversed(range(kinds))] * 3
    for number, label in enumerate(kind, start=1):
        photo(root / "jpg" / f"image_{number:05d}.jpg", 10 * number + label)
    savemat(root / "imagelabels.mat", {"labels": np.array([kind], dtype=np.uint8)})
    numbers = np.arange(1.0, 3 * kinds + 1).reshape(3, 1, kinds)
    parts = {"tstid": numbers[0], "trnid": numbers[1], "valid": numbers[2]}
    savemat(root / "setid.mat", parts)
    return root


class ThreeFlowers(Flowers102):
    kinds = 3


def mit67(root):
    """Two kinds of rooms; a photo of the pool is in neither part."""
    for k, name in enumerate(["pool inside/a 1.jpg", "pool inside/b.jpg", "pool inside/c.jpg"]):
        photo(root / "Images" / name, 20 * k)
    for k, name in enumerate(["bar/a.jpg", "bar/b.jpg"]):
        photo(root / "Images" / name, 100 + 20 * k)
    (root / "TrainImages.txt").write_text("pool inside/b.jpg\r\nbar/a.jpg\r\n")
    (root / "TestImages.txt").write_text("bar/b.jpg\npool inside/a 1.jpg")
    return root


def eurosat(root):
    """Three images of each of two kinds."""
    for first, kind in ((10, "Forest"), (100, "SeaLake")):
        for k in range(3):
            photo(root / "2750" / kind / f"{kind}_{k + 1}.jpg", first + 20 * k)
    return root


def near(found, expected):
    np.testing.assert_allclose(found, expected, atol=3)


def test_nabirds_has_the_nodes_that_photos_belong_to(tmp_path):
    samples = NABirds(nabirds(tmp_path / "mine"), image_size=8).load()
    assert samples.class_names == ("Bufflehead", "Oak Titmouse (817)", "Oak Titmouse (860)")
    assert samples.labels.tolist() == [1, 0, 2] * 2
    assert samples.official_train == 3
    near(levels(samples), [0, 40, 80, 20, 60, 100])
    assert samples.caveats[0] == "3 of 555 classes"


@pytest.mark.parametrize("labels_in", ["", "devkit"])
def test_cars_are_read_from_the_makers_lists(tmp_path, labels_in):
    samples = StanfordCars(cars(tmp_path / "mine", labels_in), image_size=8).load()
    assert samples.class_names == ("AM General Hummer SUV 2000", "Acura RL Sedan 2012")
    assert samples.labels.tolist() == [1, 0, 0, 0, 1]
    assert samples.official_train == 3
    near(levels(samples), [10, 30, 50, 100, 120])


def test_flowers_are_trained_on_by_train_and_validation_part(tmp_path):
    samples = ThreeFlowers(flowers(tmp_path / "mine"), image_size=8).load()
    assert samples.class_names == ("1", "2", "3")
    assert samples.labels.tolist() == [2, 1, 0] * 3
    assert samples.official_train == 6
    near(levels(samples), [43, 52, 61, 73, 82, 91, 13, 22, 31])


def test_rooms_in_neither_list_are_left_out(tmp_path):
    samples = MIT67(mit67(tmp_path / "mine"), image_size=8).load()
    assert samples.class_names == ("bar", "pool inside")
    assert samples.labels.tolist() == [1, 0, 0, 1]
    assert samples.official_train == 2
    near(levels(samples), [20, 100, 120, 0])


def test_eurosat_has_no_official_parts(tmp_path):
    samples = EuroSAT(eurosat(tmp_path / "mine"), image_size=8).load()
    assert samples.class_names == ("Forest", "SeaLake")
    assert samples.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert samples.official_train is None
    near(levels(samples), [10, 30, 50, 100, 120, 140])


@pytest.mark.parametrize(
    ("kind", "write", "folder"),
    [
        (NABirds, nabirds, "nabirds"),
        (StanfordCars, cars, "stanford_cars"),
        (ThreeFlowers, flowers, "flowers-102"),
        (MIT67, mit67, "mit67"),
        (EuroSAT, eurosat, "EuroSAT"),
    ],
)
def test_each_is_found_below_scarce_data_or_told_where_to_get_it(
    tmp_path, monkeypatch, kind, write, folder
):
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(DataUnavailable, match=f"get it from .* and put the folder {folder}"):
        kind(image_size=8).load()
    write(tmp_path / "data" / folder)
    assert len(kind(image_size=8).load()) >= 4
    with pytest.raises(WrongOption, match=r"dataset.root=.*nowhere: there is no such folder"):
        kind(tmp_path / "nowhere").load()
    with pytest.raises(WrongOption, match=r"dataset.image_size=7:"):
        kind(image_size=7)


def test_flowers_are_fetched_as_three_files_and_once(tmp_path, hosts):
    source = flowers(tmp_path / "source")
    with tarfile.open(tmp_path / "102flowers.tgz", "w:gz") as file:
        file.add(source / "jpg", "jpg")
    shutil.move(tmp_path / "102flowers.tgz", source)
    files = {n: (source / n).read_bytes() for n in Flowers102.files}
    checksums = {n: hashlib.md5(content).hexdigest() for n, content in files.items()}
    host = hosts.serving(files)

    class Fetched(ThreeFlowers):
        published = dataclasses.replace(Flowers102.published, mirrors=(host.url,))
        files = checksums

    near(levels(Fetched(image_size=8).load()), [43, 52, 61, 73, 82, 91, 13, 22, 31])
    assert len(Fetched(image_size=8).load()) == 9
    assert sorted(host.requests) == sorted(files)


def test_an_archive_of_eurosat_serves_as_root(tmp_path):
    folder = eurosat(tmp_path / "mine")
    with zipfile.ZipFile(tmp_path / "EuroSAT.zip", "w") as file:
        for path in folder.rglob("*.jpg"):
            file.write(path, path.relative_to(folder))
    assert len(EuroSAT(tmp_path / "EuroSAT.zip", image_size=8).load()) == 6


def test_lists_that_name_what_is_not_there_are_refused(tmp_path):
    root = cars(tmp_path / "cars")
    (root / "cars_test" / "00002.jpg").unlink()
    with pytest.raises(WrongOption, match=r"1 of 5 images are missing: cars_test/00002.jpg"):
        StanfordCars(root).load()
    (root / "cars_test_annos_withlabels.mat").unlink()
    with pytest.raises(WrongOption, match=r"cars_test_annos_withlabels.mat is missing"):
        StanfordCars(root).load()
    root = mit67(tmp_path / "rooms")
    (root / "TestImages.txt").write_text("bar/b.jpg\nbar/a.jpg\n")
    with pytest.raises(
        DataDamaged, match=r"TestImages.txt .*no image of the train part, found bar/a"
    ):
        MIT67(root).load()
    (root / "TestImages.txt").write_text("b.jpg\n")
    with pytest.raises(DataDamaged, match=r"CLASS/NAME in each line, found b.jpg"):
        MIT67(root).load()


def test_files_of_matlab_with_other_contents_are_refused(tmp_path):
    root = flowers(tmp_path / "flowers")
    savemat(root / "setid.mat", {"trnid": [[1]], "valid": [[99]], "tstid": [[2]]})
    with pytest.raises(DataDamaged, match=r"setid.mat .*numbers from 1 to 9, found 99"):
        ThreeFlowers(root).load()
    savemat(root / "setid.mat", {"trnid": [[1]]})
    with pytest.raises(DataDamaged, match=r"setid.mat .*an array valid"):
        ThreeFlowers(root).load()
    savemat(root / "imagelabels.mat", {"labels": np.array([[1, 2.5, 3]])})
    with pytest.raises(DataDamaged, match=r"imagelabels.mat .*numbers from 1 to 3, found 2.5"):
        ThreeFlowers(root).load()
    savemat(root / "imagelabels.mat", {"labels": np.array([[1, 2, 4]])})
    with pytest.raises(DataDamaged, match=r"imagelabels.mat .*numbers from 1 to 3, found 4"):
        ThreeFlowers(root).load()
    (root / "imagelabels.mat").write_bytes(b"broken")
    with pytest.raises(DataDamaged, match=r"imagelabels.mat .*a file of MATLAB"):
        ThreeFlowers(root).load()
    root = cars(tmp_path / "cars")
    savemat(root / "devkit" / "cars_train_annos.mat", {"annotations": np.array([1, 2])})
    with pytest.raises(DataDamaged, match=r"cars_train_annos.mat .*with a field fname"):
        StanfordCars(root).load()
