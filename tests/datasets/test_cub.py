import dataclasses
import hashlib
import os
import tarfile

import numpy as np
import pytest

from datasets.cub import CUB, IMAGENET, UNKNOWN_SIZE
from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from tests.datasets.birds import CLASSES, cub_folder, replace_line

DATA = os.environ.get("SCARCE_DATA", "")  # before a test takes it away
REDUCED = (
    "images reduced to a shorter side of 20 pixels: bounding boxes, which are of the original "
    "photos, reach beyond them"
)


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """No SCARCE_DATA and an empty cache folder, whatever this machine has."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))


def load(root=None, **options):
    return CUB(root, image_size=16, **options).load()


def packed(folder, archive):
    with tarfile.open(archive, "w:gz") as file:
        file.add(folder, "CUB_200_2011")
    return archive


def assert_twelve_photos(samples):
    assert samples.inputs.shape == (12, 3, 16, 16)
    assert samples.class_names == CLASSES
    assert samples.labels.tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert samples.official_train == 6
    assert samples.names[0] == "images/001.Albatross/bird_1.jpg"
    assert samples.names[6] == "images/001.Albatross/bird_0.jpg"


def test_photos_in_root_are_read_train_part_first(tmp_path):
    assert_twelve_photos(load(cub_folder(tmp_path / "mine")))


def test_the_archive_serves_like_the_folder(tmp_path):
    folder = cub_folder(tmp_path / "mine")
    assert_twelve_photos(load(packed(folder, tmp_path / "birds.tgz")))


@pytest.mark.parametrize("place", ["data", "cache"])
@pytest.mark.parametrize("form", ["folder", "archive"])
def test_photos_below_scarce_data_and_the_cache_are_found(tmp_path, monkeypatch, place, form):
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    folder = cub_folder(tmp_path / place / "CUB_200_2011")
    if form == "archive":
        packed(folder, tmp_path / place / "CUB_200_2011.tgz")
        folder.rename(tmp_path / "away")
    assert_twelve_photos(load())


def test_the_archive_is_fetched_once_and_checked(tmp_path, hosts):
    archive = packed(cub_folder(tmp_path / "mine"), tmp_path / "a.tgz").read_bytes()
    host = hosts.serving({"CUB_200_2011.tgz?download=1": archive})

    class Fetched(CUB):
        published = fetched_from(host, hashlib.md5(archive).hexdigest())

    assert_twelve_photos(Fetched(image_size=16).load())
    assert_twelve_photos(Fetched(image_size=16).load())
    assert host.requests == ["CUB_200_2011.tgz?download=1"]


def test_an_archive_with_another_checksum_is_refused_with_what_to_do(tmp_path, hosts):
    host = hosts.serving({"CUB_200_2011.tgz?download=1": b"something else"})

    class Fetched(CUB):
        published = fetched_from(host, "0" * 32)

    with pytest.raises(DataUnavailable) as caught:
        Fetched(image_size=16).load()
    assert "sent something else than md5:000" in caught.value.reason
    assert "put the folder CUB_200_2011 with " in str(caught.value)
    assert f" or CUB_200_2011.tgz into {tmp_path}/cache" in str(caught.value)
    assert not list((tmp_path / "cache").glob("CUB*"))


def fetched_from(host, md5):
    return dataclasses.replace(CUB.published, mirrors=(host.url,), checksum=f"md5:{md5}")


def test_the_first_classes_are_chosen_by_number(tmp_path):
    samples = load(cub_folder(tmp_path / "mine"), classes=2)
    assert samples.class_names == CLASSES[:2]
    assert np.bincount(samples.labels).tolist() == [4, 4]
    assert samples.caveats[0] == "the first 2 of 200 classes"


def test_photos_of_classes_that_are_not_asked_for_may_be_missing(tmp_path):
    root = cub_folder(tmp_path / "mine")
    for photo in (root / "images" / CLASSES[2]).iterdir():
        photo.unlink()
    assert len(load(root, classes=2)) == 8


def test_a_part_of_the_set_serves_where_it_holds_all_classes_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    part = cub_folder(tmp_path / "data" / "first3")

    class Here(CUB):
        subsets = {"first3": 3}  # noqa: RUF012 - as in CUB
        published = fetched_from(NOWHERE, "0" * 32)

    assert len(Here(image_size=16, classes=3).load()) == 12
    for classes in (4, None):
        told = r"CUB_200_2011.tgz cannot be had .*, or dataset.classes=3 or fewer"
        with pytest.raises(DataUnavailable, match=told):
            Here(image_size=16, classes=classes).load()
    part.rename(tmp_path / "data" / "CUB_200_2011")
    with pytest.raises(WrongOption, match=r"dataset.classes=4: .* has 3 classes"):
        Here(image_size=16, classes=4).load()


class NOWHERE:
    url = "http://127.0.0.1:9/"  # the port of discard, where nothing listens


def test_photos_of_the_original_size_are_not_called_reduced(tmp_path):
    samples = load(cub_folder(tmp_path / "mine"))
    assert samples.caveats[:2] == ("the first 3 of 200 classes", IMAGENET)


def test_reduced_photos_are_known_by_boxes_that_reach_beyond_them(tmp_path):
    samples = load(cub_folder(tmp_path / "mine", size=(24, 20)))
    assert samples.caveats[:3] == ("the first 3 of 200 classes", REDUCED, IMAGENET)


def test_without_boxes_it_is_told_that_the_size_is_not_known(tmp_path):
    root = cub_folder(tmp_path / "mine")
    (root / "bounding_boxes.txt").unlink()
    assert load(root).caveats[1] == UNKNOWN_SIZE
    with pytest.raises(WrongOption, match=r"dataset.boxes=true: .*bounding_boxes.txt is missing"):
        load(root, boxes=True)


def test_a_full_set_of_classes_with_fewer_photos_is_told(tmp_path):
    class Three(CUB):
        official_classes = 3

    samples = Three(cub_folder(tmp_path / "mine"), image_size=16).load()
    assert samples.caveats[0] == "12 of 11,788 photos"


def test_boxes_cut_the_photos_and_have_pixels_of_their_own_in_the_cache(tmp_path):
    root = cub_folder(tmp_path / "mine")
    whole, cut = load(root), load(root, boxes=True)
    red = np.array([255, 0, 0]).reshape(3, 1, 1)
    inner = cut.inputs[:, :, 1:-1, 1:-1].astype(int)
    assert np.abs(inner - red).max() < 40
    assert np.abs(whole.inputs.astype(int) - red).max() > 150
    assert whole.fingerprint != cut.fingerprint
    np.testing.assert_array_equal(load(root).inputs, whole.inputs)


def test_a_box_that_changed_is_cut_anew(tmp_path):
    root = cub_folder(tmp_path / "mine")
    before = load(root, boxes=True)
    replace_line(root / "bounding_boxes.txt", 1, "2 0 0 48 40")
    after = load(root, boxes=True)
    changed = (before.inputs != after.inputs).any(axis=(1, 2, 3))
    assert changed.tolist() == [True] + [False] * 11


def test_boxes_of_reduced_photos_are_refused_naming_the_photo(tmp_path):
    root = cub_folder(tmp_path / "mine", size=(24, 20))
    told = r"dataset.boxes=true: .*bird_1.jpg \(8 4 32 24\) reaches beyond its 24 × 20 pixels"
    with pytest.raises(WrongOption, match=told):
        load(root, boxes=True)


def test_a_box_may_end_a_pixel_beyond_its_photo(tmp_path):
    root = cub_folder(tmp_path / "mine")
    replace_line(root / "bounding_boxes.txt", 1, "2 -0.5 4 49 37")
    assert len(load(root, boxes=True)) == 12
    for box in ("-1.5 4 9 9", "40 4 10 9", "8 4 9 38"):
        replace_line(root / "bounding_boxes.txt", 1, f"2 {box}")
        with pytest.raises(WrongOption, match=rf"\({box}\) reaches beyond its 48 × 40 pixels"):
            load(root, boxes=True)
    replace_line(root / "bounding_boxes.txt", 1, "2 8 4 0 9")
    with pytest.raises(WrongOption, match=r"dataset.boxes=true: the box of .*bird_1.jpg is empty"):
        load(root, boxes=True)


def test_missing_photos_are_named(tmp_path):
    root = cub_folder(tmp_path / "mine")
    (root / "images/001.Albatross/bird_3.jpg").unlink()
    (root / "images/003.Auklet/bird_0.jpg").unlink()
    told = r"2 of 12 images are missing: images/001.Albatross/bird_3.jpg, images/003.Auklet/bird_0"
    with pytest.raises(WrongOption, match=told):
        load(root)


@pytest.mark.parametrize(
    ("table", "number", "line", "told"),
    [
        ("train_test_split", 4, None, "nothing for image 5"),
        ("train_test_split", 4, "99 1", "nothing for image 5"),
        ("train_test_split", 11, "12 1\n13 0", "unknown image 13"),
        ("train_test_split", 4, "5 2", "1 .train. or 0 .test., found 2 for image 5"),
        ("train_test_split", 4, "4 1", "4 again in line 5"),
        ("train_test_split", 4, "5", "found '5' in line 5"),
        ("image_class_labels", 0, "1 7", "class numbers of classes.txt, found 7 for image 1"),
        ("image_class_labels", 0, "1 one", "whole numbers of classes, found one"),
        ("image_class_labels", 0, None, "nothing for image 1"),
        ("classes", 0, "one 001.Albatross", "whole numbers of classes, found one"),
        ("bounding_boxes", 0, "1 a b c d", "four numbers, found a b c d for image 1"),
        ("bounding_boxes", 0, "1 0 0 nan 5", "four finite numbers"),
        ("bounding_boxes", 0, None, "nothing for image 1"),
    ],
)
def test_lists_that_contradict_each_other_are_named(tmp_path, table, number, line, told):
    root = cub_folder(tmp_path / "mine")
    replace_line(root / f"{table}.txt", number, line)
    with pytest.raises(DataDamaged, match=rf"{table}.txt is damaged: .*{told}"):
        load(root)


def test_a_class_without_photos_is_named(tmp_path):
    root = cub_folder(tmp_path / "mine")
    replace_line(root / "classes.txt", 2, "3 003.Auklet\n4 004.Bunting")
    with pytest.raises(WrongOption, match=r"no image of class 004.Bunting"):
        load(root)


def test_a_folder_of_another_layout_is_refused_by_what_is_missing(tmp_path):
    root = cub_folder(tmp_path / "mine")
    (root / "classes.txt").unlink()
    with pytest.raises(WrongOption, match=r"dataset.root=.*mine: classes.txt is missing"):
        load(root)
    with pytest.raises(WrongOption, match=r"dataset.root=.*there is no such folder"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "options",
    [{"classes": 1}, {"classes": True}, {"classes": "2"}, {"boxes": 1}, {"image_size": 7}],
)
def test_options_that_make_no_sense_are_refused_by_name(options):
    (name,) = options
    with pytest.raises(WrongOption, match=f"dataset.{name}={options[name]}:"):
        CUB(**options)


@pytest.mark.real_data
def test_the_first_twenty_classes_have_thirty_photos_each_to_train_on(monkeypatch):
    monkeypatch.setenv("SCARCE_DATA", DATA)
    samples = CUB(image_size=8, classes=20).load()
    assert len(samples) == 1115
    assert np.bincount(samples.labels[: samples.official_train]).tolist() == [30] * 20
    assert samples.caveats[1].startswith("images reduced to a shorter side of 256 pixels")
