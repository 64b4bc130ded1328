"""A file that hosts of one test offer, fetched; and what is said where it cannot be."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time

import pytest

from datasets import downloading
from datasets.errors import DataUnavailable
from datasets.fetch import fetch

CONTENT = os.urandom(300_000)

CHECKSUM = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"

HALF = 2 * downloading.CHUNK

REMEDY = "put photos.zip there yourself"


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
