"""Nothing is told to anybody, no address of a network inside is asked, and no secret is written anywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.ingest import sources_file
from flows.ingest.guarded_transport import is_public
from flows.ingest.http_fetch import Fetcher, FetchError, Known, Manners
from flows.ingest.local_sources import local_files
from flows.ingest.sources_file import SourcesError
from flows.run import Rejected, managed_run
from flows.settings import Settings
from flows.state.data_folder import DataFolder
from tests.conftest import BAOGAO, REPOSITORY, clean_environment
from tests.flows.site import Page, Site, document, serving

QUICK = Manners("test/1", seconds=2.0, delay=0.0, attempts=1, pause=0.01)
SECRET = "hunter2"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def refusal(url: str, **more: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        Fetcher(QUICK, **more).fetch(url, Known())
    return caught.value


# addresses inside ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0", "127。0。0。1",
                                  "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]"])  # fmt: skip
def test_this_machine_is_not_asked_however_it_is_written(site: Site, host: str) -> None:
    site.pages["/a.txt"] = Page(document())
    assert refusal(f"http://{host}:{site.port}/a.txt").error == "refused"
    assert not site.asked


@pytest.mark.parametrize("host", ["0177.0.0.1", "１２７.0.0.1", "localhost.", "127.0.0.1%00.example.org"])
def test_what_is_no_name_reaches_nobody(site: Site, host: str) -> None:
    with pytest.raises((FetchError, httpx.InvalidURL)):
        Fetcher(QUICK).fetch(f"http://{host}:{site.port}/a.txt", Known())
    assert not site.asked


INSIDE = """10.0.0.5 172.16.0.1 192.168.1.1 169.254.169.254 100.100.100.200 fd00:ec2::254 fe80::1 ::ffff:169.254.169.254 fec0::1 ::10.0.0.1
            ::ffff:0:10.0.0.1 64:ff9b:1::a00:1"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    assert not is_public(address)
    error = refusal("http://reports.example/a.txt", resolve=lambda host, port: [address])
    assert error.error == "refused"
    assert "allow_private" in error.message


def test_one_inside_among_addresses_outside_is_enough() -> None:
    assert refusal("http://reports.example/", resolve=lambda host, port: ["93.184.216.34", "10.0.0.5"]).error == "refused"


def test_a_name_may_not_turn_inside_between_robots_and_the_document(site: Site) -> None:
    """The first look-up is allowed to lead to the test's server; the next one is another name's, and leads to the same."""
    site.pages["/robots.txt"] = Page(b"", status=302, headers={"Location": f"http://inside.example:{site.port}/robots.txt"})
    site.pages["/a.txt"] = Page(document())
    fetcher = Fetcher(QUICK, resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(f"http://allowed.example:{site.port}/a.txt", Known(), allow_private=True)
    assert caught.value.error == "refused"
    assert site.counts() == {"/robots.txt": 1}


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "dict", "unix", "data", "javascript"])
def test_other_schemes_are_no_sources(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "sources.yml").write_text(f"sources:\n- url: {scheme}:///etc/passwd\n", encoding="utf8")
    with pytest.raises(SourcesError, match="must begin with http"):
        sources_file.load(tmp_path)


# files elsewhere -------------------------------------------------------------------------------------------------------


def test_sources_name_only_folders_that_are_allowed(tmp_path: Path) -> None:
    seeds, elsewhere = tmp_path / "project/seeds", tmp_path / "elsewhere"
    for folder in (seeds, elsewhere, tmp_path / "project/beside"):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("x")
    (tmp_path / "project/link").symlink_to(elsewhere)
    for entry in (f"folder: {elsewhere}", "folder: ../../elsewhere", "folder: ../link", f"glob: {elsewhere}/*.txt", "glob: ../link/*.txt"):
        (seeds / "sources.yml").write_text(f"sources:\n- {entry}\n")
        listed = sources_file.load(seeds)
        with pytest.raises(SourcesError, match="BAOGAO_SOURCE_FOLDERS="):
            local_files(listed, seeds)
        assert [name.rpartition("/")[2] for name, _ in local_files(listed, seeds, [elsewhere]).files] == ["a.txt"]
    (seeds / "sources.yml").write_text("sources:\n- folder: ../beside\n")
    assert local_files(sources_file.load(seeds), seeds).files
    allowed = Settings.load({"BAOGAO_SOURCE_FOLDERS": f"/srv/one{os.pathsep}/srv/two"}).allowed_folders
    assert allowed == (Path("/srv/one"), Path("/srv/two"))


# secrets ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        f"url: https://me:{SECRET}@x.example/a",
        f"url: https://me:{SECRET}@x.example:0/a",
        f"url: ftp://me:{SECRET}@x.example/a",
        f"url: 'https://me:{SECRET}@[x'",
        f"https://me:{SECRET}@x.example/a",
        f"{{url: https://me:{SECRET}@x.example/a, folder: b}}",
        f"[https://me:{SECRET}@x.example/a",
    ],
)
def test_a_password_in_an_address_is_in_no_message(tmp_path: Path, entry: str) -> None:
    (tmp_path / "sources.yml").write_text(f"sources:\n- {entry}\n", encoding="utf8")
    with pytest.raises(SourcesError) as caught:
        sources_file.load(tmp_path)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)


def test_a_password_in_a_redirect_is_neither_sent_nor_kept(site: Site) -> None:
    site.pages["/a.txt"] = Page(status=302, headers={"Location": f"http://me:{SECRET}@127.0.0.1:{site.port}/b.txt"})
    site.pages["/b.txt"] = Page(document())
    answer = Fetcher(QUICK).fetch(site.url + "/a.txt", Known(), allow_private=True)
    assert answer.data == document()
    assert SECRET not in answer.final_url
    assert not any("authorization" in map(str.lower, headers) for _, _, headers, _ in site.asked)


ALERTS = {
    "BAOGAO_ALERT_URL": f"http://127.0.0.1:9/hook?token={SECRET}",
    "BAOGAO_ALERT_COMMAND": f"/nowhere/notify --password {SECRET}",
}


def test_settings_show_no_secret() -> None:
    done = subprocess.run([BAOGAO, "settings"], env=clean_environment(**ALERTS), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert SECRET not in done.stdout + done.stderr
    assert done.stdout.count("(set, and not shown)") == len(ALERTS)
    assert SECRET not in repr(Settings.load(ALERTS))


@pytest.mark.parametrize(
    "address", [ALERTS["BAOGAO_ALERT_URL"], f"http://x y/{SECRET}", f"http://[x/{SECRET}", f"http://h/{SECRET}\x01", f"http://{SECRET}:p/"]
)
def test_nobody_told_is_said_without_the_address(tmp_path: Path, address: str) -> None:
    settings = Settings.load({"BAOGAO_ALERT_URL": address, "BAOGAO_ALERT_COMMAND": f"'{SECRET}"})
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(Rejected) as caught, managed_run(folder, settings):
        raise Rejected("a check stopped it")
    assert str(caught.value) == "a check stopped it"
    assert len(caught.value.__notes__) == 2
    assert SECRET not in str(caught.value.__notes__) + folder.run_log.path.read_text()


# nobody is told --------------------------------------------------------------------------------------------------------

SOCKET_CALL = re.compile(r'sa_family=AF_INET6?, .*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
ISOLATED = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up 2>/dev/null || ifconfig lo up; exec "$0" "$@"']


def _isolation() -> str:
    """Why a process cannot be cut off from the network and watched here; empty where it can."""
    for tool in ("unshare", "strace"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    tried = subprocess.run(
        [*ISOLATED, "strace", "-f", "-qq", "-e", "trace=connect", "-o", os.devnull, "true"], capture_output=True, timeout=30
    )
    return "" if tried.returncode == 0 else "network namespaces or tracing are not permitted"


def test_a_run_without_any_network_completes_and_asks_for_none(seeds: Path, data: Path, tmp_path: Path) -> None:
    reason = _isolation()
    if reason:
        pytest.skip(reason)
    trace = tmp_path / "trace"
    watched = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-s", "64", "-o", str(trace)]
    command = [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data), "--verbose"]
    environment = clean_environment(PREFECT_HOME=str(tmp_path / "home"), **ALERTS)
    for name in ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED"):
        environment.pop(name)  # the command itself has to see to it
    done = subprocess.run([*ISOLATED, *watched, *command], env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {first or second for first, second in SOCKET_CALL.findall(trace.read_text(errors="replace"))}
    assert "127.0.0.1" in asked, "the run and its server talk to each other, which shows that we would see it"
    assert {address for address in asked if not (address.startswith("127.") or address in ("::1", "::"))} == set()

    written = [path for folder in (data, tmp_path / "home") for path in folder.rglob("*") if path.is_file()]
    holding = [path for path in written if SECRET.encode() in path.read_bytes()]
    assert holding == [], "what may hold secrets is written nowhere"
    assert SECRET not in done.stdout + done.stderr
    assert json.loads((data / "runs.jsonl").read_text().splitlines()[-1])
