"""Downloads over bad lines and from bad hosts: resumed, tried again, limited, always compared."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasets import downloading
from datasets.errors import DataUnavailable
from datasets.fetch import fetch
from tests.hardening.web import reset, sending, status, web

CONTENT = os.urandom(300_000)
CHECKSUM = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
HALF = 2 * downloading.CHUNK
REMEDY = "put photos.zip there yourself"


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy unless a test names one; pauses too short to wait for."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(downloading, "PAUSE", 0.01)


def get(folder, *hosts, **options):
    mirrors = [host if isinstance(host, str) else host.url for host in hosts]
    return fetch("photos.zip", mirrors, CHECKSUM, folder, REMEDY, **{"patience": 4.0} | options)


def refusal(folder, *hosts, **options):
    with pytest.raises(DataUnavailable) as caught:
        get(folder, *hosts, **options)
    assert caught.value.remedy == REMEDY
    assert "\n" not in caught.value.reason
    return caught.value.reason


def assert_fetched_alone(folder):
    assert [path.name for path in folder.iterdir()] == ["photos.zip"]
    assert (folder / "photos.zip").read_bytes() == CONTENT


def trickling(handler):
    """Sends a few bytes at a time, as long as anybody listens."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(CONTENT[:10])
            time.sleep(0.02)


def test_a_host_that_trickles_is_given_up_for_the_next(tmp_path, monkeypatch):
    """It never stalls, so that no wait for the next bytes is ever too long."""
    monkeypatch.setattr(downloading, "GRACE", 0.1)
    with web(trickling) as slow, web(sending(CONTENT)) as other:
        get(tmp_path, slow, other)
        assert len(slow.asked) == 1 + downloading.RETRIES
    assert_fetched_alone(tmp_path)


class TestResuming:
    @pytest.mark.parametrize(
        "version",
        [{"ETag": '"one"'}, {"Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT"}],
        ids=lambda version: next(iter(version)),
    )
    def test_a_transfer_that_breaks_off_goes_on_where_it_was(self, tmp_path, version):
        replies = sending(CONTENT, version, until=HALF), sending(CONTENT, version)
        with web(*replies) as host:
            get(tmp_path, host)
        assert host.ranges == [None, f"bytes={HALF}-"]
        assert_fetched_alone(tmp_path)

    def test_wrong_bytes_in_two_parts_are_refused_after_few_requests(self, tmp_path):
        """Regression: the file was asked for again and again, without end."""
        wrong = bytes(len(CONTENT))
        with web(*[sending(wrong, until=HALF), sending(wrong)] * 20) as host:
            assert "sent something else" in refusal(tmp_path, host)
        assert len(host.ranges) <= 4

    def test_a_later_call_goes_on_after_what_an_earlier_one_left(self, tmp_path):
        with web(sending(CONTENT, until=HALF), sending(CONTENT, until=0)) as host:
            assert "the transfer broke off" in refusal(tmp_path, host)
        assert not (tmp_path / "photos.zip").exists()
        with web(sending(CONTENT)) as host:
            get(tmp_path, host)
        assert host.ranges == [f"bytes={HALF}-"]
        assert_fetched_alone(tmp_path)

    def test_a_killed_process_leaves_what_the_next_goes_on_after(self, tmp_path):
        def stalling(handler):
            sending(CONTENT, until=HALF)(handler)
            time.sleep(30)

        script = (
            "import sys; from datasets.fetch import fetch; url, checksum, folder = sys.argv[1:]; "
            "fetch('photos.zip', [url], checksum, folder, 'none', patience=60)"
        )
        with web(stalling, sending(CONTENT)) as host:
            words = [sys.executable, "-c", script, host.url, CHECKSUM, str(tmp_path)]
            child = subprocess.Popen(words, cwd=Path(__file__).parents[2])
            deadline = time.monotonic() + 60
            while not any(path.stat().st_size > HALF // 2 for path in tmp_path.iterdir()):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            child.kill()
            child.wait()
            get(tmp_path, host)
        assert host.ranges[1].startswith("bytes=")
        assert (tmp_path / "photos.zip").read_bytes() == CONTENT

    @pytest.mark.parametrize(
        ("headers", "ranges"),
        [({"ETag": '"one"'}, False), ({}, True), ({"ETag": 'W/"one"'}, True)],
        ids=["knows no ranges", "tells no version", "a weak tag"],
    )
    def test_where_nothing_can_be_resumed_it_begins_anew_and_leaves_nothing(
        self, tmp_path, headers, ranges
    ):
        with web(sending(CONTENT, headers, ranges, until=HALF)) as host:
            refusal(tmp_path, host)
        assert set(host.ranges) == {None}
        assert list(tmp_path.iterdir()) == []
        half, whole = (sending(CONTENT, headers, ranges, until=end) for end in (HALF, None))
        with web(half, whole) as host:
            get(tmp_path, host)
        assert host.ranges == [None, None]
        assert_fetched_alone(tmp_path)

    @pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
    def test_a_file_that_changed_meanwhile_begins_anew(self, tmp_path, name):
        old, new = os.urandom(len(CONTENT)), CONTENT
        replies = sending(old, {name: '"old"'}, until=HALF), sending(new, {name: '"new"'})
        with web(*replies) as host:
            get(tmp_path, host)
        assert host.ranges == [None, f"bytes={HALF}-"]
        assert_fetched_alone(tmp_path)

    def test_a_file_that_changed_under_the_same_tag_is_known_by_its_checksum(self, tmp_path):
        replies = sending(os.urandom(len(CONTENT)), until=HALF), sending(CONTENT)
        with web(*replies) as host:
            get(tmp_path, host)
        assert host.ranges == [None, f"bytes={HALF}-", None]
        assert_fetched_alone(tmp_path)

    @pytest.mark.parametrize("number", [206, 416])
    def test_another_part_than_the_one_asked_for_is_not_put_to_the_rest(self, tmp_path, number):
        def other(handler):
            handler.send_response(number)
            handler.send_header("Content-Range", f"bytes 0-9/{len(CONTENT)}")
            handler.send_header("Content-Length", "10")
            handler.end_headers()
            handler.wfile.write(CONTENT[:10])

        with web(sending(CONTENT, until=HALF), other, sending(CONTENT)) as host:
            get(tmp_path, host)
        assert host.ranges == [None, f"bytes={HALF}-", None]
        assert_fetched_alone(tmp_path)

    def test_a_damaged_note_of_the_version_begins_anew(self, tmp_path):
        with web(sending(CONTENT, until=HALF), sending(CONTENT, until=0)) as host:
            refusal(tmp_path, host)
        (tmp_path / "photos.zip.part.version").write_bytes(b"\xff\r\nX-Evil: 1")
        with web(sending(CONTENT)) as host:
            get(tmp_path, host)
        assert host.ranges == [None]
        assert_fetched_alone(tmp_path)

    def test_two_processes_at_once_transfer_the_file_once(self, tmp_path):
        script = (
            "import sys; from datasets.fetch import fetch; url, checksum, folder = sys.argv[1:]; "
            "fetch('photos.zip', [url], checksum, folder, 'none')"
        )

        def slowly(handler):
            time.sleep(1)
            sending(CONTENT)(handler)

        with web(slowly) as host:
            words = [sys.executable, "-c", script, host.url, CHECKSUM, str(tmp_path)]
            both = [subprocess.Popen(words, cwd=Path(__file__).parents[2]) for _ in range(2)]
            assert [child.wait() for child in both] == [0, 0]
        assert len(host.asked) == 1
        assert_fetched_alone(tmp_path)


class TestTryingAgain:
    @pytest.mark.parametrize("number", [500, 502, 503, 504])
    def test_a_busy_host_is_asked_again(self, tmp_path, number):
        with web(status(number), status(number), sending(CONTENT)) as host:
            get(tmp_path, host)
        assert len(host.asked) == 3
        assert_fetched_alone(tmp_path)

    def test_a_host_that_resets_the_connection_is_asked_again(self, tmp_path):
        with web(reset, sending(CONTENT, until=1000), sending(CONTENT)) as host:
            get(tmp_path, host)
        assert_fetched_alone(tmp_path)

    def test_a_host_that_stalls_is_asked_again_for_the_rest(self, tmp_path):
        def stalling(handler):
            sending(CONTENT, until=HALF)(handler)
            handler.wfile.flush()
            time.sleep(1.5)

        with web(stalling, sending(CONTENT)) as host:
            get(tmp_path, host, patience=0.5)
        assert host.ranges == [None, f"bytes={HALF}-"]
        assert_fetched_alone(tmp_path)

    @pytest.mark.parametrize("number", [401, 403, 404, 410])
    def test_a_host_that_refuses_the_file_is_asked_once(self, tmp_path, number):
        with web(status(number)) as host:
            assert f"HTTP status {number}" in refusal(tmp_path, host)
        assert len(host.asked) == 1

    @pytest.mark.parametrize(
        ("reply", "told"),
        [
            (status(503), "HTTP status 503"),
            (reset, "the connection failed"),
            (sending(CONTENT, until=10), "the transfer broke off"),
        ],
        ids=["busy", "reset", "broken off"],
    )
    def test_the_attempts_are_four(self, tmp_path, reply, told):
        with web(reply) as host:
            assert told in refusal(tmp_path, host)
        assert len(host.asked) == 4

    def test_a_host_that_refuses_the_connection_is_told_as_such(self, tmp_path):
        with web(reset) as host:
            pass
        assert "the connection failed: Connection refused" in refusal(tmp_path, host)

    def test_the_pauses_grow(self, tmp_path, monkeypatch):
        monkeypatch.setattr(downloading, "PAUSE", 0.1)
        times = []

        def cut(handler):
            times.append(time.monotonic())
            sending(CONTENT, until=10)(handler)

        with web(cut) as host:
            refusal(tmp_path, host)
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(pause > least for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True))

    def test_a_host_that_is_busy_for_longer_than_the_patience_is_given_up(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(downloading, "PAUSE", 30)
        start = time.monotonic()
        with web(status(503)) as host:
            refusal(tmp_path, host, patience=0.5)
        assert time.monotonic() - start < 5


class TestLimits:
    def test_more_bytes_than_the_file_has_are_refused_before_they_are_sent(self, tmp_path):
        with web(sending(CONTENT)) as host:
            told = refusal(tmp_path, host, size=1000)
        assert f"wants to send {len(CONTENT)} bytes, more than the file has" in told
        assert (len(host.asked), list(tmp_path.iterdir())) == (1, [])

    def test_endless_bytes_stop_at_the_limit(self, tmp_path):
        sent = []

        def endless(handler):
            handler.send_response(200)
            handler.send_header("Accept-Ranges", "bytes")
            handler.send_header("ETag", '"one"')
            handler.end_headers()
            try:
                while len(sent) < 10_000:
                    handler.wfile.write(bytes(1 << 16))
                    sent.append(1 << 16)
            except OSError:
                handler.close_connection = True

        with web(endless) as host:
            assert "sent more bytes than the file has" in refusal(tmp_path, host, size=1 << 20)
        deadline = time.monotonic() + 10
        while len(sent) == 10_000 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sum(sent) < 1 << 26, "what buffers hold and no more"
        assert list(tmp_path.iterdir()) == []

    def test_a_file_of_unknown_size_has_a_limit_too(self, tmp_path, monkeypatch):
        monkeypatch.setattr("datasets.fetch.LARGEST", 1000)
        with web(sending(CONTENT, announce=False)) as host:
            assert "more bytes than the file has" in refusal(tmp_path, host)

    def test_the_limit_counts_what_was_there_before(self, tmp_path):
        with web(sending(CONTENT, until=HALF), sending(CONTENT + b"more")) as host:
            told = refusal(tmp_path, host, size=len(CONTENT))
        assert "more than the file has" in told
        assert list(tmp_path.iterdir()) == []

    def test_after_a_host_that_sends_too_much_the_next_is_asked(self, tmp_path):
        with web(sending(CONTENT * 2)) as first, web(sending(CONTENT)) as second:
            get(tmp_path, first, second, size=len(CONTENT))
        assert_fetched_alone(tmp_path)

    def test_all_of_a_name_is_the_name_of_a_file(self, tmp_path):
        """What a host says of a name or another place is not taken for one."""
        headers = {"Content-Disposition": 'attachment; filename="../../evil.zip"'}
        with web(sending(CONTENT, headers)) as host:
            get(tmp_path / "a" / "b", host)
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["photos.zip"]


class TestProxies:
    def test_all_goes_through_the_proxy_that_the_environment_names(self, tmp_path, monkeypatch):
        with web(sending(CONTENT, until=HALF), sending(CONTENT)) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            get(tmp_path, "http://mirror.invalid/set")
        address = "http://mirror.invalid/set/photos.zip"
        assert proxy.asked == [(address, None), (address, f"bytes={HALF}-")]
        assert_fetched_alone(tmp_path)

    def test_hosts_that_need_no_proxy_are_asked_themselves(self, tmp_path, monkeypatch):
        with web(sending(CONTENT)) as host, web(status(500)) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            get(tmp_path, host)
        assert proxy.asked == []
        assert_fetched_alone(tmp_path)

    def test_a_proxy_that_wants_to_know_who_asks_is_told(self, tmp_path, monkeypatch):
        with web(status(407)) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            assert "HTTP status 407" in refusal(tmp_path, "http://mirror.invalid")
        assert len(proxy.asked) == 1
