import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from datasets.decoding import decode_all
from datasets.duplicates import duplicate_caveats, find_near_duplicates, perceptual_hashes

SIZE = 96


def scene(seed):
    """A smooth random picture: as unlike others as photos are."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((SIZE, SIZE), Image.Resampling.BICUBIC)


def hashes_of(images):
    return np.array([perceptual_hashes(np.asarray(image)) for image in images])


def jpeg(image, path):
    image.save(path / "copy.jpg", quality=40)
    with Image.open(path / "copy.jpg") as copy:
        return copy.convert("RGB")


COPIES = {
    "the same": lambda image, path: image,
    "compressed": jpeg,
    "resized": lambda image, path: image.resize((48, 48)).resize((SIZE, SIZE)),
    "brightened": lambda image, path: ImageEnhance.Brightness(image).enhance(1.15),
    "richer in contrast": lambda image, path: ImageEnhance.Contrast(image).enhance(1.2),
    "mirrored": lambda image, path: ImageOps.mirror(image),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_changed_copies_are_near_duplicates_of_their_originals(tmp_path, change):
    originals = [scene(seed) for seed in range(20)]
    copies = [change(image, tmp_path) for image in originals]
    found = find_near_duplicates(hashes_of([*originals, *copies]), official_train=20)
    assert found.across.tolist() == [[20 + k, k] for k in range(20)]


def test_different_pictures_are_no_near_duplicates():
    found = find_near_duplicates(hashes_of([scene(seed) for seed in range(200)]), 100)
    assert not len(found.anywhere)
    assert not len(found.across)


def test_without_official_parts_pairs_are_found_among_all_images():
    images = [scene(0), scene(1), scene(2), ImageOps.mirror(scene(1))]
    found = find_near_duplicates(hashes_of(images), official_train=None)
    assert found.anywhere.tolist() == [[1, 3], [3, 1]]
    assert not len(found.across)


def test_many_equal_pictures_need_no_table_of_all_pairs():
    found = find_near_duplicates(np.zeros((3000, 2, 2), dtype=np.uint64), official_train=1500)
    assert found.anywhere.shape == (3000, 2)
    assert found.across.shape == (1500, 2)


def test_no_images_have_no_near_duplicates():
    assert not len(find_near_duplicates(np.zeros((0, 2, 2), dtype=np.uint64), None).anywhere)


def test_leakage_between_the_official_parts_is_told_with_examples():
    images = [scene(0), scene(1), scene(2), scene(0), scene(3)]
    found = find_near_duplicates(hashes_of(images), official_train=3)
    labels = np.array([0, 0, 1, 0, 1], dtype=np.int64)
    names = ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
    assert duplicate_caveats(found, labels, names, 3) == [
        "1 of 2 test images are near-duplicates of training images (a.jpg ~ d.jpg): "
        "leakage in the official split",
        "2 of all 5 images are near-duplicates of another (a.jpg ~ d.jpg): "
        "leakage wherever a split separates them",
    ]


def test_near_duplicates_of_different_classes_are_told():
    found = find_near_duplicates(hashes_of([scene(0), scene(0)]), None)
    caveats = duplicate_caveats(found, np.array([0, 1], dtype=np.int64), ("a", "b"), None)
    assert caveats[-1] == "2 images have a near-duplicate of another class (a ~ b)"


def test_long_lists_of_pairs_are_cut():
    images = [scene(k) for k in range(5)]
    found = find_near_duplicates(hashes_of([*images, *images]), None)
    names = tuple("abcdefghij")
    (caveat,) = duplicate_caveats(found, np.zeros(10, dtype=np.int64), names, None)
    assert "(a ~ f, b ~ g, c ~ h, ...)" in caveat


@pytest.mark.real_data
def test_of_real_photos_changed_copies_are_found_and_others_are_not(tmp_path):
    """Seven photos of this set are known to recur, mirrored or cut a little."""
    photos = sorted((Path(os.environ["SCARCE_DATA"]) / "bigcats").rglob("*.jpg"))[::2]
    pixels = list(decode_all(photos, 224))
    copies = [change(Image.fromarray(p), tmp_path) for p in pixels for change in COPIES.values()]
    hashes = hashes_of([*map(Image.fromarray, pixels), *copies[::7]])
    found = find_near_duplicates(hashes, official_train=len(pixels))
    assert len(found.across) == len(copies[::7])
    assert len(found.anywhere[found.anywhere.max(axis=1) < len(pixels)]) <= 7
