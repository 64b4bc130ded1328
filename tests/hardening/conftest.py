"""What tests of the network begin with."""

import pytest

from datasets import downloading


@pytest.fixture
def direct(monkeypatch):
    """No proxy unless a test names one; pauses too short to wait for."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(downloading, "PAUSE", 0.01)
