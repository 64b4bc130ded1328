"""Downloads over bad lines and from bad hosts: resumed, tried again, always compared."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasets import downloading
from tests.hardening.photos_zip import (
    CHECKSUM,
    CONTENT,
    HALF,
    assert_fetched_alone,
    get,
    refusal,
    trickling,
)
from tests.hardening.web import reset, sending, status, web

pytestmark = pytest.mark.usefixtures("direct")


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
