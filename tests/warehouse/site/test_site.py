"""The reading site: complete, offline, safe whatever a document says, and made anew only where something changed."""

from __future__ import annotations

import base64
import json
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.made_rows import GROWTH, TEXT, Row, row
from tests.warehouse.conftest import write_tables
from warehouse.build.full_build import build
from warehouse.reports.quality_report import write_quality_report
from warehouse.site import ASSETS, write_site
from warehouse.site.data import START, codes
from warehouse.site.words import BUCKETS, FACTOR, PARTS, signature

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
            char_end=TEXT.index("5%以上") + 2,
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
            char_end=TEXT.index("3所") + 2,
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


def told(columns: dict[str, list[Any]]) -> list[Row]:
    """Columns of a data file as rows, coded words as themselves."""
    words = codes()
    found = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row_ in found:
        for name, value in row_.items():
            if (key := name.rpartition("_")[2]) in words and value is not None:
                row_[name] = words[key][value]
    return found


def marks(site: Path, document: str, year: str) -> Any:
    """What the data files say of a document besides its text."""
    text = (site / f"data/marks/{year}/{document[:2]}.js").read_text(encoding="utf8")
    (line,) = re.findall(rf'^(?:baogao\.put\("[^"]+",\{{)?"{document}":\(\)=>\((.*)\)(?:,|\}}\);)$', text, re.MULTILINE)
    return json.loads(line)


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
        "index.html", "documents.html", "document.html", "indicators.html", "regions.html", "region.html", "compare.html", "coverage.html",
        "search.html", "dictionary.html", "indicators/gdp.html",
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
        for target in re.findall(r'(?:href|src)="([^"#?]+)(?:[?#][^"]*)?"', text):
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
        assert "<noscript>" in text, name
        assert 'id="language"' in text, name
        assert 'id="theme"' in text, name
        assert '<meta name="viewport"' in text, name


def test_data_of_a_document_has_its_whole_text_and_every_number(site: Path) -> None:
    title, region, is_copy, text = data(site, "text/2023/d1")["d1"]
    assert (title, region, is_copy, text) == (EVIL, "110118", 0, TEXT + EVIL)
    found = marks(site, "d1", "2023")
    numbers = told(found["numbers"]["columns"])
    said = [(text[each["at"] : each["at"] + each["length"]], each["class"]) for each in numbers]
    assert said[:2] == [("2022年", "date"), ("367亿元", "metric")]
    assert {found["numbers"]["rules"][each["rule"]] for each in numbers} == {"test"}


def test_data_of_a_document_has_the_fields_of_each_metric_and_what_was_held_back(site: Path) -> None:
    found = marks(site, "d1", "2023")
    metrics = told(found["metrics"]["columns"])
    assert [each["metric_id"] for each in metrics] == ["m1", "g", "t", "p"]
    assert (metrics[0]["value"], metrics[0]["statistic"]) == (36.7e9, "level")
    assert (metrics[2]["modality"], metrics[2]["bound"]) == ("target", "lower")
    assert found["metrics"]["rules"][metrics[0]["rule"]] == "test"
    assert found["metrics"]["sections"][metrics[0]["section"]] == "一、2022年工作回顾"
    assert [at for at, _ in found["held"]] == [11]
    assert found["document"]["path"] == EVIL


def test_data_of_a_document_without_a_year_stand_apart(site: Path) -> None:
    assert data(site, "text/none/d3")["d3"][3] == TEXT
    assert marks(site, "d3", "none")["metrics"] is None


def test_indicator_data_has_points_targets_and_their_sentences(site: Path) -> None:
    found = data(site, "indicator/gdp")
    points = told(found["points"])
    assert [(p["year"], p["statistic"], p["modality"], p["value"], p["bound"], p["document"], p["at"]) for p in points] == [
        (2022, "growth_rate", "actual", 2.5, "exact", "d1", 19),
        (2023, "growth_rate", "actual", 5.5, "exact", "d2", 19),
        (2023, "growth_rate", "target", 5.0, "lower", "d1", TEXT.index("5%以上")),
        (2022, "level", "actual", 36.7e9, "exact", "d1", 11),
    ]
    assert [(p["told"], p["length"]) for p in points[:2]] == [(2023, 4), (2024, 4)]
    (pair,) = told(found["pairs"])
    assert (pair["target"], pair["actual"], pair["gap"], pair["met"], pair["actual_document"]) == (5.0, 5.5, 0.5, True, "d2")


def growth_of(region: str, level: str, value: float, **fields: Any) -> Row:
    place = {"region_code": region, "region": region, "region_level": level, "document_id": f"d{region}"}
    return row("metrics", GROWTH, place, metric_id=f"m{region}", value=value, value_std=value, number_text=f"{value}%") | fields


def site_of(folder: Path, metrics: list[Row]) -> Path:
    write_tables(folder / "parquet", metrics)
    (folder / "parquet/datapackage.json").touch()
    build(folder / "parquet", folder / "warehouse.duckdb")
    write_site(folder / "warehouse.duckdb", folder / "site")
    return folder / "site"


def test_growth_over_several_years_is_not_among_yearly_figures(tmp_path: Path) -> None:
    several = {"period_start": 2018, "basis": "over_period"}
    made = site_of(
        tmp_path,
        [
            growth_of("110118", "county", 6.0),
            growth_of("110118", "county", 48.0, metric_id="five", **several),
            growth_of("110118", "county", 51.0, metric_id="retail", indicator="社会消费品零售总额", indicator_id="retail_sales", **several),
        ],
    )
    for name in ("indicator/gdp", "region/110118"):
        assert [point["value"] for point in told(data(made, name)["points"])] == [6.0], name
    # An indicator that has no yearly figure at all has no page, and none is linked.
    assert not (made / "indicators/retail_sales.html").exists()
    assert {each[0]: each[6] for each in data(made, "index")["indicators"]}.get("retail_sales", 0) == 0


def test_chart_of_the_start_page_has_all_provinces_and_counts_the_regions_that_it_leaves_out(tmp_path: Path) -> None:
    provinces = [growth_of(f"{code}0000", "province", 1 + code / 100) for code in range(11, 11 + START + 5)]
    counties = [growth_of(f"1101{code}", "county", 9.0) for code in (11, 12)]
    start = data(site_of(tmp_path, provinces + counties), "start")
    assert {point["region"] for point in told(start["points"])} == {each["region_code"] for each in provinces}
    assert start["left_out"] == 2


def test_chart_of_the_start_page_is_filled_with_other_regions_where_provinces_are_few(tmp_path: Path) -> None:
    counties = [growth_of(f"1101{code}", "county", code / 10) for code in range(11, 11 + START)]
    start = data(site_of(tmp_path, [growth_of("130000", "province", 0.5), *counties]), "start")
    regions = {point["region"] for point in told(start["points"])}
    assert len(regions) == START
    assert "130000" in regions
    assert "110111" not in regions
    assert start["left_out"] == 1


def test_region_data_has_promises_and_what_became_of_them(site: Path) -> None:
    (promise,) = told(data(site, "region/110118")["promises"])
    assert (promise["indicator"], promise["number"], promise["answer_number"]) == ("新建学校", "3所", "4所")
    assert (promise["answered"], promise["met"], promise["answer_document"], promise["answer_told"]) == (True, True, "d2", 2024)


def test_region_data_lists_its_documents_newest_first(site: Path) -> None:
    assert [each["id"] for each in told(data(site, "region/110118")["documents"])] == ["d2", "d1"]


def test_index_names_what_every_page_needs(site: Path) -> None:
    index = data(site, "index")
    assert index["indicators"][0][:3] == ["gdp", "地区生产总值", "gross domestic product"]
    assert index["regions"][0][0] == "110118"
    assert index["regions"][0][6:] == [2, [2023, 2024]]
    assert ["CNY", "元", "yuan"] in index["units"]
    assert index["files"] == [["2024", "d2"], ["2023", "d1"], ["none", "d3"]]
    assert {each["id"] for each in told(data(site, "documents"))} == {"d1", "d2", "d3"}


def test_words_are_looked_for_only_in_the_files_that_may_have_them(site: Path) -> None:
    index = data(site, "index")
    assert index["words"] == {"buckets": BUCKETS, "factor": FACTOR, "parts": PARTS}

    def files(pair: str) -> list[str]:
        bucket = (ord(pair[0]) * FACTOR + ord(pair[1])) % BUCKETS
        part, turn = divmod(bucket, BUCKETS // PARTS)
        bits = base64.b64decode(data(site, f"words/{part}"))
        size = -(-len(index["files"]) // 8)
        return [name for i, (_, name) in enumerate(index["files"]) if bits[turn * size + i // 8] & (128 >> i % 8)]

    assert files("地区") == ["d2", "d1", "d3"]
    assert files("al") == ["d1"]
    assert files("水稻") == []


def test_words_are_counted_in_small_letters_and_as_scripts_see_them() -> None:
    def has(text: str, pair: str) -> bool:
        first, second = memoryview(pair.encode("utf-16-le")).cast("H")
        bucket = (first * FACTOR + second) % BUCKETS
        return bool(signature([text])[bucket // 8] & (128 >> bucket % 8))

    assert has("GDP增长", "dp")
    assert has("增长", "增长")
    assert has("𬭎", "𬭎")
    assert not has("增", "增长")
    assert not any(signature([]))


def test_start_says_the_verdict_and_lists_the_newest(site: Path) -> None:
    text = pages(site)["index.html"]
    assert 'href="../quality/index.html"' in text
    assert "1 行被隔离" in text
    assert text.count('href="document.html?id=') == 3
    assert 'href="document.html?id=d1&amp;year=2023"' in text
    assert 'href="document.html?id=d3"' in text


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


def test_files_that_hold_are_taken_from_the_site_before(site: Path, tmp_path: Path) -> None:
    warehouse = site.parent / "warehouse.duckdb"
    made = write_site(warehouse, tmp_path / "again", site)
    assert not [path for path in made if path.suffix == ".js"]
    names = [path.relative_to(site) for path in site.rglob("data/**/*.js")]
    assert len(names) > 40
    for name in names:
        assert (tmp_path / "again" / name).samefile(site / name), name
    assert pages(tmp_path / "again") == pages(site)


def test_changed_documents_are_written_anew_and_the_site_before_stays_as_it_was(site: Path, tmp_path: Path) -> None:
    changed = publish(tmp_path / "changed", "另一份")
    before = contents(site)
    made = write_site(changed / "warehouse.duckdb", tmp_path / "site", site)
    assert {path.name for path in made if path.parts[-3] == "text"} == {"d1.js", "d2.js"}
    assert (tmp_path / "site/data/text/none/d3.js").samefile(site / "data/text/none/d3.js")
    assert contents(tmp_path / "site") == contents(changed / "site")
    assert contents(site) == before


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_site_is_the_same_bytes_whenever_it_is_made(site: Path, tmp_path: Path) -> None:
    write_site(site.parent / "warehouse.duckdb", tmp_path / "again")
    assert contents(tmp_path / "again") == contents(site)


@pytest.mark.parametrize("keys", ["", "{}", "[]", "[1]", "not json"])
def test_a_site_before_that_cannot_be_read_costs_nothing_but_time(site: Path, tmp_path: Path, keys: str) -> None:
    (tmp_path / "before/data").mkdir(parents=True)
    for name in ("keys.json", "figures.json"):
        (tmp_path / "before/data" / name).write_text(keys, encoding="utf8")
    write_site(site.parent / "warehouse.duckdb", tmp_path / "site", tmp_path / "before")
    assert contents(tmp_path / "site") == contents(site)


def test_a_site_before_that_lacks_a_file_is_made_anew_there(site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "before")
    (tmp_path / "before/data/marks/2023/d1.js").unlink()
    (tmp_path / "before/data/region/110118.js").unlink()
    write_site(site.parent / "warehouse.duckdb", tmp_path / "site", tmp_path / "before")
    assert contents(tmp_path / "site") == contents(site)


def test_empty_warehouse_has_a_site(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [], numbers=[], documents=[], runs=[], checks=[])
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    write_site(tmp_path / "warehouse.duckdb", tmp_path / "site")
    assert len(pages(tmp_path / "site")) == 10
    assert data(tmp_path / "site", "documents") is None
