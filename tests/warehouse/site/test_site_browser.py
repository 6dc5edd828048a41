"""The reading site in a browser, from the file system: no error, no request to a network, from a chart to a sentence and back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import MISSING, Page, browser, chromium, site_data
from tests.warehouse.site.test_site import growth_of, pages, publish, site_of

pytestmark = [pytest.mark.skipif(chromium() is None, reason=MISSING), pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a few rows; with BAOGAO_SITE=…/site/index.html the one that is there."""
    given = os.environ.get("BAOGAO_SITE")
    return Path(given).parent if given else publish(tmp_path_factory.mktemp("site"), "<script>alert(1)</script>") / "site"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """The tab at desktop size; after the test nothing may have gone wrong in it or left the file system."""
    tab.problems.clear()
    tab.requests.clear()
    tab.size(1200, 900)
    tab.dark(False)
    yield tab
    assert tab.problems == []
    assert [address for address in tab.requests if not address.startswith(("file:", "data:", "about:"))] == []


def kinds(site: Path) -> list[str]:
    """One page of each kind: those at the top, a document, a region, and the largest of the indicators'."""
    names = [name for name in pages(site) if "/" not in name and name not in ("document.html", "region.html")]
    indicators = [name for name in pages(site) if "/" in name]
    largest = max(indicators, key=lambda name: (site / f"data/indicator/{Path(name).stem}.js").stat().st_size)
    return [*sorted(names), document(site), region(site), largest]


def document(site: Path) -> str:
    """The page of the document with most metrics."""
    found = site_data(site, "documents")
    at = max(range(len(found["id"])), key=lambda i: found["metrics"][i])
    return f"document.html?id={found['id'][at]}&year={found['year'][at]}"


def region(site: Path) -> str:
    """The page of the region with most documents."""
    return "region.html?code=" + str(max(site_data(site, "index")["regions"], key=lambda each: each[6])[0])


def show(page: Page, site: Path, name: str) -> float:
    """Open a page of the site, as its name and query say, and wait until its data are shown; the seconds that it took to load."""
    path, _, query = name.partition("?")
    seconds = page.open(site / path, "?" + query if query else "")
    if path in ("document.html", "region.html"):
        page.until("document.querySelector('#text .num, #documents a') !== null")
    return seconds


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_of_page_opens_quickly_and_fits(page: Page, site: Path, width: int, dark: bool) -> None:
    page.size(width, 844, phone=width < 800)
    page.dark(dark)
    for name in kinds(site):
        assert show(page, site, name) < 2, name
        assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name
        lightness = page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, x) => a + +x, 0)")
        assert (lightness < 200) == dark, name


def test_from_a_mark_in_the_chart_to_the_sentence_and_back(page: Page, site: Path) -> None:
    page.open(site / "indicators/gdp.html")
    page.until("document.querySelectorAll('#chart svg a').length > 0")
    page.run("document.querySelector('#chart svg a').focus()")
    page.key("Enter")
    page.until("!document.getElementById('card').hidden && document.querySelector('#card.pinned mark') !== null")
    number = page.run("document.querySelector('#card mark').textContent")
    assert page.run("document.activeElement.closest('#card') !== null")
    assert page.run("getComputedStyle(document.querySelector('#card')).pointerEvents") == "auto"
    page.key("Enter")
    page.until("location.pathname.endsWith('/document.html') && document.querySelector('.num.on') !== null")
    assert page.run("document.querySelector('.num.on').textContent.replace(/\\s+/g, '')") == number
    assert page.run("document.querySelectorAll('#fields dt').length") > 5
    assert page.run("(box => box.top > 0 && box.bottom < innerHeight)(document.querySelector('.num.on').getBoundingClientRect())")
    page.run("document.querySelector('#fields dd a').click()")
    page.until("location.pathname.endsWith('/indicators/gdp.html') && document.querySelector('#chart svg a.on') !== null")
    assert page.run("document.querySelectorAll('#table tr.on').length") >= 1


def test_click_on_a_number_shows_what_it_is_and_a_row_leads_to_its_place(page: Page, site: Path) -> None:
    name = document(site)
    show(page, site, name)
    page.run("document.querySelector('#text .num.date').click()")
    assert page.run("/日期/.test(document.querySelector('#fields').textContent)")
    page.run("document.querySelector('#text .num.metric').click()")
    page.until("document.querySelectorAll('#fields dl dt').length > 5")
    assert page.run("location.hash === '#' + document.querySelector('#text .num.metric').id")
    page.run("[...document.querySelectorAll('#rows tbody tr')].at(-1).cells[3].click()")
    page.until("document.querySelector('.num.on')?.id === 'n' + [...document.querySelectorAll('#rows tbody tr')].at(-1).dataset.at")
    show(page, site, name)
    page.key("j")
    first = page.run("document.querySelector('.num.on').id")
    page.key("j")
    assert page.run("document.querySelector('.num.on').id") != first
    page.key("k")
    assert page.run("document.querySelector('.num.on').id") == first


def test_search_finds_chinese_inside_words_and_leads_to_the_sentence(page: Page, site: Path) -> None:
    page.open(site / "search.html", "#q=" + "生产总值 增长")
    page.until("document.querySelectorAll('#hits li').length > 0")
    assert page.run("document.querySelector('#hits mark').textContent") in ("生产总值", "增长")
    page.run("document.querySelector('#hits a').click()")
    page.until("location.pathname.endsWith('/document.html') && getSelection().toString().includes('生产总值')")
    page.open(site / "search.html", "#q=GDP")
    page.until("[...document.querySelectorAll('#names a')].some(a => a.href.endsWith('indicators/gdp.html'))")


def test_far_outlier_is_cut_and_marked_so_that_the_other_bars_can_be_compared(page: Page, tmp_path: Path) -> None:
    usual = [growth_of(f"{code}0000", "province", 4 + code / 20) for code in range(11, 31)]
    made = site_of(tmp_path, [*usual, growth_of("650000", "province", 830.0)])
    page.open(made / "index.html")
    page.until("document.querySelectorAll('#lead svg a').length > 0")
    texts = page.run("[...document.querySelectorAll('#lead svg text')].map(each => each.textContent)")
    assert [text for text in texts if text.startswith("▶")] == ["▶ 830%"]
    widths = page.run("[...document.querySelectorAll('#lead svg a rect')].map(each => each.getBoundingClientRect().width)")
    assert len(widths) == 21
    assert min(widths) > max(widths) / 3
    assert page.run("document.querySelector('#lead .cut-note') !== null")
    assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_ranges_of_axes(page: Page, site: Path) -> None:
    page.open(site / "index.html")

    def cut(values: list[float]) -> list[float] | None:
        found = page.run(f"baogao.range({values})")
        return [found["low"], found["high"]] if found["cut"] else None

    assert cut([5, 6, 6.5, 7, 5.5, 6.2, 830]) == [5, 7]
    assert cut([5, 6, 6.5, 7, 5.5, 6.2, -90]) == [5, 7]
    assert cut([5, 6, 6.5, 7, 5.5, 6.2, 9]) is None
    # The size of economies differs by orders: that is no outlier.
    assert cut([0.2, 0.5, 1, 1.5, 2, 2.5, 3, 4.4, 5.5, 8, 13]) is None
    assert cut([1, 1000]) is None
    assert cut([3, 3, 3, 3, 3, 3]) is None


def test_start_leads_to_the_search(page: Page, site: Path) -> None:
    page.open(site / "index.html")
    page.run("document.getElementById('wanted').value = '总值'; document.querySelector('#find button').click()")
    page.until("location.pathname.endsWith('/search.html') && document.querySelectorAll('#hits li').length > 0")


def test_bars_begin_at_zero_and_targets_stand_beside_actuals(page: Page, site: Path) -> None:
    page.open(site / "compare.html", "#i=gdp&m=growth_rate%7Cpercent&y=2023")
    page.until("document.querySelectorAll('#chart svg g[aria-label=bar] rect').length > 0")
    assert page.run("document.querySelectorAll('#chart svg g[aria-label=dot] a').length") >= 1
    labels = "[...document.querySelectorAll('#chart svg g[aria-label=\"x-axis tick label\"] text')]"
    zero = f"{labels}.find(t => t.textContent === '0').getBoundingClientRect()"
    left = "document.querySelector('#chart svg g[aria-label=bar] rect').getBoundingClientRect().left"
    assert abs(page.run(f"(box => box.left + box.width / 2)({zero})") - page.run(left)) < 2
    assert page.run("document.querySelectorAll('#table tbody tr').length") >= 1


def test_language_and_colours_are_chosen_and_kept(page: Page, site: Path) -> None:
    page.open(site / "indicators.html")
    assert page.run("getComputedStyle(document.querySelector('h1 .en')).display") == "none"
    page.run("document.getElementById('language').click(); document.getElementById('theme').click()")
    assert page.run("document.documentElement.dataset.theme") == "dark"
    page.open(site / "indicators/gdp.html")
    assert page.run("getComputedStyle(document.querySelector('nav .zh')).display") == "none"
    assert page.run("document.getElementById('measure').selectedOptions[0].textContent").startswith(("growth", "level"))
    page.run("document.getElementById('language').click(); document.getElementById('theme').click()")
    assert page.run("document.documentElement.dataset.lang") == "zh"


def test_what_a_document_says_is_never_run(page: Page, site: Path) -> None:
    for name in kinds(site):
        show(page, site, name)
        assert page.run("document.querySelectorAll('script:not([src])').length") == 0, name
        assert page.run("document.querySelectorAll('main img, main iframe').length") == 0, name


def test_text_of_a_document_is_shown_whole_with_every_number_marked(page: Page, site: Path) -> None:
    show(page, site, document(site))
    script = """(async () => {
        const b = baogao, asked = new URLSearchParams(location.search), id = asked.get("id"), year = asked.get("year");
        const { text } = await b.textOf(id, year), marks = (await b.load("marks/" + b.file(id, year)))[id](), unit = b.units(text);
        const said = each => b.plain(text.slice(unit(each.at), unit(each.at + each.length)));
        const numbers = b.rows(marks.numbers.columns);
        const right = numbers.filter(each => document.getElementById("n" + each.at).textContent === said(each));
        return [document.getElementById("text").textContent === b.plain(text), right.length, numbers.length];
    })()"""
    whole, marked, numbers = page.run(script)
    assert whole
    assert marked == numbers > 0


def test_offsets_are_right_behind_rare_characters(page: Page, site: Path) -> None:
    """Characters beyond the first 65,536 are two to a script and one to the warehouse."""
    show(page, site, document(site))
    assert page.run("(text => text.slice(baogao.units(text)(3), baogao.units(text)(5)))('𬭎甲𠀀12乙')") == "12"
    assert page.run("baogao.around('甲。𬭎增长12%左右。乙', 5, 3).join('|')") == "𬭎增长|12%|左右。"


def test_lists_of_documents_and_regions_are_filtered(page: Page, site: Path) -> None:
    code = region(site).rpartition("=")[2]
    for name in ("documents", "regions"):
        page.open(site / f"{name}.html")
        page.until("document.querySelectorAll('#list tbody tr').length > 0")
        fill(page, "绝无此地")
        page.until("document.querySelectorAll('#list tbody tr').length === 0")
    fill(page, code)
    page.until("document.querySelectorAll('#list tbody tr').length === 1")
    page.run("document.querySelector('#list tbody a').click()")
    page.until("location.pathname.endsWith('/region.html') && document.querySelectorAll('#documents a').length > 0")


def fill(page: Page, word: str) -> None:
    """Write a word into the filter of a list."""
    field = "document.querySelector('input.filter')"
    page.run(f"{field}.value = {json.dumps(word)}; {field}.dispatchEvent(new Event('input'))")


def test_coverage_leads_to_documents(page: Page, site: Path) -> None:
    page.open(site / "coverage.html")
    page.until("document.querySelectorAll('#coverage td.has').length > 0")
    if page.run("document.querySelector('#coverage td.has a') === null"):  # provinces first
        page.run("document.querySelector('#coverage th a').click()")
    page.until("document.querySelector('#coverage td.has a') !== null")
    page.run("document.querySelector('#coverage td.has a').click()")
    page.until("location.pathname.endsWith('/document.html') && document.querySelectorAll('#text .num').length > 0")


def test_what_is_not_there_is_said(page: Page, site: Path) -> None:
    page.open(site / "document.html", "?id=ffffffffffffffff")
    page.until("/no such document/.test(document.querySelector('h1').textContent)")
    page.open(site / "region.html", "?code=<b>x")
    page.until("/no such region/.test(document.querySelector('h1').textContent)")
