"""Series over the years and renamed places, growth beside level, roll-ups, and the search over texts and indicators."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from tests.made_rows import GROWTH, Row, row
from tests.warehouse.build.test_views import SCHOOLS, TARGET, answer, growth, promise
from tests.warehouse.conftest import Maker
from transforms.identify.regions import current, region_rows, regions

COUNTY: Row = {"region_code": "130622", "region": "清苑县"}
DISTRICT: Row = {"region_code": "130608", "region": "清苑区"}


def level(name: str, year: int, value: float, *changes: Row, report: int, **fields: Any) -> Row:
    base = {"metric_id": name, "document_id": f"d{report}", "report_year": report, "period_start": year, "period_end": year}
    return row("metrics", base, {"value": value, "value_std": value}, *changes, fields)


def place(code: str, name: str, parent: str | None, kind: str, **fields: Any) -> Row:
    return {"region_code": code, "region": name, "region_level": kind, "parent_code": parent, "province": "河北省"} | fields


PLACES = [
    place("100000", "全国", None, "nation"),
    place("130000", "河北省", "100000", "province"),
    place("130600", "保定市", "130000", "prefecture"),
    place("130622", "清苑县", "130600", "county", valid_to=2014, successor_code="130608", succession="renamed"),
    place("130608", "清苑区", "130600", "county", valid_from=2015),
    place("130603", "北市区", "130600", "county", valid_to=2014, successor_code="130606", succession="merged"),
    place("130606", "莲池区", "130600", "county", valid_from=2015),
]


# series ---------------------------------------------------------------------------------------------------------------


def test_series_joins_reports_of_many_years_over_a_change_of_name(make: Maker) -> None:
    metrics = [
        growth("a", 2013, 8, COUNTY, report=2014),
        growth("b", 2014, 7, COUNTY, report=2015),
        growth("t", 2015, 7.5, DISTRICT, TARGET, report=2015, document_id="e2015", bound="lower"),
        growth("c", 2015, 7.6, DISTRICT, report=2016),
        growth("d", 2018, 6, DISTRICT, report=2019),
    ]
    found = make(metrics, regions=PLACES).execute(
        """select region_code, region, told_as, year, actual, target, target_bound, previous, change_on_previous, gap_years
        from series order by year"""
    )
    assert found.fetchall() == [
        ("130608", "清苑区", "清苑县", 2013, 8.0, None, None, None, None, None),
        ("130608", "清苑区", "清苑县", 2014, 7.0, None, None, 8.0, -1.0, 1),
        ("130608", "清苑区", "清苑区", 2015, 7.6, 7.5, "lower", 7.0, 0.6, 1),
        ("130608", "清苑区", "清苑区", 2018, 6.0, None, None, None, None, 3),
    ]


def test_a_region_that_was_merged_into_another_is_a_series_of_its_own(make: Maker) -> None:
    merged: Row = {"region_code": "130603", "region": "北市区"}
    into: Row = {"region_code": "130606", "region": "莲池区"}
    metrics = [growth("a", 2013, 8, merged, report=2014), growth("b", 2015, 7, into, report=2016)]
    found = make(metrics, regions=PLACES).execute("select region, year from series order by year").fetchall()
    assert found == [("北市区", 2013), ("莲池区", 2015)]


def test_series_never_mixes_units(make: Maker) -> None:
    dollars: Row = {"indicator_id": "exports", "unit": "美元", "unit_std": "USD"}
    yuan: Row = {"indicator_id": "exports"}
    metrics = [
        level("a", 2021, 5, dollars, report=2022), level("b", 2022, 40, yuan, report=2023), level("c", 2022, 6, dollars, report=2023),
    ]  # fmt: skip
    found = make(metrics).execute("select unit_std, year, actual, previous from series order by unit_std, year").fetchall()
    assert found == [("CNY", 2022, 40.0, None), ("USD", 2021, 5.0, None), ("USD", 2022, 6.0, 5.0)]


def test_series_of_a_region_that_the_list_does_not_know(make: Maker) -> None:
    metrics = [growth("a", 2022, 8, report=2023, region_code="999999", region="某地")]
    assert make(metrics).execute("select region_code, region, actual from series").fetchall() == [("999999", "某地", 8.0)]


def test_what_a_place_is_today_is_what_the_texts_are_read_with(make: Maker) -> None:
    found = (
        make([], regions=region_rows()).execute("select region_code, region, valid_from, today_code, today from regions_today").fetchall()
    )
    today = {(code, name, since or 0): (code_now, now) for code, name, since, code_now, now in found}
    assert len(found) == len(today) == len(regions()) > 6000
    assert today == {(each.code, each.name, each.since): (current(each).code, current(each).name) for each in regions()}


# growth_and_level -----------------------------------------------------------------------------------------------------


def test_growth_and_level_stand_side_by_side(make: Maker) -> None:
    metrics = [
        level("l1", 2021, 100e8, report=2022),
        level("l2", 2022, 104e8, report=2023),
        growth("g2", 2022, 4.5, report=2023),
        growth("t3", 2023, 5, TARGET, report=2023, bound="approx"),
    ]
    found = make(metrics).execute(
        """select year, level, level_before, growth, growth_implied, difference, growth_target, growth_target_bound
        from growth_and_level order by year"""
    )
    assert found.fetchall() == [
        (2021, 100e8, None, None, None, None, None, None),
        (2022, 104e8, 100e8, 4.5, 4.0, 0.5, None, None),
        (2023, None, None, None, None, None, 5.0, "approx"),
    ]


def test_no_growth_is_implied_by_rates(make: Maker) -> None:
    rate: Row = {"indicator_id": "urban_surveyed_unemployment_rate", "unit": "%", "unit_std": "percent", "dimension": "ratio"}
    metrics = [level("a", 2021, 5, rate, report=2022), level("b", 2022, 4, rate, report=2023)]
    found = make(metrics).execute("select level, level_before, growth_implied from growth_and_level order by year").fetchall()
    assert found == [(5.0, None, None), (4.0, 5.0, None)]


# region_tree ----------------------------------------------------------------------------------------------------------


def test_figures_roll_up_to_prefecture_province_and_nation(make: Maker) -> None:
    other: Row = {"region_code": "130606", "region": "莲池区", "document_id": "o"}
    metrics = [level("a", 2022, 100.0, DISTRICT, report=2023), level("b", 2022, 50.0, other, report=2023)]
    connection = make(metrics, regions=PLACES)
    found = connection.execute(
        """select ancestor, ancestor_level, sum(value_std) from headline join region_tree using (region_code)
        where distance > 0 group by all order by ancestor_level"""
    ).fetchall()
    assert found == [("全国", "nation", 150.0), ("保定市", "prefecture", 150.0), ("河北省", "province", 150.0)]
    chain = connection.execute("select ancestor, distance from region_tree where region_code = '130608' order by distance").fetchall()
    assert chain == [("清苑区", 0), ("保定市", 1), ("河北省", 2), ("全国", 3)]


def test_every_region_of_the_list_rolls_up_to_the_nation(make: Maker) -> None:
    found = make([], regions=region_rows()).execute(
        "select count(distinct region_code), count(distinct region_code) filter (where ancestor_code = '100000') from region_tree"
    )
    (codes, reaching) = found.fetchone() or (0, 0)
    assert codes == reaching > 4000


# commitments: met -----------------------------------------------------------------------------------------------------

KEPT: list[tuple[str, float, Row, float, Row, bool | None]] = [
    ("as promised", 3, {}, 3, {}, True),
    ("more than promised", 3, {}, 4, {}, True),
    ("less than promised", 10, {}, 7, {}, False),
    ("at least, fallen short", 10, {"bound": "lower"}, 9, {}, False),
    ("more than a number below it", 10, {}, 8, {"bound": "lower"}, None),
    ("a ceiling kept", 10, {"bound": "upper"}, 9, {}, True),
    ("a ceiling broken", 10, {"bound": "upper"}, 11, {}, False),
    ("about, as good as done", 100, {"bound": "approx"}, 99, {}, True),
    ("about, cannot be said", 100, {"bound": "approx"}, 93, {}, None),
    ("about, far off", 100, {"bound": "approx"}, 60, {}, False),
]


@pytest.mark.parametrize(("why", "promised", "of_promise", "told", "of_answer", "met"), KEPT)
def test_promises_are_judged(
    make: Maker, why: str, promised: float, of_promise: Row, told: float, of_answer: Row, met: bool | None
) -> None:
    metrics = [
        promise("p", 2022, promised, of_promise, period_start=2022, period_end=2022),
        answer("a", 2023, told, of_answer, period_start=2022, period_end=2022),
    ]
    found = make(metrics).execute("select answered, met, answer_value_std, answer_char_start from commitments").fetchall()
    assert found == [(True, met, float(told), metrics[1]["char_start"])], why


def test_a_promise_for_another_year_is_not_judged_by_this_one(make: Maker) -> None:
    metrics = [promise("p", 2022, 3, period_start=2025, period_end=2025), answer("a", 2023, 3)]
    assert make(metrics).execute("select answered, met from commitments where metric_id = 'p'").fetchall() == [(True, None)]


# search ---------------------------------------------------------------------------------------------------------------

SAID = "一、回顾\n新能源汽车产量增长 20%。\n　　建成充电桩3万个；新能源汽车保有量翻一番！完"


def test_search_finds_the_sentences_that_have_all_words_with_their_places(make: Maker) -> None:
    documents = [
        row("documents", text=SAID),
        row("documents", document_id="d2", text="没有"),
        row("documents", document_id="d3", text=SAID, copy_of="d1"),
    ]
    connection = make([], documents=documents)
    found = connection.execute("select document_id, char_start, sentence from search_text('新能源汽车')").fetchall()
    assert [sentence for *_, sentence in found] == ["新能源汽车产量增长 20%。", "新能源汽车保有量翻一番！"]
    for document, start, sentence in found:
        assert document == "d1"
        assert SAID[start : start + len(sentence)] == sentence
    assert connection.execute("select sentence from search_text('　保有量  新能源 ')").fetchall() == [("新能源汽车保有量翻一番！",)]
    assert connection.execute("select sentence from search_text('充电桩')").fetchall() == [("建成充电桩3万个；",)]
    assert connection.execute("select sentence from search_text('完')").fetchall() == [("完",)]
    assert connection.execute("select sentence from search_text('。翻一番！')").fetchall() == [("新能源汽车保有量翻一番！",)]
    for nothing in ("", " ", "。！", "新能源汽车 充电桩", "%", "_", "'"):
        expected = [("新能源汽车产量增长 20%。",)] if nothing == "%" else []
        assert connection.execute("select sentence from search_text(?)", [nothing]).fetchall() == expected, nothing


def sentences_with(text: str, words: list[str]) -> list[tuple[int, str]]:
    """What search_text promises, said plainly: the sentences of a text that have all words, small letters or not, with their places."""
    pieces = re.finditer(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+$", text)
    found = [piece for piece in pieces if all(word in piece[0].lower() for word in words)]
    blank = " \u3000\t\n\r"
    return [(piece.start() + len(piece[0]) - len(piece[0].lstrip(blank)), piece[0].strip(blank)) for piece in found]


def test_search_finds_what_a_reader_of_all_sentences_finds(make: Maker) -> None:
    draw = random.Random(0)
    texts = {f"{number:03}": "".join(draw.choices("新能源车aA5%.[ \u3000，。！；\n", k=draw.randrange(120))) for number in range(150)}
    documents = [row("documents", document_id=name, text=text) for name, text in texts.items()]
    connection = make([], documents=documents)
    found_any = 0
    for words in ("新", "能源", "新 能", "车车", "a", "aa", "5a", "a 车", "A5", "%", ".", "[", "，", "新能 源 5", "源 源"):
        found = connection.execute("select document_id, char_start, sentence from search_text(?)", [words]).fetchall()
        expected = [(name, *each) for name, text in texts.items() for each in sentences_with(text, words.lower().split())]
        assert found == expected, words
        found_any += bool(found)
    assert found_any >= 14


def test_search_finds_indicators_by_their_own_words_and_the_catalogues(make: Maker) -> None:
    metrics = [
        row("metrics", indicator="全市生产总值"),
        row("metrics", GROWTH, metric_id="m2", indicator="全市生产总值", report_year=2024, region_code="1"),
        row("metrics", SCHOOLS, metric_id="m3"),
    ]
    connection = make(metrics)
    assert connection.execute("select indicator, metrics, regions, first_year, last_year from search_indicators('gross')").fetchall() == [
        ("全市生产总值", 2, 2, 2023, 2024)
    ]
    assert connection.execute("select indicator, indicator_id from search_indicators('学校')").fetchall() == [("新建学校", None)]


def test_macros_and_their_columns_are_explained(make: Maker) -> None:
    said = make([]).execute("select function_name, comment from duckdb_functions() where function_name like 'search_%' and not internal")
    for name, comment in said.fetchall():
        assert "检索" in comment, name
