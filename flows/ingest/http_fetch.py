"""Fetch one document from an address, politely: as robots.txt allows, at the pace that the host allows, and only if it changed.

The request has the ETag and date of the document that is there already. If the server fails, it is asked again a few times, with
growing pauses. A document that is too large or too slow, or an endless redirect, is given up.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx
from protego import Protego

from flows.ingest.guarded_transport import GuardedTransport, Refused, Resolve, resolve
from flows.settings import Settings
from flows.util import moments

REDIRECTS = 5
LONGEST_PAUSE = 30.0
"""The most seconds that a ``Crawl-delay`` or ``Retry-After`` is granted."""
ROBOTS_BYTES = 512_000
RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}
"""HTTP status codes after which it makes sense to try again."""
NETWORK_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


class FetchError(Exception):
    """No document was fetched. ``error`` is ``unreachable``, ``refused`` or ``too_large``; ``message`` says why and what to do."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(error, message)
        self.error = error
        self.message = message


class _ServerTrouble(Exception):
    """The server may answer if it is asked again, after ``pause`` seconds at the least."""

    def __init__(self, message: str, pause: float = 0.0) -> None:
        super().__init__(message)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Known:
    """The validators of the document that was fetched the last time, for a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a server; ``data`` is None if the document did not change."""

    data: bytes | None
    final_url: str
    etag: str | None
    last_modified: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Manners:
    """Limits and pace of fetching; times in seconds."""

    user_agent: str
    seconds: float = 60.0
    """For one request, redirects included."""
    max_bytes: int = 50_000_000
    delay: float = 1.0
    """Between two requests to one host."""
    attempts: int = 3
    pause: float = 2.0
    """Before the second attempt; doubled before each that follows."""


def manners(settings: Settings) -> Manners:
    """Limits and pace of fetching by these settings."""
    return Manners(
        user_agent=settings.user_agent or f"baogao/{importlib.metadata.version('baogao')}",
        seconds=settings.fetch_seconds,
        max_bytes=settings.fetch_bytes,
        delay=settings.fetch_delay,
        attempts=settings.fetch_attempts,
    )


@dataclass
class Fetcher:
    """Fetches from any number of hosts, in any number of threads, but only one document of a host at a time."""

    manners: Manners
    resolve: Resolve = resolve
    sleep: Callable[[float], None] = time.sleep
    _hosts: defaultdict[str, _Host] = field(default_factory=lambda: defaultdict(_Host))

    def fetch(self, url: str, known: Known, *, allow_private: bool = False) -> Answer:
        """Fetch the document of an address.

        Args:
            url: an http or https address.
            known: the validators of its last document.
            allow_private: whether the host of ``url`` (and no other one it leads to) may have a private address.

        Raises:
            FetchError: no document was fetched.
        """
        private = frozenset({httpx.URL(url).raw_host.decode("ascii").lower()} if allow_private else ())
        headers = {name: value for name, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)) if value}
        return self._retried(lambda: self._follow(url, headers, private))

    def _retried(self, ask: Callable[[], Answer]) -> Answer:
        for attempt in range(1, self.manners.attempts + 1):
            try:
                return ask()
            except Refused as error:
                raise FetchError("refused", str(error)) from error
            except _ServerTrouble as error:
                if attempt == self.manners.attempts:
                    raise FetchError("unreachable", f"{error}, also when asked {attempt} times.") from error
                self.sleep(min(LONGEST_PAUSE, max(error.pause, self.manners.pause * 2 ** (attempt - 1))))
        raise AssertionError("at least one attempt is made")

    def _follow(self, url: str, headers: dict[str, str], private: frozenset[str]) -> Answer:
        deadline = time.monotonic() + self.manners.seconds
        for _ in range(REDIRECTS + 1):
            _require_http(url)
            self._require_allowed(url, private)
            with self._request(url, headers, private, deadline) as response:
                if response.has_redirect_location:
                    url = _redirect_target(response)
                    continue
                return self._answer(response)
        raise FetchError("unreachable", f"The address is redirected more than {REDIRECTS} times. Give the address that it leads to.")

    @contextlib.contextmanager
    def _request(self, url: str, headers: dict[str, str], private: frozenset[str], deadline: float) -> Iterator[httpx.Response]:
        """Send a request, not sooner than the host allows. An error of the network, up to the last byte, may be tried again."""
        host = self._hosts[httpx.URL(url).netloc.decode("ascii").lower()]
        transport = GuardedTransport(private, deadline, self.resolve)
        named = {"User-Agent": self.manners.user_agent, "Accept-Encoding": "gzip, deflate", **headers}
        with host.lock:
            self.sleep(max(0.0, host.next_request - time.monotonic()))
            try:
                with (
                    httpx.Client(transport=transport, timeout=self.manners.seconds, trust_env=False) as client,
                    client.stream("GET", url, headers=named) as response,
                ):
                    yield response
            except NETWORK_ERRORS as error:
                raise _ServerTrouble(_network_problem(error, self.manners.seconds)) from error
            finally:
                host.next_request = time.monotonic() + max(self.manners.delay, host.crawl_delay)

    def _answer(self, response: httpx.Response) -> Answer:
        tags = {"etag": response.headers.get("etag"), "last_modified": response.headers.get("last-modified")}
        kind = response.headers.get("content-type")
        if response.status_code == 304:
            return Answer(None, str(response.url), media_type=kind, **tags)
        if response.status_code in RETRY_STATUS:
            raise _ServerTrouble(f"The server is in trouble (status {response.status_code})", _retry_after(response))
        if response.status_code != 200:
            raise FetchError("unreachable", _refusal(response.status_code))
        return Answer(_body(response, self.manners.max_bytes), str(response.url), media_type=kind, **tags)

    def _require_allowed(self, url: str, private: frozenset[str]) -> None:
        """Require that robots.txt of the host, which is fetched once, allows the address."""
        parts = httpx.URL(url)
        host = self._hosts[parts.netloc.decode("ascii").lower()]
        with host.robots_lock:
            if host.robots is None:
                host.robots = self._robots(str(parts.copy_with(path="/robots.txt", query=None, fragment=None)), private)
                host.crawl_delay = min(LONGEST_PAUSE, host.robots.crawl_delay(self.manners.user_agent) or 0.0)
        if not host.robots.can_fetch(url, self.manners.user_agent):
            raise FetchError(
                "refused",
                "The site's robots.txt does not allow programs to fetch this address. "
                "Ask the site, or fetch the document by hand and put it into the seeds folder.",
            )

    def _robots(self, url: str, private: frozenset[str]) -> Any:
        """The robots.txt of a host. If there is none (4xx) everything is allowed; if the server fails, nothing is fetched."""
        deadline = time.monotonic() + self.manners.seconds
        for _ in range(REDIRECTS + 1):
            _require_http(url)
            with self._request(url, {}, private, deadline) as response:
                if response.has_redirect_location:
                    url = _redirect_target(response)
                    continue
                if response.status_code >= 500 or response.status_code == 429:
                    raise _ServerTrouble(
                        f"The server's robots.txt cannot be fetched (status {response.status_code})", _retry_after(response)
                    )
                found = b"".join(_chunks(response, ROBOTS_BYTES)) if response.status_code == 200 else b""
                return Protego.parse(found.decode("utf8", "replace"))
        return Protego.parse("")


@dataclass
class _Host:
    lock: Any = field(default_factory=threading.Lock)
    robots_lock: Any = field(default_factory=threading.Lock)
    next_request: float = 0.0
    crawl_delay: float = 0.0
    robots: Any = None


def _redirect_target(response: httpx.Response) -> str:
    """The target of a redirect, without user name and password, which are neither sent nor written."""
    return str(response.url.join(response.headers["location"]).copy_with(userinfo=b""))


def _require_http(url: str) -> None:
    parts = httpx.URL(url)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise FetchError("refused", f"The address leads to {parts.scheme or 'no scheme'}:, and only http and https are fetched.")


def _chunks(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body, up to ``limit`` bytes."""
    received = 0
    for chunk in response.iter_bytes():
        yield chunk[: limit - received]
        received += len(chunk)
        if received >= limit:
            return


def _body(response: httpx.Response, limit: int) -> bytes:
    declared = response.headers.get("content-length", "")
    parts: list[bytes] = []
    if not (declared.isdigit() and int(declared) > limit):
        parts = list(_chunks(response, limit + 1))
        if sum(map(len, parts)) <= limit:
            return b"".join(parts)
    raise FetchError("too_large", f"The document has more than {limit:,} bytes. Raise BAOGAO_FETCH_BYTES if it is a report all the same.")


def _retry_after(response: httpx.Response) -> float:
    header = response.headers.get("retry-after", "").strip()
    if header.isdigit():
        return float(header)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(header) - moments.now()).total_seconds())
    return 0.0


def _refusal(status: int) -> str:
    if status in (404, 410):
        return f"The document is gone from this address (status {status}). Find its new address, or take it out of sources.yml."
    if status in (401, 403):
        return f"The server does not give the document (status {status}). Fetch it by hand and put it into the seeds folder."
    return f"The server gives no document (status {status}). Open the address in a browser to see why."


def _network_problem(error: Exception, seconds: float) -> str:
    if isinstance(error, httpcore.TimeoutException | httpx.TimeoutException):
        return f"The server did not answer within {seconds:g} s"
    return f"The server cannot be reached ({str(error)[:200] or type(error).__name__})"
