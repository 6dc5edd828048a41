"""What each view answers, on a few rows made for the question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.made_rows import GROWTH, Row, row
from tests.warehouse.conftest import Maker, documents_of
from warehouse.build.view_files import narrowing

TARGET: Row = {"modality": "target"}


def growth(name: str, year: int, value: float, *changes: Row, report: int, **fields: Any) -> Row:
    """GDP growth of a year as a report of ``report`` tells it."""
    base = {"metric_id": name, "document_id": f"d{report}", "report_year": report, "period_start": year, "period_end": year}
    return row("metrics", GROWTH, base, {"value": value, "value_std": value, "number_text": f"{value}%"}, *changes, fields)


# headline -------------------------------------------------------------------------------------------------------------

HEADLINE: dict[str, tuple[list[Row], list[str]]] = {
    "a surer reading beats a doubtful one": (
        [growth("doubtful", 2022, 5, report=2023, confidence=0.6), growth("sure", 2022, 6, report=2023, confidence=0.95)], ["sure"]),
    "a hair's breadth of confidence does not": (
        [growth("first", 2022, 5, report=2023, confidence=0.95), growth("second", 2022, 6, report=2023, confidence=0.96, char_start=90)],
        ["first"]),
    "an exact figure beats a rounded one": (
        [growth("about", 2022, 5, report=2023, bound="approx"), growth("exact", 2022, 5.2, report=2023, char_start=90)], ["exact"]),
    "the earliest of two that are alike": (
        [growth("late", 2022, 5, report=2023, char_start=90), growth("early", 2022, 5, report=2023)], ["early"]),
    "the latest report wins for what has happened": (
        [growth("old", 2021, 5, report=2022), growth("revised", 2021, 5.1, report=2023)], ["revised"]),
    "but not with a rounded number": (
        [growth("old", 2021, 5, report=2022), growth("rounded", 2021, 5, report=2023, bound="lower")], ["old"]),
    "what is told while the year lasts is a part of it": (
        [growth("whole", 2022, 5, report=2023, bound="approx"), growth("part", 2022, 4, report=2022)], ["whole"]),
    "a settled figure beats a preliminary one": (
        [growth("preliminary", 2022, 5, report=2023, is_preliminary=True), growth("settled", 2022, 5.3, report=2023, char_start=90)],
        ["settled"]),
    "a target is told in its own year": (
        [growth("plan", 2022, 6, TARGET, report=2021), growth("own", 2022, 5, TARGET, report=2022),
         growth("hindsight", 2022, 7, TARGET, report=2023)], ["own"]),
    "else in the last plan before it": (
        [growth("old plan", 2025, 6, TARGET, report=2020), growth("plan", 2025, 5, TARGET, report=2021)], ["plan"]),
    "target and actual are two rows": (
        [growth("actual", 2022, 5, report=2023), growth("target", 2022, 6, TARGET, report=2022)], ["actual", "target"]),
    "level and growth are two rows": ([row("metrics", metric_id="level"), growth("growth", 2022, 5, report=2023)], ["growth", "level"]),
    "a span of years is no year": ([growth("span", 2022, 5, report=2023, period_start=2018)], []),
    "a year that nobody knows is no year": ([growth("unknown", 2022, 5, report=2023, period_start=None, period_end=None)], []),
    "a difference to the nation is no figure of the region": ([growth("ahead", 2022, 0.7, report=2023, basis="vs_nation")], []),
    "what is in no catalogue": ([growth("other", 2022, 5, report=2023, indicator_id=None)], []),
    "a region that nobody knows": ([growth("nowhere", 2022, 5, report=2023, region_code=None, region=None)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADLINE)
def test_headline_picks(make: Maker, name: str) -> None:
    metrics, expected = HEADLINE[name]
    found = make(metrics).execute("select metric_id from headline order by metric_id").fetchall()
    assert [metric for (metric,) in found] == expected


def test_headline_prefers_the_communique_for_actuals_and_the_work_report_for_targets(make: Maker) -> None:
    metrics = [
        growth(f"{kind} {modality}", 2023, 5, report=2023 + (modality == "actual"), document_id=f"{kind} {modality}", modality=modality)
        for kind in ("work_report", "statistical_communique", "budget_report")
        for modality in ("actual", "target")
    ]
    documents = [document | {"doc_type": document["document_id"].split()[0]} for document in documents_of(metrics)]
    found = make(metrics, documents=documents).execute("select modality, doc_type, readings from headline order by 1").fetchall()
    assert found == [("actual", "statistical_communique", 3), ("target", "work_report", 3)]


def test_headline_leaves_copies_out(make: Maker) -> None:
    metrics = [growth("original", 2022, 5, report=2023), growth("copy", 2022, 5, report=2023, document_id="a copy")]
    documents = [d | {"copy_of": "d2023" if d["document_id"] == "a copy" else None} for d in documents_of(metrics)]
    assert make(metrics, documents=documents).execute("select metric_id, readings from headline").fetchall() == [("original", 1)]


def test_headline_keeps_source_bound_and_range(make: Maker) -> None:
    metrics = [growth("m", 2023, 6, TARGET, report=2023, bound="range", value_high=6.5, value_high_std=6.5)]
    found = (
        make(metrics).execute("select value, value_high, unit_std, bound, document_id, sentence, year, name_zh from headline").fetchall()
    )
    assert found == [(6.0, 6.5, "percent", "range", "d2023", metrics[0]["sentence"], 2023, "地区生产总值")]


SUMMARIES = ("headline", "indicator_panel", "series", "targets_vs_actuals", "commitments")


def test_a_reading_in_doubt_is_in_no_summary_and_is_counted(make: Maker) -> None:
    doubt: Row = {"quality_flags": "growth_is_credible"}
    metrics = [
        growth("slipped", 2023, 525, doubt, report=2024),
        growth("good", 2023, 5.2, report=2024, char_start=90),
        growth("aim slipped", 2023, 50, TARGET, doubt, report=2023),
        growth("aim", 2023, 5, TARGET, report=2023, char_start=90),
        growth("only doubt", 2021, 700, doubt, report=2022),
        promise("p slipped", 2023, 3000, doubt, char_start=120),
        promise("p", 2023, 3, char_start=130),
    ]
    connection = make(metrics)
    for view in SUMMARIES:
        shown = str(connection.execute(f"select * from {view}").fetchall())
        assert not any(value in shown for value in ("525.0", "50.0,", "700.0", "3000.0")), view
    assert connection.execute("select metric_id, doubted from headline order by 1").fetchall() == [("aim", 1), ("good", 1)]
    assert connection.execute("select year, doubted from indicator_panel").fetchall() == [(2023, 1)]
    assert connection.execute("select year, actual, target, doubted from series").fetchall() == [(2023, 5.2, 5.0, 2)]
    assert connection.execute("select target, actual, doubted from targets_vs_actuals").fetchall() == [(5.0, 5.2, 2)]
    assert connection.execute("select metric_id, doubted from commitments").fetchall() == [("p", 1)]


def test_growth_over_several_years_has_rows_of_its_own_and_meets_no_yearly_target(make: Maker) -> None:
    doubled: Row = {"period_start": 2019, "basis": "over_period"}
    metrics = [
        growth("doubled", 2023, 100, doubled, report=2024),
        growth("average", 2023, 7, doubled, report=2024, basis="cagr", char_start=90),
        growth("yearly", 2023, 5.2, report=2024, char_start=99),
        growth("aim", 2023, 5, TARGET, report=2023),
        growth("no span", 2022, 40, report=2024, basis="over_period", char_start=120),
    ]
    connection = make(metrics)
    found = connection.execute("select metric_id, period_start, year, basis from headline where modality = 'actual' order by 1").fetchall()
    assert found == [("average", 2019, 2023, "cagr"), ("doubled", 2019, 2023, "over_period"), ("yearly", 2023, 2023, "yoy")]
    assert connection.execute("select year, actual, met from targets_vs_actuals").fetchall() == [(2023, 5.2, True)]
    assert connection.execute("select year, actual from series").fetchall() == [(2023, 5.2)]
    assert connection.execute("select year, gdp_growth from indicator_panel").fetchall() == [(2023, 5.2)]


@pytest.mark.parametrize(
    "fields", [{"scope": "own_level"}, {"scope": "part"}, {"sub_period": "Q1"}, {"place": "某开发区", "scope": "part"}], ids=str
)
def test_a_part_of_the_place_or_of_the_year_is_no_headline(make: Maker, fields: Row) -> None:
    assert make([growth("part", 2022, 9, fields, report=2023)]).execute("select metric_id from headline").fetchall() == []


def test_a_document_whose_identity_is_unsure_says_nothing_of_a_region(make: Maker) -> None:
    metrics = [growth("sure", 2022, 5, report=2023), growth("unsure", 2021, 6, report=2022), growth("no year", 2020, 7, report=2021)]
    doubt = {"d2022": {"identity_confidence": 0.3}, "d2021": {"report_year": None}}
    documents = [each | doubt.get(each["document_id"], {}) for each in documents_of(metrics)]
    connection = make(metrics, documents=documents)
    for view in ("headline", "series", "indicator_panel"):
        assert [year for (year,) in connection.execute(f"select year from {view}").fetchall()] == [2022], view


def test_cities_of_a_table_of_their_province_are_joined_in_by_place(make: Maker) -> None:
    city: Row = {
        "place": "甲市",
        "place_code": "110101",
        "scope": "part",
        "indicator_id": None,
        "indicator": "地区生产总值",
        "table_id": "1",
    }
    zone: Row = {"place": "甲市开发区"}
    metrics = [
        growth("of the city", 2022, 6.1, city, report=2023),
        growth("of its zone", 2022, 9, city, zone, report=2023, char_start=90),
        growth("its own", 2021, 6, report=2022, region_code="110101", region="甲市", document_id="own"),
        growth("of the city too", 2021, 7, city, report=2022),
    ]
    regions = [
        row("regions", region_code="110101", region="甲市", region_level="county", province="北京市", valid_from=None, valid_to=None)
    ]
    found = make(metrics, regions=regions).execute("select metric_id, region, year, is_own from headline order by 1").fetchall()
    assert found == [("its own", "甲市", 2021, True), ("of the city", "甲市", 2022, False)]


def test_headline_says_why_a_reading_was_chosen(make: Maker) -> None:
    metrics = [growth("table", 2022, 5.2, report=2023), growth("prose", 2022, 5.2, report=2023, char_start=90),
               growth("lone", 2022, 5.9, report=2023, char_start=5)]  # fmt: skip
    found = make(metrics).execute("select metric_id, readings, agreeing, chosen_by from headline").fetchall()
    assert [row[:3] for row in found] == [("table", 3, 2)]
    assert "2 of 3 readings agree" in found[0][3]


def test_names_of_columns_are_short_enough_for_stata(make: Maker) -> None:
    names = make([]).execute("select table_name, column_name from information_schema.columns where length(column_name) > 32").fetchall()
    assert names == []


def test_each_view_begins_with_its_question(make: Maker) -> None:
    comments = dict(make([]).execute("select view_name, comment from duckdb_views() where not internal").fetchall())
    assert {name for name in SUMMARIES if "?" not in comments[name]} == set()


# targets_vs_actuals ---------------------------------------------------------------------------------------------------

UNEMPLOYMENT: Row = {"indicator_id": "urban_surveyed_unemployment_rate", "statistic": "level", "basis": None}
CPI: Row = {"indicator_id": "cpi"}
RANGE: Row = {"bound": "range"}
# what is asked: (indicator, target, target's fields, actual, actual's fields, gap, met)
JUDGED: list[tuple[str, Row, float, Row, float | None, Row, float | None, bool | None]] = [
    ("more than aimed at", {}, 5, {}, 5.5, {}, 0.5, True),
    ("just met", {}, 5.1, {}, 5.1, {}, 0, True),
    ("missed", {}, 5, {}, 4.9, {}, -0.1, False),
    ("at least, met", {}, 5, {"bound": "lower"}, 5.2, {}, 0.2, True),
    ("at least, missed", {}, 5, {"bound": "lower"}, 4.8, {}, -0.2, False),
    ("at most, kept", CPI, 3, {"bound": "upper"}, 2, {}, -1, True),
    ("at most, exceeded", CPI, 3, {"bound": "upper"}, 3.4, {}, 0.4, False),
    ("about, above", {}, 5, {"bound": "approx"}, 5.2, {}, 0.2, True),
    ("about, as good as met", {}, 5, {"bound": "approx"}, 4.8, {}, -0.2, True),
    ("about, cannot be said", {}, 5, {"bound": "approx"}, 4.6, {}, -0.4, None),
    ("about, clearly missed", {}, 5.5, {"bound": "approx"}, 3, {}, -2.5, False),
    ("range, within", {}, 4.5, RANGE | {"value_high": 5}, 4.7, {}, 0, True),
    ("range, above", {}, 4.5, RANGE | {"value_high": 5}, 5.4, {}, 0.4, True),
    ("range, below", {}, 4.5, RANGE | {"value_high": 5}, 4.2, {}, -0.3, False),
    ("less is better, kept", UNEMPLOYMENT, 5.5, {}, 5.2, {}, -0.3, True),
    ("less is better, exceeded", UNEMPLOYMENT, 5.5, {}, 5.6, {}, 0.1, False),
    ("about, less is better", UNEMPLOYMENT, 5.5, {"bound": "approx"}, 5.2, {}, -0.3, True),
    ("about, less is better, far off", UNEMPLOYMENT, 5.5, {"bound": "approx"}, 6.2, {}, 0.7, False),
    ("prices have no better, far below", CPI, 3, {"bound": "approx"}, 0.2, {}, -2.8, None),
    ("prices have no better, met", CPI, 3, {"bound": "approx"}, 3.1, {}, 0.1, True),
    ("actual above a floor that meets the target", {}, 5, {}, 5.5, {"bound": "lower"}, 0.5, True),
    ("actual above a floor that does not", {}, 5, {}, 4.5, {"bound": "lower"}, -0.5, None),
    ("actual below a ceiling that is too low", {}, 5, {}, 4.5, {"bound": "upper"}, -0.5, False),
    ("actual below a ceiling that is high enough", {}, 5, {}, 5.5, {"bound": "upper"}, 0.5, None),
    ("actual is a range that meets the target", {}, 5, {}, 5, RANGE | {"value_high": 6}, None, True),
    ("actual is a range about the target", {}, 5, {}, 4, RANGE | {"value_high": 6}, None, None),
    ("a fall of at least 3, met", CPI, -3, {"bound": "lower"}, -3.5, {}, -0.5, True),
    ("a fall of at least 3, missed", CPI, -3, {"bound": "lower"}, -2, {}, 1, False),
    ("a fall of at most 3, kept", CPI, -3, {"bound": "upper"}, -2, {}, 1, True),
    ("other units cannot be compared", {}, 5, {}, 5, {"unit": "百分点", "unit_std": "pp"}, None, None),
    ("nothing told yet", {}, 5, {}, None, {}, None, None),
]


def test_targets_are_judged(make: Maker) -> None:
    metrics = []
    for number, (_, indicator, target, of_target, actual, of_actual, _, _) in enumerate(JUDGED):
        region = {"region_code": f"{number:06}", "region": f"r{number}"}

        def told(value: float, year: int, fields: Row, region: Row = region, indicator: Row = indicator) -> Row:
            name = f"{region['region']} {year}"
            high = {"value_high_std": fields.get("value_high")}
            return growth(name, 2023, value, region, indicator, fields, high, report=year, document_id=name)

        metrics.append(told(target, 2023, TARGET | of_target))
        if actual is not None:
            metrics.append(told(actual, 2024, of_actual))
    rows = make(metrics).execute("select region_code, round(gap, 6), met from targets_vs_actuals order by 1").fetchall()
    assert {JUDGED[int(code)][0]: (gap, met) for code, gap, met in rows} == {case[0]: case[-2:] for case in JUDGED}


def test_actual_comes_from_the_report_of_the_next_year(make: Maker) -> None:
    metrics = [
        growth("target", 2022, 6, TARGET, report=2022),
        growth("told next year", 2022, 5.2, report=2023, bound="approx"),
        growth("told later", 2022, 5.5, report=2024),
        growth("told in the year", 2022, 9, report=2022, char_start=90),
    ]
    connection = make(metrics)
    found = connection.execute("select target, actual, actual_metric_id, target_report_year, actual_report_year from targets_vs_actuals")
    assert found.fetchall() == [(6.0, 5.2, "told next year", 2022, 2023)]
    assert connection.execute("select metric_id from headline where modality = 'actual'").fetchall() == [("told later",)]


def test_amounts_are_compared_in_the_standard_unit(make: Maker) -> None:
    acres: Row = {"statistic": "level", "unit": "亩", "unit_std": "m2", "dimension": "area"}
    metrics = [
        growth("t", 2022, 15, TARGET | acres, report=2022, value_std=10000.0),
        growth("a", 2022, 2, acres, report=2023, unit="公顷", value_std=20000.0),
    ]
    assert make(metrics).execute("select target, actual, gap, unit_std from targets_vs_actuals").fetchall() == [
        (10000.0, 20000.0, 10000.0, "m2")
    ]


# indicator_panel ------------------------------------------------------------------------------------------------------


def test_panel_has_level_and_growth_side_by_side_and_never_mixes_currencies(make: Maker) -> None:
    dollars: Row = {"indicator_id": "exports", "unit": "美元", "unit_std": "USD"}
    metrics = [
        row("metrics", metric_id="level"),
        growth("growth", 2022, 2.5, report=2023),
        row("metrics", dollars, metric_id="usd", value=7.0, value_std=7.0),
        row("metrics", dollars, metric_id="cny", unit="元", unit_std="CNY", value=50.0, value_std=50.0, bound="approx", char_start=90),
        growth("target", 2023, 5, TARGET, report=2023),
        growth("other year", 2021, 6, report=2022),
    ]
    connection = make(metrics)
    found = connection.execute(
        "select region, year, gdp, gdp_growth, exports, exports_usd, cpi from indicator_panel order by year"
    ).fetchall()
    assert found == [("密云区", 2021, None, 6.0, None, None, None), ("密云区", 2022, 36.7e9, 2.5, 50.0, 7.0, None)]


# commitments ----------------------------------------------------------------------------------------------------------

SCHOOLS: Row = {"indicator": "新建学校", "indicator_id": None, "statistic": "level", "unit": "所", "unit_std": "count", "basis": None}


def promise(name: str, report: int, value: float, *changes: Row, **fields: Any) -> Row:
    return growth(name, report, value, SCHOOLS, TARGET, *changes, report=report, **fields)


def answer(name: str, report: int, value: float, *changes: Row, **fields: Any) -> Row:
    return growth(name, report - 1, value, SCHOOLS, *changes, report=report, **fields)


def test_promise_is_answered_by_the_next_report(make: Maker) -> None:
    metrics = [
        promise("schools", 2022, 3),
        promise("hospitals", 2022, 2, indicator="医院", char_start=90),
        answer("built", 2023, 3, indicator="建成学校"),
        answer("other", 2023, 3, indicator="养老驿站", char_start=90),
        answer("too late", 2024, 3),
        answer("elsewhere", 2023, 3, region_code="110101", region="东城区", document_id="e2023"),
        promise("open", 2024, 5, char_start=90),
    ]
    query = "select metric_id, answer_metric_id, answered, score > 0.8, next_report_year from commitments order by metric_id"
    assert make(metrics).execute(query).fetchall() == [
        ("hospitals", None, False, None, 2023),
        ("open", None, None, None, None),
        ("schools", "built", True, True, 2023),
    ]


def test_answer_with_the_nearer_number_is_taken(make: Maker) -> None:
    metrics = [promise("p", 2022, 100), answer("far", 2023, 10), answer("near", 2023, 98, char_start=90)]
    assert make(metrics).execute("select answer_metric_id from commitments").fetchall() == [("near",)]


@pytest.mark.parametrize("fields", [{"unit": "户", "unit_std": "household"}, {"statistic": "change"}, {"modality": "target"}])
def test_what_cannot_answer_does_not(make: Maker, fields: Row) -> None:
    metrics = [promise("p", 2022, 3), answer("a", 2023, 3, fields)]
    found = make(metrics).execute("select answered from commitments where metric_id = 'p'").fetchall()
    assert found == [(False,)]


@pytest.mark.parametrize(("promised", "told"), narrowing()["same"])
def test_answer_in_other_words_is_an_answer(make: Maker, promised: str, told: str) -> None:
    metrics = [promise("p", 2022, 3, indicator=promised), answer("a", 2023, 3, indicator=told)]
    assert make(metrics).execute("select answer_metric_id, score >= 0.7 from commitments").fetchall() == [("a", True)]


@pytest.mark.parametrize(("one", "other"), narrowing()["different"])
def test_a_narrower_or_another_thing_is_no_answer(make: Maker, one: str, other: str) -> None:
    metrics = [promise("p", 2022, 3, indicator=one), answer("a", 2023, 3, indicator=other)]
    metrics += [promise("q", 2023, 3, indicator=other, char_start=90), answer("b", 2024, 3, indicator=one)]
    assert make(metrics).execute("select metric_id, answered from commitments order by metric_id").fetchall() == [
        ("p", False),
        ("q", False),
    ]


def test_a_verdict_is_told_in_a_word(make: Maker) -> None:
    metrics = [promise("p", 2022, 3), answer("a", 2023, 3), promise("q", 2023, 5, char_start=90)]
    found = make(metrics).execute("select metric_id, verdict, met from commitments order by 1").fetchall()
    assert found == [("p", "met", True), ("q", "unanswered", None)]


@pytest.mark.parametrize(
    ("of_promise", "of_answer"),
    [
        ({"scope": "part", "place": "东区"}, {}),
        ({}, {"scope": "own_level"}),
        ({}, {"sub_period": "H1"}),
        ({"indicator": "企业"}, {"indicator": "企业"}),
        ({"indicator": "口袋公园"}, {"indicator": "公园"}),
        ({}, {"sentence": "加快推进学校3所建设。", "number_text": "3所"}),
        ({}, {"value": 0.5, "value_std": 0.5}),
        ({}, {"period_start": 2018}),
        ({"table_id": "1"}, {}),
        ({}, {"quality_flags": "count_is_whole"}),
    ],
    ids=str,
)
def test_no_verdict_where_the_answer_may_be_of_another_thing(make: Maker, of_promise: Row, of_answer: Row) -> None:
    found = make([promise("p", 2022, 3, of_promise), answer("a", 2023, 3, of_answer)]).execute("select verdict from commitments").fetchall()
    assert {verdict for (verdict,) in found} <= {"unanswered"}


def test_a_promise_of_several_years_is_answered_by_the_report_after_them(make: Maker) -> None:
    several: Row = {"period_start": 2025, "period_end": 2025}
    metrics = [promise("p", 2021, 30, several), answer("on the way", 2022, 4), answer("done", 2026, 31, several)]
    found = make(metrics).execute("select answer_metric_id, next_report_year, verdict from commitments").fetchall()
    assert found == [("done", 2026, "met")]


def test_only_cells_of_budgets_are_promises(make: Maker) -> None:
    cell: Row = {"table_id": "1", "indicator": "车辆购置税收入"}
    metrics = [promise("budget", 2022, 30, cell, document_id="b"), promise("list", 2022, 30, cell, document_id="l")]
    documents = [each | {"doc_type": "budget_report" if each["document_id"] == "b" else "work_report"} for each in documents_of(metrics)]
    assert make(metrics, documents=documents).execute("select metric_id from commitments").fetchall() == [("budget",)]


# revisions ------------------------------------------------------------------------------------------------------------


def level(name: str, report: int, value: float, **fields: Any) -> Row:
    return row(
        "metrics", {"metric_id": name, "document_id": f"d{report}", "report_year": report, "value": value, "value_std": value}, fields
    )


def test_revision_shows_first_and_last_figure(make: Maker) -> None:
    metrics = [
        level("first", 2023, 36.7e9, number_text="367亿元"),
        level("second", 2024, 36.9e9, number_text="369亿元"),
        level("third", 2025, 37.2e9, number_text="372亿元"),
    ]
    query = (
        "select region, year, first_value, last_value, difference, round(relative_difference, 2), reports, last_report_year from revisions"
    )
    assert make(metrics).execute(query).fetchall() == [("密云区", 2022, 36.7e9, 37.2e9, 0.5e9, 1.36, 3, 2025)]


@pytest.mark.parametrize(
    ("why", "second"),
    [
        ("the same figure", level("b", 2024, 36.7e9, number_text="367亿元")),
        ("rounded otherwise", level("b", 2024, 36.71e9, number_text="367.1亿元")),
        ("told as a bound", level("b", 2024, 36e9, number_text="360亿元", bound="lower")),
        ("another year", level("b", 2024, 40e9, number_text="400亿元", period_start=2023, period_end=2023)),
        ("a target", level("b", 2024, 40e9, number_text="400亿元", modality="target")),
        ("another currency", level("b", 2024, 5e9, number_text="50亿美元", unit_std="USD")),
        ("the same report twice", level("b", 2023, 36.9e9, number_text="369亿元", char_start=90)),
    ],
)
def test_what_is_no_revision(make: Maker, why: str, second: Row) -> None:
    metrics = [level("a", 2023, 36.7e9, number_text="367亿元"), second]
    assert make(metrics).execute("select * from revisions").fetchall() == [], why


# quality_summary ------------------------------------------------------------------------------------------------------


def test_quality_summary_counts_checks_and_quarantined_rows(make: Maker) -> None:
    last = "run-000002-00000000"
    failed: Row = {"passed": False, "rows_failed": 2, "rows_checked": 5}
    checks = [
        row("checks", failed),
        row("checks", failed, run_id=last),
        row("checks", failed, run_id=last, expectation="range_is_ordered"),
        row("checks", failed, run_id=last, expectation="doubtful", severity="warning"),
        row("checks", run_id=last, expectation="fine"),
        row("checks", run_id=last, suite="units", expectation="unit"),
    ]
    held = [
        {"metric_id": metric, "expectation": name, "reason": "It is infinite.", "run_id": last}
        for metric, name in (("m1", "value_is_finite"), ("m2", "value_is_finite"), ("m2", "range_is_ordered"))
    ]
    query = (
        "select run_id, suite, checks, checks_passed, critical_failed, warnings_failed, rows_failed, rows_quarantined from quality_summary"
    )
    assert make([], checks=checks, quarantine=held).execute(f"{query} order by 1, 2").fetchall() == [
        ("run-000001-00000000", "form", 1, 0, 1, 0, 2, None),
        (last, "form", 4, 1, 2, 1, 6, 2),
        (last, "units", 1, 1, 0, 0, 0, 0),
    ]
