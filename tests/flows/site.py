"""A web server for tests, with a page for everything that can happen when a document is fetched."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.conftest import report


@dataclass
class Page:
    """What an address gives: a body with its tag, a status, or a behaviour."""

    body: bytes = b""
    etag: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    fail_first: int = 0
    """How many times it says 500 before it gives its body."""


@dataclass
class Site:
    """A running server, its pages, and what it was asked."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, int, dict[str, str], float]] = field(default_factory=list)
    """Path, status, headers of the request and moment, in their order."""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def statuses(self, path: str) -> list[int]:
        return [status for asked, status, _, _ in self.asked if asked == path]

    def counts(self) -> Counter[str]:
        return Counter(path for path, _, _, _ in self.asked)


def document(text: str = "地区生产总值增长 5.2%", place: str = "密云区") -> bytes:
    return report(text, place).encode()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer of which a byte comes now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(600):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body that never ends and does not say how long it is."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"x" * 65536)


def cut(handler: BaseHTTPRequestHandler) -> None:
    """A body that ends before it should."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.close_connection = True


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """A server on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            page = site.pages.get(self.path)
            status = 404 if page is None else page.status
            if page is not None and page.fail_first > 0:
                page.fail_first -= 1
                status, page = 500, Page()
            elif page is not None and page.etag and self.headers.get("If-None-Match") == page.etag:
                status = 304
            site.asked.append((self.path, status, dict(self.headers), time.monotonic()))
            if page is not None and page.behave is not None:
                page.behave(self)
                return
            body = page.body if page is not None and status == 200 else b""
            self.send_response(status)
            for name, value in (
                {"ETag": page.etag} | page.headers if page is not None and page.etag else page.headers if page else {}
            ).items():
                self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
