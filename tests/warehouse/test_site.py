"""The reading site: complete, offline, safe whatever a document says, and made anew only where something changed."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.tables import GROWTH, TEXT, Row, row
from tests.warehouse.conftest import write_tables
from warehouse.build import build
from warehouse.quality_report import write_quality_report
from warehouse.site import ASSETS, write_site
from warehouse.site.data import clip, packed

EVIL = "<script>alert(1)</script>\x1b[2J</article><img src=x onerror=alert(2)>"
NEXT: Row = {"document_id": "d2", "report_year": 2024}
TARGET: Row = {"modality": "target"}
SCHOOLS: Row = {
    "indicator": "新建学校",
    "indicator_id": None,
    "statistic": "level",
    "unit": "所",
    "unit_std": "count",
    "number_text": "3所",
}


def rows_of(evil: str = EVIL) -> dict[str, Any]:
    """A region with two reports: growth with its target, a promise with its answer, and a document that means harm."""
    metrics = [
        row("metrics", indicator=evil),
        row("metrics", GROWTH, metric_id="g"),
        row(
            "metrics",
            GROWTH,
            TARGET,
            metric_id="t",
            value=5,
            value_std=5,
            period_start=2023,
            period_end=2023,
            bound="lower",
            char_start=TEXT.index("5%以上"),
            number_text="5%",
        ),
        row("metrics", GROWTH, NEXT, metric_id="a", value=5.5, value_std=5.5, period_start=2023, period_end=2023, number_text="5.5%"),
        row(
            "metrics",
            SCHOOLS,
            TARGET,
            metric_id="p",
            value=3,
            value_std=3,
            period_start=2023,
            period_end=2023,
            char_start=TEXT.index("3所"),
        ),
        row("metrics", SCHOOLS, NEXT, metric_id="k", value=4, value_std=4, period_start=2023, period_end=2023, number_text="4所"),
    ]
    places = {"2.5%": 19, "5%": TEXT.index("5%以上"), "3所": TEXT.index("3所")}
    numbers = [row("numbers", char_start=at, char_end=at + len(text), text=text) for text, at in places.items()]
    numbers += [row("numbers"), row("numbers", {"char_start": 0, "char_end": 5, "text": "2022年", "class": "date", "metric_id": None})]
    documents = [
        row("documents", text=TEXT + evil, title=evil, warnings=evil, source_path=evil),
        row("documents", NEXT, file_name=evil, title=None, region=evil),
        row("documents", document_id="d3", text=TEXT, region_code=None, region=None, region_level=None, report_year=None),
    ]
    held = [row("metrics", metric_id="q", sentence=evil, indicator=evil) | {"expectation": "value_is_finite", "reason": evil}]
    return {"metrics": metrics, "numbers": numbers, "documents": documents, "quarantine": held}


def publish(folder: Path, evil: str = EVIL) -> Path:
    """A published data folder as a run leaves it: warehouse, quality report and site."""
    rows = rows_of(evil)
    write_tables(folder / "parquet", rows.pop("metrics"), **rows)
    (folder / "parquet/datapackage.json").touch()
    build(folder / "parquet", folder / "warehouse.duckdb")
    write_quality_report(folder / "warehouse.duckdb", folder / "quality")
    write_site(folder / "warehouse.duckdb", folder / "site")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("site")) / "site"


def data(site: Path, name: str) -> Any:
    """What a data file hands to ``baogao.put``."""
    text = (site / f"data/{name}.js").read_text(encoding="utf8")
    match = re.fullmatch(r"baogao\.put\((\"[^\"]+\"),(.*)\);\n", text, re.DOTALL)
    assert match
    assert json.loads(match[1]) == name
    return json.loads(match[2])


def told(packed_rows: dict[str, Any]) -> list[Row]:
    shared = set(packed_rows["shared"])
    return [
        {
            name: packed_rows["texts"][value] if i in shared and value is not None else value
            for i, (name, value) in enumerate(zip(packed_rows["fields"], each, strict=True))
        }
        for each in packed_rows["rows"]
    ]


def pages(site: Path) -> dict[str, str]:
    return {page.relative_to(site).as_posix(): page.read_text(encoding="utf8") for page in site.rglob("*.html")}


def tags(text: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a page with their attributes, as a browser reads them."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, {key: value or "" for key, value in attributes}))  # type: ignore[method-assign]
    parser.feed(text)
    return found


def test_every_kind_of_page_is_there(site: Path) -> None:
    assert set(pages(site)) == {
        "index.html", "documents.html", "indicators.html", "regions.html", "compare.html", "coverage.html", "search.html",
        "dictionary.html", "indicators/gdp.html", "regions/110118.html", "documents/d1.html", "documents/d2.html", "documents/d3.html",
    }  # fmt: skip


def test_no_page_runs_or_loads_what_a_document_says(site: Path) -> None:
    for name, text in pages(site).items():
        assert "\x1b" not in text, name
        for tag, attributes in tags(text):
            assert tag not in ("img", "style", "iframe", "object"), name
            assert tag != "script" or attributes["src"].startswith(("assets/", "data/", "../assets/", "../data/")), name
            assert not [key for key in attributes if key.startswith("on") or key == "style"], name
            assert not [value for value in attributes.values() if re.match(r"\s*(https?:|//|javascript:)", value or "")], name
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)"', text)
        assert policy, name
        assert policy[1].startswith("default-src 'none'; script-src 'self' file:;"), name
        assert "unsafe" not in policy[1], name
        assert text.index("Content-Security-Policy") < text.index("<script"), name


def test_every_link_and_script_leads_to_a_file_of_the_site(site: Path) -> None:
    for name, text in pages(site).items():
        for target in re.findall(r'(?:href|src)="([^"#]+)(?:#[^"]*)?"', text):
            if target != "data:,":
                assert (site / name).parent.joinpath(unescape(target)).resolve().exists(), (name, target)


def test_every_fragment_leads_to_an_element(site: Path) -> None:
    found = pages(site)
    for name, text in found.items():
        for fragment in re.findall(r'href="#([^"]+)"', text):
            assert f'id="{fragment}"' in text, (name, fragment)


def test_pages_have_labels_in_both_languages_and_settings(site: Path) -> None:
    for name, text in pages(site).items():
        assert text.count('class="zh"') == text.count('class="en"') > 5, name
        assert 'id="language"' in text, name
        assert 'id="theme"' in text, name
        assert '<meta name="viewport"' in text, name


def test_document_page_has_the_whole_text_with_its_numbers(site: Path) -> None:
    text = pages(site)["documents/d1.html"]
    article = text[text.index("<article") : text.index("</article>")]
    assert unescape(re.sub(r"<[^>]+>", "", article)) == TEXT + EVIL.replace("\x1b", r"\x1b")
    assert '<a class="num metric" id="n11" href="#n11" data-rule="test">367亿元</a>' in article
    assert '<span class="num date" id="n0" data-rule="test">2022年</span>' in article


def test_document_data_has_the_fields_of_each_metric_and_what_was_held_back(site: Path) -> None:
    found = data(site, "document/d1")
    metrics = [dict(zip(found["fields"], each, strict=True)) for each in found["metrics"]]
    assert [each["metric_id"] for each in metrics] == ["m1", "g", "t", "p"]
    assert metrics[0]["shown"] == "367亿"
    assert metrics[0]["rule"] == "test"
    assert "\x1b" not in metrics[0]["indicator"]
    assert found["held"][0][0] == 11


def test_indicator_data_has_points_targets_and_their_sentences(site: Path) -> None:
    found = data(site, "indicator/gdp")
    points = told(found["points"])
    assert [(p["year"], p["statistic"], p["modality"], p["value"], p["bound"], p["document"], p["at"]) for p in points] == [
        (2022, "growth_rate", "actual", 2.5, "exact", "d1", 19),
        (2023, "growth_rate", "actual", 5.5, "exact", "d2", 19),
        (2023, "growth_rate", "target", 5.0, "lower", "d1", TEXT.index("5%以上")),
        (2022, "level", "actual", 36.7e9, "exact", "d1", 11),
    ]
    assert points[0]["before"] == "2022年地区生产总值367亿元，增长"
    assert points[0]["behind"].startswith("左右。今年目标")
    (pair,) = told(found["pairs"])
    assert (pair["target"], pair["actual"], pair["gap"], pair["met"], pair["actual_document"]) == (5.0, 5.5, 0.5, True, "d2")


def test_region_data_has_promises_and_what_became_of_them(site: Path) -> None:
    (promise,) = told(data(site, "region/110118")["promises"])
    assert (promise["indicator"], promise["number"], promise["answer_number"]) == ("新建学校", "3所", "4所")
    assert (promise["answered"], promise["met"], promise["answer_document"]) == (True, True, "d2")


def test_index_names_what_every_page_needs(site: Path) -> None:
    index = data(site, "index")
    assert index["indicators"][0][:3] == ["gdp", "地区生产总值", "gross domestic product"]
    assert index["regions"][0][0] == "110118"
    assert index["regions"][0][4] == [2023, 2024]
    assert {each[0] for each in index["documents"]} == {"d1", "d2", "d3"}
    assert ["CNY", "元", "yuan"] in index["units"]
    assert index["chunks"] == 1


def test_search_texts_are_those_of_the_pages_so_that_offsets_agree(site: Path) -> None:
    texts = dict(data(site, "text/0"))
    article = re.search(r"<article[^>]*>(.*?)</article>", pages(site)["documents/d1.html"], re.DOTALL)
    assert article
    assert texts["d1"] == unescape(re.sub(r"<[^>]+>", "", article[1]))


def test_start_says_the_verdict_and_lists_the_newest(site: Path) -> None:
    text = pages(site)["index.html"]
    assert 'href="../quality/index.html"' in text
    assert "1 行被隔离" in text
    assert text.count('href="documents/') == 3


def test_coverage_has_a_cell_for_each_region_and_year(site: Path) -> None:
    text = pages(site)["coverage.html"]
    assert text.count('<td class="has') == 2
    assert 'href="documents/d3.html"' in text[text.index("unknown") :]


def test_dictionary_page_explains_tables_and_views(site: Path) -> None:
    text = pages(site)["dictionary.html"]
    for name in ("metrics", "quarantine", "targets_vs_actuals", "indicator_panel"):
        assert f'<h3 id="{name}">' in text
    assert "原文数字" in text


def test_assets_are_carried_along_with_their_licences(site: Path) -> None:
    for name in ("plot.umd.min.js", "d3.min.js", "site.js", "site.css", "style.css", "THIRD_PARTY.md"):
        assert (site / "assets" / name).stat().st_size > 0
    licences = (site / "assets/THIRD_PARTY.md").read_text(encoding="utf8")
    for name, library in (("d3.min.js", "d3"), ("plot.umd.min.js", "@observablehq/plot")):
        (version,) = re.findall(rf"\| `{library}` \([^|]*\) \| ([\d.]+) \| ISC \|", licences)
        assert version in (ASSETS / name).read_text(encoding="utf8")[:200]
    assert licences.count("Permission to use, copy, modify") == 2


def test_unchanged_document_pages_are_taken_from_the_site_before(site: Path, tmp_path: Path) -> None:
    warehouse = site.parent / "warehouse.duckdb"
    rendered = write_site(warehouse, tmp_path / "again", site)
    assert not [page for page in rendered if page.parent.name == "documents"]
    for name in ("documents/d1.html", "data/document/d1.js"):
        assert (tmp_path / "again" / name).samefile(site / name)
    assert pages(tmp_path / "again") == pages(site)


def test_changed_documents_are_rendered_anew_and_the_site_before_stays_as_it_was(site: Path, tmp_path: Path) -> None:
    changed = publish(tmp_path / "changed", "另一份")
    before = pages(site)
    rendered = write_site(changed / "warehouse.duckdb", tmp_path / "site", site)
    assert {page.name for page in rendered if page.parent.name == "documents"} == {"d1.html", "d2.html"}
    assert (tmp_path / "site/documents/d3.html").samefile(site / "documents/d3.html")
    assert "另一份" in (tmp_path / "site/documents/d1.html").read_text(encoding="utf8")
    assert pages(site) == before


@pytest.mark.parametrize("keys", ["", "[]", "not json"])
def test_a_site_before_that_cannot_be_read_costs_nothing_but_time(site: Path, tmp_path: Path, keys: str) -> None:
    (tmp_path / "before/data").mkdir(parents=True)
    (tmp_path / "before/data/pages.json").write_text(keys, encoding="utf8")
    rendered = write_site(site.parent / "warehouse.duckdb", tmp_path / "site", tmp_path / "before")
    assert len([page for page in rendered if page.parent.name == "documents"]) == 3


def test_empty_warehouse_has_a_site(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [], numbers=[], documents=[], runs=[], checks=[])
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    write_site(tmp_path / "warehouse.duckdb", tmp_path / "site")
    assert len(pages(tmp_path / "site")) == 8


def test_sentences_are_shortened_around_their_number() -> None:
    before, behind = clip("甲" * 200 + "367\n亿元" + "乙" * 200, "367亿元")
    assert before == "…" + "甲" * 70
    assert behind == "乙" * 90 + "…"
    assert clip(None, "1") == clip("一", None) == ("", "")


def test_texts_that_repeat_stand_once() -> None:
    assert packed(("a", "b"), [["x", 1], ["x", 2], [None, 3]], ("a",)) == {
        "fields": ("a", "b"), "shared": [0], "texts": ["x"], "rows": [[0, 1], [0, 2], [None, 3]],
    }  # fmt: skip
