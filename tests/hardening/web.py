"""A web host on this machine that misbehaves as it is told, request by request."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Web:
    """Answers each request with the next of `replies`, all further ones with the last.

    `asked` are the requests so far: address as it stood in the request, and the Range in it.
    """

    replies: list[Reply]
    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def ranges(self) -> list[str | None]:
        return [part for _, part in self.asked]

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, handler.headers.get("Range")))
        self.replies[min(len(self.asked), len(self.replies)) - 1](handler)


@contextmanager
def web(*replies: Reply) -> Iterator[Web]:
    host = Web(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host.reply(self)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()


def status(number: int) -> Reply:
    return lambda handler: handler.send_error(number)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Closes the connection without an answer."""
    handler.close_connection = True


def sending(
    content: bytes,
    headers: dict[str, str] | None = None,
    ranges: bool = True,
    until: int | None = None,
    announce: bool = True,
) -> Reply:
    """Sends the content, or the part that is asked for; closes after `until` bytes of it.

    Without `ranges` it knows neither Range nor If-Range.
    """
    headers = {"ETag": '"one"'} if headers is None else headers

    def reply(handler: BaseHTTPRequestHandler) -> None:
        start = _start(handler, headers) if ranges else 0
        body = content[start:]
        handler.send_response(206 if start else 200)
        if ranges:
            handler.send_header("Accept-Ranges", "bytes")
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if announce:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body if until is None else body[:until])
        handler.close_connection = True

    return reply


def _start(handler: BaseHTTPRequestHandler, headers: dict[str, str]) -> int:
    """Where the part begins that is asked for, if this version of the file is meant."""
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    meant = handler.headers.get("If-Range")
    same = meant is None or meant in (headers.get("ETag"), headers.get("Last-Modified"))
    return int(asked[1]) if asked and same else 0
