import io
import os
import tarfile
import zipfile

import pytest

from datasets.archives import Limits, extracted
from datasets.errors import DataDamaged, WrongOption

FILES = {"photos/ant/1.txt": b"one", "photos/bee/deep/2.txt": b"two" * 1000}
TAR_SUFFIXES = ["tar", "tgz", "tar.gz", "tar.bz2", "tar.xz"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tar(path, *members):
    """A tar file of members (name, content or TarInfo fields)."""
    compression = {"tgz": "gz", "tar": ""}.get(path.name.partition(".")[2], path.suffix[1:])
    with tarfile.open(path, f"w:{compression}") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                for field, value in content.items():
                    setattr(info, field, value)
                archive.addfile(info)
    return path


def zipped(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def contents(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def assert_nothing_extracted(cache, tmp_path, *before):
    assert not list((cache / "archives").glob("*/"))
    assert sorted(tmp_path.iterdir()) == sorted([cache, *before])


@pytest.mark.parametrize("suffix", ["zip", *TAR_SUFFIXES])
def test_archives_are_unpacked_into_the_cache(tmp_path, cache, suffix):
    path = tmp_path / f"a.{suffix}"
    make = zipped if suffix == "zip" else tar
    folder = extracted(make(path, *FILES.items()))
    assert contents(folder) == FILES
    assert cache in folder.parents


def test_an_archive_is_unpacked_once_and_again_when_it_changes(tmp_path):
    path = zipped(tmp_path / "a.zip", *FILES.items())
    folder = extracted(path)
    (folder / "mark").touch()
    assert (extracted(path) / "mark").exists()
    zipped(path, ("ant/1.txt", b"changed"))
    assert contents(extracted(path)) == {"ant/1.txt": b"changed"}


@pytest.mark.parametrize("suffix", ["zip", "tar"])
def test_unpacked_files_carry_the_time_of_the_archive(tmp_path, suffix):
    """So that what was decoded from them is found again when they are unpacked again."""
    path = (zipped if suffix == "zip" else tar)(tmp_path / f"a.{suffix}", *FILES.items())
    os.utime(path, ns=(10**18, 10**18))
    files = [file for file in extracted(path).rglob("*") if file.is_file()]
    assert {file.stat().st_mtime_ns for file in files} == {10**18}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside.txt", "leaves the folder"),
        ("ant/../../outside.txt", "leaves the folder"),
        ("ant\\..\\..\\outside.txt", "leaves the folder"),
        ("/tmp/outside.txt", "absolute path"),
        ("C:\\outside.txt", "absolute path"),
        ("\\outside.txt", "absolute path"),
    ],
)
@pytest.mark.parametrize("make", [zipped, tar])
def test_paths_that_leave_the_folder_are_refused(tmp_path, cache, make, name, why):
    path = make(tmp_path / ("a.zip" if make is zipped else "a.tar"), ("ok", b"1"), (name, b"2"))
    with pytest.raises(WrongOption, match=f"dataset.root=.*{why}"):
        extracted(path)
    assert_nothing_extracted(cache, tmp_path, path)


@pytest.mark.parametrize("make", [zipped, tar])
def test_nobody_is_told_to_unpack_by_hand_what_leaves_the_folder(tmp_path, make):
    """Such archives are made to write elsewhere; the remedy once was to unpack them oneself."""
    path = make(tmp_path / ("a.zip" if make is zipped else "a.tar"), ("../../.bashrc", b"1"))
    with pytest.raises(WrongOption) as caught:
        extracted(path)
    assert str(caught.value) == (
        f"dataset.root={path}: ../../.bashrc leaves the folder; do not unpack it; get it anew from "
        "a source that you trust"
    )


SYMLINK, HARDLINK = {"type": tarfile.SYMTYPE}, {"type": tarfile.LNKTYPE}


@pytest.mark.parametrize("kind", [SYMLINK, HARDLINK])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../../etc/passwd", "nothing", "ant/link"])
def test_links_that_lead_to_no_file_of_the_archive_are_refused(tmp_path, cache, kind, target):
    path = tar(tmp_path / "a.tar", ("ant/1", b"1"), ("ant/link", {**kind, "linkname": target}))
    with pytest.raises(WrongOption, match="link to nothing in the archive"):
        extracted(path)
    assert_nothing_extracted(cache, tmp_path, path)


def test_a_file_behind_a_linked_folder_does_not_leave_the_folder(tmp_path, cache):
    outside = tmp_path / "outside"
    outside.mkdir()
    members = [("ant", {**SYMLINK, "linkname": str(outside)}), ("ant/1", b"1")]
    path = tar(tmp_path / "a.tar", *members)
    with pytest.raises(WrongOption, match="link"):
        extracted(path)
    assert not list(outside.iterdir())


@pytest.mark.parametrize(("kind", "target"), [(SYMLINK, "1"), (HARDLINK, "ant/1")])
def test_links_within_the_archive_become_copies(tmp_path, kind, target):
    members = [("ant/1", b"one"), ("ant/2", {**kind, "linkname": target})]
    folder = extracted(tar(tmp_path / "a.tar", *members))
    assert contents(folder) == {"ant/1": b"one", "ant/2": b"one"}
    assert not (folder / "ant" / "2").is_symlink()


def test_links_in_zip_files_are_refused(tmp_path):
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with pytest.raises(WrongOption, match="link is a link"):
        extracted(zipped(tmp_path / "a.zip", (info, "/etc/passwd")))


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_and_pipes_are_refused(tmp_path, kind):
    with pytest.raises(WrongOption, match="device or pipe"):
        extracted(tar(tmp_path / "a.tar", ("null", {"type": kind})))


def test_more_files_than_the_limit_are_refused(tmp_path, cache):
    path = zipped(tmp_path / "a.zip", *[(f"{k}", b"") for k in range(4)])
    with pytest.raises(WrongOption, match="more than 3 files"):
        extracted(path, Limits(files=3))
    assert len(contents(extracted(path, Limits(files=4)))) == 4


@pytest.mark.parametrize("make", [zipped, tar])
def test_a_small_archive_of_endless_zeros_is_refused(tmp_path, cache, make):
    path = make(tmp_path / ("a.zip" if make is zipped else "a.tgz"), ("zeros", bytes(10**7)))
    assert path.stat().st_size < 10**5
    with pytest.raises(WrongOption, match="unpacked it exceeds"):
        extracted(path, Limits(size=10**6))
    assert_nothing_extracted(cache, tmp_path, path)


def test_many_links_to_one_file_count_each_with_its_size(tmp_path):
    links = [(f"{k}", {**HARDLINK, "linkname": "first"}) for k in range(20)]
    path = tar(tmp_path / "a.tar", ("first", bytes(10**5)), *links)
    with pytest.raises(WrongOption, match="unpacked it exceeds"):
        extracted(path, Limits(size=10**6))


def test_a_zip_file_that_declares_too_little_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", ("zeros", bytes(10**6)))
    lie = path.read_bytes().replace((10**6).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(lie)
    with pytest.raises((DataDamaged, WrongOption)):
        extracted(path, Limits(size=1000))


def test_a_name_that_occurs_twice_is_refused(tmp_path):
    path = tar(tmp_path / "a.tar", ("ant", b"1"), ("ant", b"2"))
    with pytest.raises(WrongOption, match="ant twice"):
        extracted(path)
    path = tar(tmp_path / "b.tar", ("ant", b"1"), ("ant/bee", b"2"))
    with pytest.raises(WrongOption, match="ant/bee twice"):
        extracted(path)


@pytest.mark.parametrize("suffix", ["zip", *TAR_SUFFIXES])
@pytest.mark.parametrize("kept", [0.02, 0.5])
def test_truncated_archives_are_damaged(tmp_path, cache, suffix, kept):
    path = tmp_path / f"a.{suffix}"
    noise = os.urandom(40_000)
    (zipped if suffix == "zip" else tar)(path, ("ant/1", noise), ("ant/2", noise))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataDamaged, match=f"a.{suffix} is damaged"):
        extracted(path)
    assert_nothing_extracted(cache, tmp_path, path)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"photo")
    with pytest.raises(WrongOption, match=r"dataset.root=.*photo.jpg: name a folder, or a file of"):
        extracted(tmp_path / "photo.jpg")
