"""HTTP connections to public addresses only, with a deadline.

A name is resolved once for each connection, its addresses are checked, and the connection is made to an address that was checked, so
that neither a name that changes its address meanwhile nor a redirect leads into a private network.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

Resolve = Callable[[str, int], list[str]]


class Refused(Exception):
    """A connection to this address is not allowed; the message says why and what to do."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order.

    Raises:
        OSError: the name is not known, or the name server does not answer.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; an address that contains another one is judged by that."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_reserved or ip.is_site_local:  # among them other ways to write an IPv4 address
            return False
    return ip.is_global and not ip.is_multicast


class _Stream(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly an answer comes."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def _remaining(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._remaining(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, private_hosts: frozenset[str], deadline: float, resolve: Resolve) -> None:
        self._private_hosts, self._deadline, self._resolve = private_hosts, deadline, resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved ({error})") from error
        private = [address for address in addresses if not is_public(address)]
        if private and host.lower() not in self._private_hosts:
            raise Refused(
                f"{host} is {private[0]}, an address of a private network or of this machine. "
                "If documents are to be fetched from there, name it in sources.yml with `allow_private: true`."
            )
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            left = self._deadline - time.monotonic()
            try:
                if left <= 0:
                    raise httpcore.ConnectTimeout("out of time")
                stream = self._inner.connect_tcp(address, port, min(left, timeout or left), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class GuardedTransport(httpx.BaseTransport):
    """The transport for an ``httpx.Client``. It uses no proxy.

    Args:
        private_hosts: hosts, in lower case, that may have private addresses.
        deadline: when every connection ends, on the monotonic clock.
        resolve: a function that gives the addresses of a host.
    """

    def __init__(self, private_hosts: frozenset[str], deadline: float, resolve: Resolve = resolve) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(), network_backend=_Backend(private_hosts, deadline, resolve), max_connections=4, max_keepalive_connections=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path)
        outgoing = httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        answer = self._pool.handle_request(outgoing)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()
