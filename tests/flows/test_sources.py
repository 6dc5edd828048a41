"""sources.yml: what may stand in it, what documents are called, and what a run makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.ingest import sources_file
from flows.ingest.http_fetch import manners
from flows.ingest.local_sources import local_files
from flows.ingest.source_names import web_path
from flows.ingest.sources_file import SourcesError
from tests.conftest import query, report
from tests.flows.site import Page, Site, document, serving

pytestmark = pytest.mark.xdist_group("prefect")
Runner = Callable[..., Any]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECONDS": "2", "BYTES": "20000", "DELAY": "0", "ATTEMPTS": "2"}.items():
        monkeypatch.setenv(f"BAOGAO_FETCH_{name}", value)
    monkeypatch.setattr("flows.pipeline.manners", lambda settings: replace(manners(settings), pause=0.01))


def write(seeds: Path, *entries: str) -> None:
    seeds.mkdir(exist_ok=True)
    (seeds / "sources.yml").write_text("sources:\n" + "".join(f"- {entry}\n" for entry in entries), encoding="utf8")


# the file --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing\n", "sources:\n", "sources: []\n"])
def test_an_empty_file_adds_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.yml").write_text(text, encoding="utf8")
    assert sources_file.load(tmp_path) == ()


def test_the_file_that_comes_with_the_project_adds_nothing() -> None:
    assert sources_file.load(Path(__file__).parents[2] / "seeds") == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("url: ftp://x/y", "must begin with http:// or https://"),
        ("url: http://", "names? a host"),
        ("url: http://[::1", "is no address"),
        ("url: http://me:word@x/y", "user name or password"),
        ("url: 5", "must be text"),
        ("{url: http://x/y, folder: z}", "not several"),
        ("{as: x}", "one of folder, glob and url"),
        ("just text", "'just text'"),
        ("{url: http://x/y, allow_private: maybe}", "true or false"),
        ("{url: http://x/y, retries: 3}", "retries is not known for a url"),
        ("{folder: ../x, allow_private: true}", "allow_private is not known for a folder"),
        ("{folder: ../x, as: a/b}", "cannot begin the path"),
        ("{folder: ../x, as: web}", "cannot begin the path"),
        ("{folder: ../x, as: ..}", "cannot begin the path"),
    ],
)
def test_an_error_names_file_line_and_what_is_allowed(tmp_path: Path, entry: str, said: str) -> None:
    write(tmp_path, "url: http://good.example/a.txt", entry)
    with pytest.raises(SourcesError, match=said) as caught:
        sources_file.load(tmp_path)
    assert f"{tmp_path / 'sources.yml'}, line 3: " in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "- url: http://x/y\n",
        "sources: 5\n",
        "sauces: []\n",
        "sources: {}\n",
        "sources: [\n",
        "a: b: c\n",
        "sources: [!!python/object:os.x {}]\n",
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.yml").write_text(text, encoding="utf8")
    with pytest.raises(SourcesError, match=r"sources\.yml"):
        sources_file.load(tmp_path)


def test_two_entries_for_one_thing_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "url: http://x.example/a", "url: https://x.example/a")
    with pytest.raises(SourcesError, match="line 3: the same as line 2"):
        sources_file.load(tmp_path)
    write(tmp_path, "folder: ../one/reports", "folder: ../two/reports")
    with pytest.raises(SourcesError, match="as: NAME"):
        sources_file.load(tmp_path)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://www.bjmy.gov.cn/zwgk/2023/report.html", "web/www.bjmy.gov.cn/zwgk/2023/report.html"),
        ("http://X.example:8080/a.pdf", "web/x.example_8080/a.pdf"),
        ("https://x.example/%E6%8A%A5%E5%91%8A.pdf#page=3", "web/x.example/报告.pdf"),
    ],
)
def test_plain_addresses_have_readable_names(url: str, path: str) -> None:
    assert web_path(url) == path


STRANGE = [
    "https://x.example", "https://x.example/a/", "https://x.example/a", "https://x.example/a?id=1", "https://x.example/a?id=2",
    "https://x.example/../../etc/passwd", "https://x.example/%2e%2e/%2e%2e/etc/passwd", "https://x.example/a%2Fb", "https://x.example/a//b",
    "https://x.example/a/b", "https://x.example/.hidden", "https://x.example/a%00b", "https://x.example/a%0Ab", "https://x.example/%E2%80%AEtxt.exe",
    "https://x.example/" + "长" * 300 + ".pdf", "https://x.example/" + "长" * 301 + ".pdf",
    "https://x.example/" + "/".join("abcdefghijklmnopqrst"),
    "https://x.example/" + "/".join("Abcdefghijklmnopqrst"), "https://x.example/a.pdf?x=" + "y" * 3000, "https://x.example/%ff%fe",
    "https://x.example/<script>",
    "https://例子.中国/报告.html",
]  # fmt: skip


def test_strange_addresses_have_safe_names_of_their_own() -> None:
    names = [web_path(url) for url in STRANGE]
    assert len({*names}) == len(STRANGE)
    for name in names:
        parts = name.split("/")
        assert parts[0] == "web"
        assert len(parts) <= 14
        assert all(part.isprintable() and not part.startswith(".") and 0 < len(part.encode()) < 255 for part in parts), name


# files -----------------------------------------------------------------------------------------------------------------


def test_folders_and_globs_count_from_the_file(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    for path in ("archive/2020/a.txt", "archive/2021/b.pdf", "archive/2021/c.txt", "more/d.txt", "more/.hidden", "seeds/own.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x", encoding="utf8")
    write(seeds, "glob: ../archive/20*/*.txt", "{folder: ../more, as: later}", "folder: .")
    found = local_files(sources_file.load(seeds), seeds)
    assert [name for name, _ in found.files] == ["archive/2020/a.txt", "archive/2021/c.txt", "later/d.txt"]
    assert all(Path(path).is_file() for _, path in found.files)
    write(seeds, "glob: ../archive/**/*.docx")
    assert [(item.source_path, item.error) for item in local_files(sources_file.load(seeds), seeds).failures] == [
        ("archive", "unreachable")
    ]


def test_a_folder_that_is_not_there_stops_the_run_and_keeps_the_warehouse(run: Runner, seeds: Path, data: Path) -> None:
    run()
    write(seeds, "folder: ../missing")
    with pytest.raises(SourcesError, match=r"line 2: there is no folder .*missing"):
        run()
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]
    write(seeds, "folder: ..")
    with pytest.raises(SourcesError, match="contains the seeds folder itself"):
        run()


def test_a_folder_beside_the_seeds_is_read_and_its_name_must_be_free(run: Runner, seeds: Path, data: Path) -> None:
    (seeds.parent / "archive").mkdir()
    (seeds.parent / "archive/old.txt").write_text(report("固定资产投资增长 7.7%", "怀柔区"), encoding="utf8")
    write(seeds, "folder: ../archive")
    run()
    assert ("archive/old.txt",) in query(data, "SELECT source_path FROM documents")
    (seeds / "archive").mkdir()
    with pytest.raises(SourcesError, match="as: NAME"):
        run()


# a run -----------------------------------------------------------------------------------------------------------------


def documents(data: Path) -> dict[str, str]:
    return dict(query(data, "SELECT source_path, text FROM documents WHERE source_path LIKE 'web/%'"))


def test_what_addresses_give_from_run_to_run(run: Runner, seeds: Path, data: Path, site: Site) -> None:
    name = f"web/127.0.0.1_{site.port}"
    site.pages = {
        "/a.txt": Page(document("固定资产投资增长 1.1%", "怀柔区"), '"1"'),
        "/b.txt": Page(document("固定资产投资增长 2.2%", "顺义区"), '"1"', fail_first=1),
        "/loop": Page(status=302, headers={"Location": "/loop"}),
        "/inside": Page(status=302, headers={"Location": "http://169.254.169.254/latest"}),
        "/large.txt": Page(bytes(30_000)),
        "/robots.txt": Page(b"User-agent: baogao\nDisallow: /closed\n"),
    }
    lost = ("gone.txt", "loop", "inside", "large.txt", "closed")
    write(
        seeds, *(f"{{url: {site.url}/{path}, allow_private: true}}" for path in ("a.txt", "b.txt", *lost)), "url: http://127.0.0.1/no.txt"
    )
    first = run()
    assert documents(data).keys() == {f"{name}/a.txt", f"{name}/b.txt"}
    assert query(data, "SELECT url FROM documents WHERE source_path LIKE '%/b.txt'") == [(f"{site.url}/b.txt",)]
    failures = dict(query(data, "SELECT source_path, error FROM failures"))
    assert failures == {
        f"{name}/gone.txt": "unreachable", f"{name}/loop": "unreachable", f"{name}/inside": "refused", f"{name}/large.txt": "too_large",
        f"{name}/closed": "refused", "web/127.0.0.1/no.txt": "refused",
    }  # fmt: skip
    assert len(first.planned.inventory.stale) == 0
    assert site.statuses("/b.txt") == [500, 200]

    site.asked.clear()
    second = run()
    assert site.statuses("/a.txt") == site.statuses("/b.txt") == [304]
    assert second.plan.is_unchanged

    site.pages["/a.txt"] = Page(document("固定资产投资增长 3.3%", "怀柔区"), '"2"')
    del site.pages["/b.txt"]
    third = run()
    assert third.plan.changed == (f"{name}/a.txt",)
    assert not third.plan.removed
    assert "3.3" in documents(data)[f"{name}/a.txt"]
    assert "2.2" in documents(data)[f"{name}/b.txt"], "what is gone keeps its last document"
    (message,) = query(data, "SELECT message FROM failures WHERE source_path = ? AND error = 'unreachable'", f"{name}/b.txt")[0]
    assert "status 404" in message
    assert "is used" in message
    assert len(third.planned.inventory.stale) == 1

    ledger = [json.loads(line) for line in (data / "raw/ledger.jsonl").read_text(encoding="utf8").splitlines()]
    versions = {entry["sha256"] for entry in ledger if entry["url"] == f"{site.url}/a.txt"}
    assert len(versions) == 2
    assert all((data / "raw" / digest[:2] / digest).is_file() for digest in versions)

    write(seeds, f"{{url: {site.url}/a.txt, allow_private: true}}")
    fourth = run()
    assert fourth.plan.removed == (f"{name}/b.txt",)
    assert documents(data).keys() == {f"{name}/a.txt"}
    assert query(data, "SELECT count(*) FROM failures") == [(0,)]


def test_addresses_alone_make_a_warehouse_also_when_the_host_is_gone(run: Runner, tmp_path: Path, data: Path) -> None:
    seeds = tmp_path / "sources"
    with serving() as site:
        site.pages["/a.txt"] = Page(document(), '"1"')
        write(seeds, f"{{url: {site.url}/a.txt, allow_private: true}}")
        run(seeds=str(seeds))
    summary = run(seeds=str(seeds), fresh=True)
    assert len(documents(data)) == 1
    assert query(data, "SELECT error FROM failures") == [("unreachable",)]
    assert len(summary.planned.inventory.stale) == 1
