import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasets.errors import DataDamaged, DataUnavailable
from datasets.fetch import cache_folder, fetch, search_folders

CONTENT = b"pixels" * 50_000
CHECKSUM = "md5:" + hashlib.md5(CONTENT).hexdigest()
REMEDY = "put a.gz there yourself"


def get(folder, *hosts, patience=0.6):
    mirrors = [host.url for host in hosts]
    return fetch("a.gz", mirrors, CHECKSUM, folder, REMEDY, patience=patience)


def refusal(folder, *hosts):
    with pytest.raises(DataUnavailable) as caught:
        get(folder, *hosts)
    assert caught.value.remedy == REMEDY
    return caught.value.reason


def test_the_first_mirror_that_has_the_file_serves_it(hosts, tmp_path):
    first, second = hosts.serving({"a.gz": CONTENT}), hosts.serving({"a.gz": CONTENT})
    path = get(tmp_path / "new" / "folder", first, second)
    assert path == tmp_path / "new" / "folder" / "a.gz"
    assert path.read_bytes() == CONTENT
    assert (first.requests, second.requests) == (["a.gz"], [])
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("files", "after_half", "asked"),
    [
        ({}, None, 1),
        ({"a.gz": b"something else"}, None, 1),
        ({"a.gz": CONTENT}, "close", 4),
        ({"a.gz": CONTENT}, "stall", 4),
    ],
    ids=["missing", "wrong checksum", "broken off", "stalled"],
)
def test_after_a_mirror_that_fails_the_next_is_asked(hosts, tmp_path, files, after_half, asked):
    failing = hosts.serving(files, after_half)
    path = get(tmp_path, failing, hosts.serving({"a.gz": CONTENT}))
    assert path.read_bytes() == CONTENT
    assert failing.requests == ["a.gz"] * asked


def test_when_all_mirrors_fail_each_reason_is_told_and_nothing_is_left(hosts, tmp_path):
    missing = hosts.serving({})
    wrong = hosts.serving({"a.gz": b"something else"})
    cut = hosts.serving({"a.gz": CONTENT}, after_half="close")
    reason = refusal(tmp_path, missing, wrong, cut)
    assert "HTTP status 404" in reason
    assert f"sent something else than {CHECKSUM}" in reason
    assert reason.count("127.0.0.1") == 3
    assert list(tmp_path.iterdir()) == []


def test_hosts_that_never_answer_are_given_up_in_time_and_remembered(hosts, tmp_path):
    silent = [hosts.silent(), hosts.silent(), hosts.silent()]
    start = time.perf_counter()
    assert "no answer in time" in refusal(tmp_path, *silent)
    first = time.perf_counter() - start
    assert "no answer in time" in refusal(tmp_path, *silent)
    second = time.perf_counter() - start - first
    assert 0.5 < first < 2
    assert second < 0.1


def test_the_default_patience_is_below_ten_seconds():
    assert fetch.__defaults__[0] < 10


def test_a_host_that_refuses_connections_is_not_asked_again(hosts, tmp_path):
    host = hosts.serving({"a.gz": CONTENT})
    host.close()
    refusal(tmp_path, host)
    start = time.perf_counter()
    assert "the connection failed" in refusal(tmp_path, host)
    assert time.perf_counter() - start < 0.1


def test_a_host_that_answers_is_asked_again_even_if_the_file_was_missing(hosts, tmp_path):
    files = {}
    host = hosts.serving(files)
    refusal(tmp_path, host)
    files["a.gz"] = CONTENT
    assert get(tmp_path, host).read_bytes() == CONTENT


def test_a_file_that_is_there_is_checked_and_never_replaced(hosts, tmp_path):
    host = hosts.serving({"a.gz": CONTENT})
    (tmp_path / "a.gz").write_bytes(b"my own")
    with pytest.raises(DataDamaged) as caught:
        get(tmp_path, host)
    assert caught.value.file == tmp_path / "a.gz"
    assert caught.value.expected == CHECKSUM
    assert caught.value.found == "md5:" + hashlib.md5(b"my own").hexdigest()
    assert (tmp_path / "a.gz").read_bytes() == b"my own"
    (tmp_path / "a.gz").write_bytes(CONTENT)
    assert get(tmp_path, host) == tmp_path / "a.gz"
    assert host.requests == []


def test_a_folder_that_cannot_be_made_is_told(hosts, tmp_path):
    (tmp_path / "file").touch()
    reason = refusal(tmp_path / "file" / "folder", hosts.serving({"a.gz": CONTENT}))
    assert "cannot be written" in reason


def test_a_killed_download_leaves_no_file_under_the_final_name(hosts, tmp_path):
    host = hosts.serving({"a.gz": CONTENT}, after_half="stall")
    script = (
        "import sys; from datasets.fetch import fetch; url, checksum, folder = sys.argv[1:]; "
        "fetch('a.gz', [url], checksum, folder, 'none')"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, host.url, CHECKSUM, tmp_path],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size for path in tmp_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert any(tmp_path.iterdir())
    assert not (tmp_path / "a.gz").exists()


def test_a_proxy_is_honoured(hosts, tmp_path, monkeypatch):
    proxy = hosts.serving({"a.gz": CONTENT})
    monkeypatch.setenv("http_proxy", proxy.url)
    path = fetch("a.gz", ["http://mirror.invalid/x/"], CHECKSUM, tmp_path, REMEDY)
    assert path.read_bytes() == CONTENT
    assert proxy.requests == ["a.gz"]


def test_a_data_folder_that_is_not_there_is_told(hosts, tmp_path, monkeypatch):
    """Regression: the remedy was to set SCARCE_DATA, which was set, to no folder."""
    host = hosts.serving({})
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "nowhere"))
    told = f"; SCARCE_DATA={tmp_path / 'nowhere'}: there is no such folder"
    assert refusal(tmp_path, host).endswith(told)
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path))
    assert "SCARCE_DATA" not in refusal(tmp_path, host)


def test_data_is_searched_in_scarce_data_then_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    assert search_folders("a/b") == [tmp_path / "data/a/b", tmp_path / "cache/a/b"]
    monkeypatch.delenv("SCARCE_DATA")
    assert search_folders("a/b") == [tmp_path / "cache/a/b"]


def test_without_a_choice_the_cache_is_the_platforms(monkeypatch):
    monkeypatch.delenv("SCARCE_CACHE", raising=False)
    assert cache_folder().is_absolute()
    assert "scarce" in cache_folder().parts
