"""Archives that were made to do harm, beside those of tests/datasets/test_archives.py."""

from __future__ import annotations

import gzip
import io
import os
import resource
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from datasets.archives import Limits, extracted
from datasets.errors import DataDamaged, WrongOption
from datasets.fetch import read_checked

MEGABYTE = 10**6
ENDLESS = 400 * MEGABYTE  # zeros: some hundred kilobytes when packed


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tar(path: Path, name: str, content: bytes = b"", **fields: object) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member(name, len(content), **fields), io.BytesIO(content))
    return path


def member(name: str, size: int = 0, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def zeros(path: Path, header: bytes) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header)
        for _ in range(ENDLESS // MEGABYTE):
            file.write(bytes(MEGABYTE))
    return path


def peak() -> int:
    """Bytes of memory that this process has held at most."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def refusal(archive: Path, limits: Limits | None = None) -> str:
    with pytest.raises((WrongOption, DataDamaged)) as caught:
        extracted(archive, *([limits] if limits else []))
    told = str(caught.value)
    assert len(told.splitlines()) == 1
    assert told.isprintable()
    return told


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("name", ["bomb.tar.gz", "bomb"])
def test_a_header_of_endless_zeros_is_not_read_into_memory(tmp_path, kind, name):
    header = member("x", ENDLESS, type=kind).tobuf(tarfile.USTAR_FORMAT)
    archive = zeros(tmp_path / name, header)
    before = peak()
    refusal(archive)
    assert peak() - before < 100 * MEGABYTE


def test_contents_of_endless_zeros_in_a_gz_file_are_not_read_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.fetch.LARGEST_UNPACKED", MEGABYTE)
    bomb = zeros(tmp_path / "train-images-idx3-ubyte.gz", b"")
    before = peak()
    with pytest.raises(DataDamaged, match=r"more than 0\.001 GB unpacked"):
        read_checked(bomb, "0" * 64)
    assert peak() - before < 100 * MEGABYTE


@pytest.mark.parametrize("suffix", ["zip", "tar"])
def test_folders_count_as_files_do(tmp_path, suffix):
    path = tmp_path / f"folders.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(11):
                archive.writestr(f"{number}/", b"")
    else:
        with tarfile.open(path, "w") as archive:
            for number in range(11):
                archive.addfile(member(f"{number}", type=tarfile.DIRTYPE))
    assert "more than 10 files and folders" in refusal(path, Limits(files=10))


@pytest.mark.parametrize(
    "name",
    ["a\0b", "x" * 300, "ant/" + "x" * 256 + "/bee", "ä" * 128],
    ids=["null", "long", "long folder", "long in bytes"],
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    archive = tar(tmp_path / "a.tar", "ant", pax_headers={"path": name})
    assert "is no name of a file" in refusal(archive)


@pytest.mark.parametrize("name", ["a\n\x1b[31m\x1b]0;evil\x07/../b", "../" + "y" * 100_000])
def test_what_is_told_of_a_name_is_one_short_printable_line(tmp_path, name):
    assert len(refusal(tar(tmp_path / "a.tar", name))) < 500 + len(str(tmp_path))


@pytest.mark.parametrize("size", ["-5", "99999999999999999999", "nan", "1e9"])
def test_a_size_that_cannot_be_ends_in_one_line_or_in_the_file(tmp_path, size):
    archive = tar(tmp_path / "a.tar", "ant", b"1", pax_headers={"size": size})
    try:
        found = [path.name for path in extracted(archive).iterdir()]
    except (WrongOption, DataDamaged) as error:
        found = str(error).splitlines()
    assert len(found) == 1


def test_the_disk_is_a_limit_too(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.archives.free_bytes", lambda folder: 1000)
    assert "unpacked it exceeds" in refusal(tar(tmp_path / "a.tar", "ant", bytes(2000)))


def test_no_file_can_be_run_or_belongs_to_another(tmp_path):
    archive = tar(tmp_path / "a.tar", "ant", b"#!/bin/sh", mode=0o6777, uid=0, gid=0)
    (made,) = extracted(archive).iterdir()
    assert made.stat().st_mode & 0o7111 == 0
    assert made.stat().st_uid == os.getuid()


def test_what_a_killed_process_leaves_does_not_look_whole(tmp_path, cache):
    archive = zeros(tmp_path / "a.tar.gz", member("big", ENDLESS).tobuf())
    with gzip.open(archive, "ab") as file:
        file.write(member("last").tobuf() + bytes(1024))
    script = "import sys, pathlib; from datasets.archives import extracted; "
    script += "extracted(pathlib.Path(sys.argv[1]))"
    words = [sys.executable, "-c", script, str(archive)]
    child = subprocess.Popen(words, cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in cache.rglob("big")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    child.kill()
    child.wait()
    assert [path.name for path in cache.rglob("big")], "the archive was being unpacked"
    assert not list(cache.rglob("last"))
    entries = [path for path in (cache / "archives").iterdir() if path.is_dir()]
    assert all(path.name.endswith(".unfinished") for path in entries)
    assert {path.name for path in extracted(archive).iterdir()} == {"big", "last"}
    assert not [path for path in (cache / "archives").iterdir() if path.suffix == ".unfinished"]
