"""Local hosts for the tests of downloading: one that serves, one that never answers."""

import socket
import threading
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Host:
    """A web host on this machine; `requests` lists the files it was asked for.

    `after_half` says what happens when half a file is sent: "close", "stall", or None to go on.
    """

    def __init__(self, files, after_half=None):
        self.requests = []
        self._closed = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.rsplit("/", 1)[-1]
                host.requests.append(name)
                if name not in files:
                    self.send_error(404)
                    return
                content = files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if after_half else content)
                if after_half == "stall":
                    host._closed.wait()

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()


class SilentHost:
    """Accepts connections and never answers."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def close(self):
        self._socket.close()


@pytest.fixture
def hosts(monkeypatch):
    """`hosts.serving(files, after_half=None)` and `hosts.silent()`, closed after the test."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as opened:

        class Hosts:
            @staticmethod
            def serving(files, after_half=None):
                return opened.enter_context(closing(Host(files, after_half)))

            @staticmethod
            def silent():
                return opened.enter_context(closing(SilentHost()))

        yield Hosts
