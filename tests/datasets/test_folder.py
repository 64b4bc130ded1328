import os
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import WrongOption
from datasets.folder import Folder
from datasets.samples import Samples, summary


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def photo(path):
    """A picture unlike all others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = zlib.crc32("/".join(path.parts[-4:]).encode())
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((40, 40), Image.Resampling.BICUBIC).save(path)


def photos(root, *names):
    for name in names:
        photo(root / name)
    return root


def load(root, **options):
    return Folder(root, **{"image_size": 32, **options}).load()


def two_classes(root, ants=2, bees=2):
    ants = [f"ant/{k}.png" for k in range(ants)]
    return photos(root, *ants, *[f"bee/{k}.png" for k in range(bees)])


def test_folders_are_classes(tmp_path):
    samples = load(photos(tmp_path / "a", "bee/2.png", "bee/1.jpg", "ant/x.webp", "ant/deep/y.bmp"))
    assert samples.inputs.shape == (4, 3, 32, 32)
    assert samples.class_names == ("ant", "bee")
    assert samples.names == ("ant/deep/y.bmp", "ant/x.webp", "bee/1.jpg", "bee/2.png")
    assert samples.labels.tolist() == [0, 0, 1, 1]
    assert samples.labels.dtype == np.int64
    assert (samples.official_train, samples.peak, samples.caveats) == (None, 255.0, ())


def test_the_parts_train_and_val_come_first_and_test_last(tmp_path):
    parts = ("test/ant/1.png", "test/bee/1.png", "val/ant/2.png", "val/bee/2.png")
    samples = load(photos(tmp_path / "a", *parts, "train/ant/3.png", "train/bee/3.png"))
    assert samples.names == (
        *("train/ant/3.png", "train/bee/3.png", "val/ant/2.png", "val/bee/2.png"),
        *("test/ant/1.png", "test/bee/1.png"),
    )
    assert samples.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert samples.official_train == 4


def test_parts_without_a_test_part_are_one_set_and_say_so(tmp_path):
    names = ("train/ant/1.png", "train/bee/1.png", "val/ant/2.png", "val/bee/2.png")
    samples = load(photos(tmp_path / "a", *names))
    assert (len(samples), samples.official_train) == (4, None)
    assert samples.caveats[0].startswith("there is no folder test")


def test_a_class_may_be_called_train(tmp_path):
    samples = load(photos(tmp_path / "a", "train/1.png", "plane/1.png", "bus/1.png"))
    assert samples.class_names == ("bus", "plane", "train")


def test_the_fingerprint_known_from_decoding_is_that_of_the_samples(tmp_path):
    samples = load(two_classes(tmp_path / "a"))
    parts = (samples.inputs, samples.labels, samples.class_names, samples.peak)
    assert samples.fingerprint == Samples(*parts).fingerprint


def test_extensions_in_capitals_count_and_other_files_are_ignored_and_told(tmp_path):
    root = photos(tmp_path / "a", "ant/1.PNG", "bee/2.Jpeg")
    for name in ("notes.txt", "ant/b.heic", "bee/c.heic", "ant/.hidden.png", "bee/README"):
        (root / name).write_bytes(b"no image")
    for name in (".git/1.png", "__MACOSX/ant/1.png"):
        photo(root / name)
    samples = load(root)
    assert samples.names == ("ant/1.PNG", "bee/2.Jpeg")
    assert samples.caveats == (
        "in the class folders files are ignored that are no images by their extension: "
        "2 .heic, 1 without extension",
    )


def test_links_within_the_folder_are_followed_but_not_in_circles(tmp_path):
    root = two_classes(tmp_path / "a")
    (root / "ant" / "again.png").symlink_to(root / "ant" / "0.png")
    (root / "bee" / "circle").symlink_to(root / "bee", target_is_directory=True)
    assert load(root).names == ("ant/0.png", "ant/1.png", "ant/again.png", "bee/0.png", "bee/1.png")


@pytest.mark.parametrize("wrapping", ["", "data", "data/photos"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_stands_for_its_folder(tmp_path, wrapping, kind):
    root = photos(tmp_path / "a", "train/ant/1.png", "train/bee/1.png")
    photos(root, "test/ant/2.png", "test/bee/2.png")
    archive = tmp_path / f"a.{kind}"
    files = [file for file in root.rglob("*") if file.is_file()]
    names = [f"{wrapping}/{file.relative_to(root)}".lstrip("/") for file in files]
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for file, name in zip(files, names, strict=True):
                packed.write(file, name)
    else:
        with tarfile.open(archive, "w:gz") as packed:
            for file, name in zip(files, names, strict=True):
                packed.add(file, name)
    assert load(str(archive)).fingerprint == load(root).fingerprint
    assert load(archive).official_train == 2


def refused(root, why, **options):
    with pytest.raises(WrongOption, match=why) as caught:
        load(root, **options)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_folder_must_be_given():
    with pytest.raises(WrongOption, match=r"dataset.root=None: give dataset.root=PATH"):
        Folder()


def test_folders_without_images_of_two_classes_are_refused(tmp_path):
    root = tmp_path / "a"
    assert refused(root, "there is no such folder").field == "dataset.root"
    root.mkdir()
    refused(root, "no images in .*/a; expected are CLASS/image files")
    photo(root / "ant" / "1.png")
    refused(root, r"one class only \(ant\)")
    (root / "bee").mkdir()
    refused(root, "class folder .*/bee holds no images")
    (root / "bee" / "notes.txt").touch()
    refused(root, "class folder .*/bee holds no images")
    photo(root / "bee" / "1.png")
    photo(root / "loose.png")
    refused(root, r"1 image \(loose.png, ...\) of no class in .*/a")


def test_a_link_to_nothing_is_refused(tmp_path):
    root = two_classes(tmp_path / "a")
    (root / "ant" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    refused(root, r"gone.png: a link to nothing")


def test_pipes_and_the_like_are_no_images(tmp_path):
    root = two_classes(tmp_path / "a")
    os.mkfifo(root / "ant" / "pipe.png")
    assert len(load(root)) == 4


def test_images_loose_in_train_and_test_are_no_classes(tmp_path):
    refused(photos(tmp_path / "a", "train/1.png", "test/2.png"), "of no class in .*/train")


def test_parts_that_do_not_fit_together_are_refused(tmp_path):
    classes = ("train/ant/1.png", "train/bee/1.png", "test/ant/1.png")
    refused(photos(tmp_path / "a", *classes), "class folders that not every part has: bee")
    refused(photos(tmp_path / "b", "test/ant/1.png"), "a folder test, but none named train")
    refused(photos(tmp_path / "c", *classes, "more/cat/1.png"), "beside train there is a folder")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"root": ""}, "root"),
        ({"root": 3}, "root"),
        ({"image_size": 0}, "image_size"),
        ({"image_size": 5000}, "image_size"),
        ({"image_size": "224"}, "image_size"),
        ({"image_size": True}, "image_size"),
        ({"broken": "ignore"}, "broken"),
        ({"broken": None}, "broken"),
        ({"max_pixels": 0}, "max_pixels"),
        ({"max_pixels": 1e8}, "max_pixels"),
    ],
)
def test_values_that_make_no_sense_are_refused(options, field):
    with pytest.raises(WrongOption) as caught:
        Folder(**{"root": "somewhere", **options})
    assert caught.value.field == f"dataset.{field}"


def test_broken_images_are_refused_by_name(tmp_path):
    root = two_classes(tmp_path / "a", ants=14)
    for k in range(12):
        (root / "ant" / f"{k}.png").write_bytes(b"broken")
    why = str(refused(root, "broken images: ant/0.png "))
    assert why.count(".png") == 10
    assert "and 2 more; replace them, or set dataset.broken=leave_out" in why


def zip_of(root):
    """An archive of all files of a folder."""
    archive = root.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(root.rglob("*.*")):
            packed.write(file, file.relative_to(root.parent).as_posix())
    return archive


def test_a_broken_image_in_an_archive_is_named_by_archive_and_member_not_by_its_cached_copy(
    tmp_path,
):
    """Nobody could tell which archive `cache/archives/3f2a.../a/ant/0.png` was of."""
    root = two_classes(tmp_path / "a")
    (root / "ant" / "0.png").write_bytes(b"broken")
    archive = zip_of(root)
    for _ in ("unpacked now", "found in the cache"):
        with pytest.raises(WrongOption) as caught:
            load(archive)
        assert str(caught.value) == (
            f"dataset.root={archive}: broken images: a/ant/0.png (no image in a known format); "
            "replace them, or set dataset.broken=leave_out"
        )


def test_a_wrong_layout_in_an_archive_is_told_of_the_archive(tmp_path):
    root = two_classes(tmp_path / "a")
    (root / "cat").mkdir()
    (root / "cat" / "readme.txt").touch()
    archive = zip_of(root)
    with pytest.raises(WrongOption) as caught:
        load(archive)
    assert str(caught.value).startswith(f"dataset.root={archive}: class folder {archive}/a/cat ")
    assert "cache" not in str(caught.value)


def test_broken_images_can_be_left_out_which_is_told(tmp_path):
    root = photos(tmp_path / "a", "train/ant/1.png", "train/ant/2.png", "train/bee/1.png")
    photos(root, "test/ant/1.png", "test/bee/1.png")
    (root / "train" / "ant" / "1.png").write_bytes(b"broken")
    samples = load(root, broken="leave_out")
    assert samples.names[0] == "train/ant/2.png"
    assert (len(samples), samples.official_train) == (4, 2)
    told = "1 of 5 files are broken and left out (train/ant/1.png, ...)"
    assert samples.caveats == (told,)


def test_a_class_of_broken_images_alone_is_refused(tmp_path):
    root = two_classes(tmp_path / "a", bees=1)
    (root / "bee" / "0.png").write_bytes(b"broken")
    refused(root, "all files of class bee are broken", broken="leave_out")


def test_images_with_more_pixels_than_allowed_count_as_broken(tmp_path):
    refused(two_classes(tmp_path / "a"), r"ant/0.png \(40 × 40\)", max_pixels=1000)


def test_uneven_classes_are_summed_up_and_very_uneven_ones_told(tmp_path):
    even, uneven = load(two_classes(tmp_path / "a", 2, 3)), load(two_classes(tmp_path / "b", 2, 4))
    assert summary(even) == "5 images: ant 2, bee 3"
    assert summary(uneven) == "6 images: ant 2, bee 4; largest/smallest = 2.0"
    assert even.caveats == uneven.caveats == ()
    (caveat,) = load(two_classes(tmp_path / "c", 2, 7)).caveats
    assert caveat.startswith("uneven classes: 7 images of bee, 2 of ant (3.5 to 1)")


def test_copies_of_training_images_in_the_test_part_are_told_as_leakage(tmp_path):
    root = photos(tmp_path / "a", "train/ant/1.png", "train/bee/1.png", "test/bee/1.png")
    with Image.open(root / "train" / "ant" / "1.png") as image:
        (root / "test" / "ant").mkdir()
        image.resize((64, 64)).save(root / "test" / "ant" / "copy.jpg", quality=60)
    assert load(root).caveats[0] == (
        "1 of 2 test images are near-duplicates of training images "
        "(train/ant/1.png ~ test/ant/copy.jpg): leakage in the official split"
    )
