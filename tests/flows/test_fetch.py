"""What comes of asking an address, against a real server on this machine."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpcore
import pytest

from flows.ingest import guarded_transport
from flows.ingest.download_cache import DownloadCache, FetchRecord
from flows.ingest.guarded_transport import is_public
from flows.ingest.http_fetch import Fetcher, FetchError, Known, Manners
from tests.flows.site import Page, Site, cut, document, drip, endless, serving

QUICK = Manners("test/1", seconds=1.0, max_bytes=20_000, delay=0.0, attempts=3, pause=0.01)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def ask(site: Site, path: str, known: Known = Known(), *, private: bool = True, **more: Any) -> Any:  # noqa: B008 (frozen)
    return Fetcher(QUICK, **more).fetch(site.url + path, known, allow_private=private)


def refusal(site: Site, path: str, **more: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        ask(site, path, **more)
    assert len(caught.value.message) > 30, "the message says what to do"
    return caught.value


def test_a_document_and_then_nothing_new(site: Site) -> None:
    site.pages["/a.txt"] = Page(document(), '"1"', headers={"Last-Modified": "Tue, 03 Jan 2023 08:00:00 GMT", "Content-Type": "text/plain"})
    answer = ask(site, "/a.txt")
    assert (answer.data, answer.etag, answer.media_type) == (document(), '"1"', "text/plain")
    again = ask(site, "/a.txt", Known(answer.etag, answer.last_modified))
    assert again.data is None
    headers = site.asked[-1][2]
    assert headers["If-None-Match"] == '"1"'
    assert headers["If-Modified-Since"] == "Tue, 03 Jan 2023 08:00:00 GMT"
    assert headers["User-Agent"] == "test/1"
    site.pages["/a.txt"].etag = '"2"'
    assert ask(site, "/a.txt", Known(answer.etag)).data == document()


def test_a_body_that_is_packed_is_unpacked_up_to_the_limit(site: Site) -> None:
    site.pages["/a.txt"] = Page(gzip.compress(document()), headers={"Content-Encoding": "gzip"})
    assert ask(site, "/a.txt").data == document()
    site.pages["/bomb"] = Page(gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"})
    assert refusal(site, "/bomb").error == "too_large"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418])
def test_what_is_not_given_is_asked_for_once(site: Site, status: int) -> None:
    site.pages["/a.txt"] = Page(status=status)
    assert refusal(site, "/a.txt").error == "unreachable"
    assert site.statuses("/a.txt") == [status]


def test_a_server_in_trouble_is_asked_again_with_growing_pauses(site: Site) -> None:
    site.pages["/a.txt"] = Page(document(), fail_first=2)
    slept: list[float] = []
    assert ask(site, "/a.txt", sleep=slept.append).data == document()
    assert site.statuses("/a.txt") == [500, 500, 200]
    assert [pause for pause in slept if pause] == [0.01, 0.02]
    site.pages["/b.txt"] = Page(fail_first=9)
    assert "3 times" in refusal(site, "/b.txt").message
    assert site.statuses("/b.txt") == [500] * 3


def test_the_server_says_how_long_to_wait(site: Site) -> None:
    site.pages["/a.txt"] = Page(status=503, headers={"Retry-After": "7"})
    slept: list[float] = []
    refusal(site, "/a.txt", sleep=slept.append)
    assert [pause for pause in slept if pause] == [7, 7]
    site.pages["/a.txt"].headers["Retry-After"] = "86400"
    slept.clear()
    refusal(site, "/a.txt", sleep=slept.append)
    assert max(slept) == 30


@pytest.mark.parametrize(("behaviour", "error"), [(drip, "unreachable"), (endless, "too_large"), (cut, "unreachable")])
def test_what_never_ends_is_given_up_in_time(site: Site, behaviour: Any, error: str) -> None:
    site.pages["/a.txt"] = Page(behave=behaviour)
    began = time.monotonic()
    assert refusal(site, "/a.txt").error == error
    assert time.monotonic() - began < 3 * QUICK.seconds + 1


def test_what_says_that_it_is_too_large_is_not_read(site: Site) -> None:
    site.pages["/a.txt"] = Page(bytes(30_000))
    assert refusal(site, "/a.txt").error == "too_large"
    site.pages["/b.txt"] = Page(bytes(20_000))
    assert len(ask(site, "/b.txt").data) == 20_000


def test_redirects_are_followed_but_not_for_ever(site: Site) -> None:
    site.pages["/old"] = Page(status=301, headers={"Location": "/new"})
    site.pages["/new"] = Page(document())
    answer = ask(site, "/old")
    assert (answer.data, answer.final_url) == (document(), site.url + "/new")
    site.pages["/loop"] = Page(status=302, headers={"Location": "/loop"})
    assert "redirected more than 5 times" in refusal(site, "/loop").message
    assert len(site.statuses("/loop")) == 6


@pytest.mark.parametrize("target", ["http://localhost:{port}/x", "http://169.254.169.254/latest", "http://[::1]:{port}/x",
                                    "http://[::ffff:127.0.0.1]:{port}/x", "http://0x7f.1:{port}/x"])  # fmt: skip
def test_a_redirect_to_a_private_address_is_refused(site: Site, target: str) -> None:
    site.pages["/x"] = Page(b"secret")
    site.pages["/a.txt"] = Page(status=302, headers={"Location": target.format(port=site.port)})
    error = refusal(site, "/a.txt")
    assert (error.error, "allow_private" in error.message) == ("refused", True)
    assert "/x" not in site.counts()


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/"])
def test_a_redirect_to_another_scheme_is_refused(site: Site, target: str) -> None:
    site.pages["/a.txt"] = Page(status=302, headers={"Location": target})
    assert refusal(site, "/a.txt").error == "refused"


def test_a_private_address_is_refused_unless_it_is_allowed(site: Site) -> None:
    site.pages["/a.txt"] = Page(document())
    assert refusal(site, "/a.txt", private=False).error == "refused"
    assert not site.asked
    assert ask(site, "/a.txt").data == document()


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is checked and private a moment later: each connection is checked, by its address."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34"], ["93.184.216.34", "10.0.0.1"]])
    connected = []

    def connect(_: Any, host: str, port: int, *more: Any) -> Any:
        connected.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    fetcher = Fetcher(QUICK, resolve=lambda host, port: next(answers))
    for _ in range(2):
        with pytest.raises(FetchError) as caught:
            fetcher.fetch("http://reports.example/a.txt", Known())
        assert caught.value.error == "refused"
    assert connected == ["93.184.216.34"] * 2


def test_a_name_that_is_not_known_is_unreachable() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchError) as caught:
        Fetcher(QUICK, resolve=unknown).fetch("http://reports.example/a.txt", Known())
    assert caught.value.error == "unreachable"
    assert "reports.example cannot be resolved" in caught.value.message


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                                     "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
                                     "2002:7f00:1::", "ff02::1"])  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_robots_are_asked_once_and_obeyed(site: Site) -> None:
    site.pages["/robots.txt"] = Page(
        b"User-agent: *\nDisallow: /secret/\nDisallow: /*.pdf$\nCrawl-delay: 0.2\n\nUser-agent: bad\nDisallow: /\n"
    )
    for path in ("/a.txt", "/b.txt", "/secret/c.txt", "/d.pdf"):
        site.pages[path] = Page(document())
    site.pages["/away"] = Page(status=302, headers={"Location": "/secret/c.txt"})
    fetcher = Fetcher(QUICK)
    for path in ("/a.txt", "/b.txt"):
        assert fetcher.fetch(site.url + path, Known(), allow_private=True).data == document()
    for path in ("/secret/c.txt", "/d.pdf", "/away"):
        with pytest.raises(FetchError, match=r"robots\.txt") as caught:
            fetcher.fetch(site.url + path, Known(), allow_private=True)
        assert caught.value.error == "refused"
    assert site.counts() == {"/robots.txt": 1, "/a.txt": 1, "/b.txt": 1, "/away": 1}
    moments = [moment for _, _, _, moment in site.asked]
    assert min(later - earlier for earlier, later in pairwise(moments[1:])) >= 0.2, "the delay that robots.txt asks for"


def test_where_robots_cannot_be_told_nothing_is_fetched(site: Site) -> None:
    site.pages |= {"/robots.txt": Page(status=503), "/a.txt": Page(document())}
    assert "robots.txt" in refusal(site, "/a.txt").message
    assert "/a.txt" not in site.counts()


def test_requests_to_one_host_keep_their_distance(site: Site) -> None:
    site.pages["/a.txt"] = Page(document())
    fetcher = Fetcher(Manners("test/1", delay=0.3))
    for _ in range(3):
        fetcher.fetch(site.url + "/a.txt", Known(), allow_private=True)
    moments = [moment for _, _, _, moment in site.asked]
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.3


def test_no_proxy_of_the_environment_gets_around_the_check(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, site.url)
    with pytest.raises(FetchError):
        Fetcher(QUICK, resolve=lambda host, port: ["127.0.0.1"]).fetch("http://reports.example/a.txt", Known())
    assert not site.asked


def test_names_are_resolved_by_the_system() -> None:
    assert "127.0.0.1" in guarded_transport.resolve("127.0.0.1", 80)


# the ledger ------------------------------------------------------------------------------------------------------------


def entry(url: str, sha256: str | None, moment: str = "2026-01-01T00:00:00+00:00") -> FetchRecord:
    return FetchRecord(url, moment, sha256, fetched_at=moment)


def test_the_ledger_keeps_where_and_when_and_survives_a_line_cut_off(tmp_path: Path) -> None:
    raw = DownloadCache(tmp_path / "raw")
    digest = raw.store(b"one")
    raw.record(entry("http://x/a", digest))
    with (tmp_path / "raw/ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"url": "http://x/b", "checked')
    again = DownloadCache(tmp_path / "raw")
    found = again.entry("http://x/a")
    assert found is not None
    assert (found.sha256, again.path(digest).read_bytes(), again.entry("http://x/b")) == (digest, b"one", None)
    again.record(entry("http://x/b", again.store(b"two")))
    assert DownloadCache(tmp_path / "raw").entry("http://x/b") is not None


def test_bytes_that_are_lost_are_asked_for_anew(tmp_path: Path) -> None:
    raw = DownloadCache(tmp_path / "raw")
    digest = raw.store(b"one")
    raw.record(entry("http://x/a", digest))
    raw.path(digest).unlink()
    found = raw.entry("http://x/a")
    assert found is not None
    assert found.sha256 is None


def test_the_raw_folder_does_not_grow_for_ever(tmp_path: Path) -> None:
    raw = DownloadCache(tmp_path / "raw")
    for turn in range(600):
        for url in ("http://x/a", "http://x/b"):
            raw.record(entry(url, raw.store(f"{url} {turn // 30}".encode()), f"2026-01-01T00:{turn:06d}"))
    raw.remove_old_versions()
    assert len(list((tmp_path / "raw").glob("??/*"))) == 20
    assert len((tmp_path / "raw/ledger.jsonl").read_text().splitlines()) <= 22
    again = DownloadCache(tmp_path / "raw").entry("http://x/a")
    assert again is not None
    assert again.checked_at == "2026-01-01T00:000599"
    assert DownloadCache(tmp_path / "raw").path(str(again.sha256)).read_bytes() == b"http://x/a 19"
