"""Downloads that send too much, and those that go through a proxy."""

from __future__ import annotations

import time

import pytest

from tests.hardening.photos_zip import (
    CONTENT,
    HALF,
    assert_fetched_alone,
    get,
    refusal,
)
from tests.hardening.web import sending, status, web

pytestmark = pytest.mark.usefixtures("direct")


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
