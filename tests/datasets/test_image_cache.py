import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from datasets import image_cache
from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from datasets.image_cache import decoded_images
from datasets.image_listing import list_images
from datasets.samples import fingerprint_arrays


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def photos(root, count=6, seed=0):
    """Noise in the classes ant and bee."""
    random = np.random.default_rng(seed)
    for k in range(count):
        folder = root / ("ant", "bee")[k % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (20, 24, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{k}.png")
    return root


def decoded(root, image_size=16):
    return decoded_images(list_images(root), image_size)


def test_decoded_images_are_memory_mapped_read_only_in_the_order_of_the_listing(tmp_path):
    found = decoded(photos(tmp_path / "a"))
    assert isinstance(found.images, np.memmap)
    assert not found.images.flags.writeable
    assert found.images.shape == (6, 3, 16, 16)
    assert found.positions.tolist() == list(range(6))
    with Image.open(tmp_path / "a" / "ant" / "2.png") as image:
        middle = np.asarray(image.crop((2, 0, 22, 20)).resize((16, 16), Image.Resampling.BICUBIC))
    np.testing.assert_allclose(found.images[1].transpose(1, 2, 0)[2:-2, 2:-2], middle[2:-2, 2:-2])


def test_the_fingerprint_is_that_of_the_samples_whatever_the_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(image_cache, "CHUNK", 100)
    found = decoded(photos(tmp_path / "a"))
    labels = np.array([0, 0, 0, 1, 1, 1], dtype=np.int64)
    text = json.dumps([["ant", "bee"], 255.0])
    assert found.fingerprint == fingerprint_arrays(text, found.images, labels)


def test_content_decides_the_fingerprint_not_paths_or_times(tmp_path):
    first = photos(tmp_path / "a")
    second = photos(tmp_path / "b")
    for file in second.rglob("*.png"):
        file.rename(file.with_name(f"x{file.name}"))
        os.utime(file.with_name(f"x{file.name}"), (0, 0))
    assert decoded(first).fingerprint == decoded(second).fingerprint
    assert decoded(first).fingerprint != decoded(photos(tmp_path / "c", seed=1)).fingerprint


def test_images_are_decoded_once(tmp_path, monkeypatch):
    root = photos(tmp_path / "a")
    before = decoded(root)
    monkeypatch.setattr(image_cache, "decode_all", None)
    np.testing.assert_array_equal(decoded(root).images, before.images)


def test_a_changed_file_and_another_size_are_decoded_anew(tmp_path):
    root = photos(tmp_path / "a")
    before = decoded(root)
    Image.new("RGB", (24, 20), "red").save(root / "ant" / "0.png")
    assert decoded(root).fingerprint != before.fingerprint
    assert decoded(root).images[0, :, 8, 8].tolist() == [255, 0, 0]
    assert decoded(root, image_size=8).images.shape == (6, 3, 8, 8)


def test_equal_looking_files_in_another_folder_are_not_confused(tmp_path):
    """Uncompressed files agree in size, and files from archives in time."""
    for name, colour in (("a", "red"), ("b", "blue")):
        for label in ("ant", "bee"):
            (tmp_path / name / label).mkdir(parents=True)
            Image.new("RGB", (8, 8), colour).save(tmp_path / name / label / "0.bmp")
            os.utime(tmp_path / name / label / "0.bmp", (0, 0))
    assert decoded(tmp_path / "a").fingerprint != decoded(tmp_path / "b").fingerprint


def test_the_same_files_in_other_parts_are_another_entry(tmp_path):
    listing = list_images(photos(tmp_path / "a"))
    for official in (2, 4):
        found = decoded_images(dataclasses.replace(listing, official_train=official), 16)
        assert found.official_train == official


def test_broken_files_are_left_out_and_listed(tmp_path):
    root = photos(tmp_path / "a")
    (root / "bee" / "1.png").write_bytes(b"broken")
    found = decoded(root)
    assert found.broken == (("bee/1.png", "no image in a known format"),)
    assert found.positions.tolist() == [0, 1, 2, 4, 5]
    assert len(found.images) == 5
    text = json.dumps([["ant", "bee"], 255.0])
    labels = np.array([0, 0, 0, 1, 1], dtype=np.int64)
    assert found.fingerprint == fingerprint_arrays(text, found.images, labels)


def test_what_is_damaged_in_the_cache_is_told(tmp_path, cache):
    root = photos(tmp_path / "a")
    decoded(root)
    (pixels,) = cache.glob("images/*/images.npy")
    pixels.write_bytes(pixels.read_bytes()[:500])
    with pytest.raises(DataDamaged, match=r"cache/images/.* is damaged"):
        decoded(root)


def test_a_file_that_vanished_is_not_remembered_as_broken(tmp_path):
    root = photos(tmp_path / "a")
    listing = list_images(root)
    (root / "ant" / "0.png").rename(tmp_path / "0.png")
    with pytest.raises(DataUnavailable, match=r"ant/0.png cannot be read"):
        decoded_images(listing, 16)
    (tmp_path / "0.png").rename(root / "ant" / "0.png")
    assert not decoded_images(listing, 16).broken


def test_a_listing_of_broken_files_alone_gives_no_images(tmp_path):
    root = photos(tmp_path / "a", count=2)
    for file in root.rglob("*.png"):
        file.write_bytes(b"")
    assert decoded(root).images.shape == (0, 3, 16, 16)
    assert len(decoded(root).broken) == 2


def test_images_that_do_not_fit_on_the_disk_are_refused_in_one_line(tmp_path, cache):
    listing = list_images(photos(tmp_path / "a"))
    with pytest.raises(WrongOption, match=r"dataset.image_size=4000000: 6 decoded images need"):
        decoded_images(listing, 4_000_000)
    assert not list((cache / "images").glob("*/"))


def test_no_more_than_a_few_images_are_held_in_memory(tmp_path):
    """150 images of 1.1 MB by a process whose memory may grow by 90 MB only."""
    root = photos(tmp_path / "a", count=150)
    script = (
        "import resource, sys, pathlib, scipy.fftpack, imagehash, rich.progress\n"
        "from datasets.image_cache import decoded_images\n"
        "from datasets.image_listing import list_images\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "listing = list_images(pathlib.Path(sys.argv[1]))\n"
        "before = peak()\n"
        "decoded_images(listing, 600)\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, root], capture_output=True, text=True)
    assert int(done.stdout) < 90_000, done.stderr
