"""Documents made to do harm, as a browser shows them: nothing of theirs runs, nothing asks a network, nothing goes wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import MISSING, Page, browser, chromium, site_data
from tests.conftest import BAOGAO, clean_environment
from tests.robustness.hostile import FILES, put_names

SHOWN = ("markup.txt", "markup.html", "bidi and zero width.txt", "escapes.txt", "NUL bytes.txt", "lone surrogates.txt")
"""The files that end as documents and hold what would act on a page."""
pytestmark = [pytest.mark.skipif(chromium() is None, reason=MISSING), pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of hostile documents, those with hostile names among them."""
    root = tmp_path_factory.mktemp("hostile-site")
    seeds = root / "seeds"
    seeds.mkdir()
    for name in SHOWN:
        (seeds / name).write_bytes(FILES[name].make(1.0))
    put_names(seeds)
    (seeds / "<b onmouseover=alert(1)>.txt").write_bytes(b"\0")  # fails, so that its name stands in the quality report
    made = subprocess.run(
        [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(root / "data")],
        env=clean_environment(PREFECT_HOME=str(root / "prefect")), capture_output=True, text=True,
    )  # fmt: skip
    assert "Published" in made.stdout, made.stdout + made.stderr
    return root / "data"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


def documents(site: Path) -> list[str]:
    """The address of each document's page, after the site's folder."""
    found = site_data(site, "documents")
    return [f"?id={identity}&year={year}" for identity, year in zip(found["id"], found["year"], strict=True)]


def test_nothing_of_a_hostile_document_runs_in_the_site_or_the_quality_report(tab: Page, data: Path) -> None:
    site, shown = data / "site", 0
    pages = [
        (path, "") for path in [*sorted(site.rglob("*.html")), *sorted((data / "quality").glob("*.html"))] if path.name != "document.html"
    ]
    for path, query in [*pages, *((site / "document.html", query) for query in documents(site))]:
        tab.open(path, query)
        if path.name == "document.html":
            tab.until("document.querySelector('main').textContent.length > 400")
            shown += "owned" in tab.run("document.querySelector('main').textContent")
        # An inline script, a picture or a handler could only come from a document.
        assert tab.run("document.title") != "owned", (path, query)
        assert (
            tab.run("document.querySelectorAll('script:not([src]), main img, main iframe, [onerror], [onload], [onmouseover]').length") == 0
        )
        assert tab.run("[...document.links].filter(link => link.protocol === 'javascript:').length") == 0, (path, query)
    assert shown >= 1  # the markup of the text file is there, as text; that of the page was never text
    assert len(documents(site)) >= len(SHOWN) + 5
    assert tab.problems == []
    assert [address for address in tab.requests if not address.startswith(("file:", "data:", "about:"))] == []
