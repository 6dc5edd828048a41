"""The worked analyses: what each claims of a few regions whose figures are known, and the command that prints them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.made_rows import INDICATORS, Row, row
from tests.warehouse.build.test_series import PLACES, level
from tests.warehouse.build.test_views import TARGET, answer, growth, promise
from tests.warehouse.conftest import write_tables
from warehouse.analyses import Analysis, analyses
from warehouse.analyses.__main__ import main
from warehouse.build.full_build import build
from warehouse.query.guard import open_warehouse

PROVINCE: Row = {"region_code": "130000", "region": "河北省", "region_level": "province"}
CITY: Row = {"region_code": "130600", "region": "保定市", "region_level": "prefecture"}
JOBS: Row = {"indicator_id": "urban_new_employment", "indicator": "城镇新增就业", "unit": "人", "unit_std": "person", "dimension": "people"}
HOUSES: Row = {"indicator": "保障性租赁住房", "unit": "套"}
JOBS_INDICATOR: Row = INDICATORS[0] | {"indicator_id": "urban_new_employment", "name_zh": "城镇新增就业", "dimension": "people"}


def of(place: Row, year: int) -> Row:
    return place | {"document_id": f"{place['region_code']}-{year}", "report_year": year}


def figures() -> list[Row]:
    """A province that met its targets in 2022 and a city that missed them, kept one promise and not another, and revised a figure."""
    here, city, later, city_later = of(PROVINCE, 2022), of(CITY, 2022), of(PROVINCE, 2023), of(CITY, 2023)
    return [
        growth("p-before", 2021, 6.5, here, report=2022),
        growth("p-target", 2022, 6, here, TARGET, report=2022, bound="approx", char_start=90),
        growth("p-actual", 2022, 6.4, later, report=2023),
        growth("c-before", 2021, 6.0, city, report=2022),
        growth("c-target", 2022, 7, city, TARGET, report=2022, bound="lower", char_start=90),
        growth("c-actual", 2022, 5.5, city_later, report=2023),
        growth("c-next", 2023, 5, city_later, TARGET, report=2023, bound="range", value_high=6, value_high_std=6, char_start=90),
        level("p-level-1", 2021, 1000e8, here, report=2022, number_text="1000亿元"),
        level("p-level-1-revised", 2021, 1020e8, later, report=2023, char_start=95, number_text="1020亿元"),
        level("p-level-2", 2022, 1101.6e8, later, report=2023, number_text="1101.6亿元"),
        level("c-level-2", 2022, 110.16e8, city_later, report=2023, number_text="110.16亿元"),
        level("j-target", 2022, 1000, city, JOBS, TARGET, report=2022, bound="lower"),
        level("j-actual", 2022, 1250, city_later, JOBS, report=2023),
        promise("kept", 2022, 300, HOUSES, city, period_start=2022, period_end=2022),
        promise("broken", 2022, 200, HOUSES | {"indicator": "公租房"}, city, period_start=2022, period_end=2022, char_start=50),
        promise("silent", 2022, 9, HOUSES | {"indicator": "老旧小区改造"}, city, period_start=2022, period_end=2022, char_start=60),
        answer("built", 2023, 320, HOUSES, city_later, period_start=2022, period_end=2022),
        answer("short", 2023, 150, HOUSES | {"indicator": "公租房"}, city_later, period_start=2022, period_end=2022, char_start=50),
    ]


CLAIMS = {
    "01_missed_growth_targets": "1 of 2 growth targets that can be judged were missed; the largest miss is 1.5 points (保定市 in 2022).",
    "02_wording_of_targets": "3 growth targets in 2 years; 0 are exact numbers, 1 say about, 1 at least, 1 give a range.",
    "03_housing_promises": "3 promises about housing; the next report answers 2, of which 1 were kept and 1 were not.",
    "04_promises_kept": "2 of 3 promises that could be answered were answered (66.7%), 1 of them kept.",
    "05_ambition": "2 of 3 growth targets lie below the growth of the year before.",
    "06_revised_figures": "1 figures differ between reports by more than their rounding.",
    "07_growth_and_level": "1 pairs of levels have a growth rate told beside them; the two differ by more than 5 points in 0.",
    "08_jobs": "1 of 1 targets for new jobs that can be judged were met; regions went beyond them by 250 persons in the middle.",
    "09_roll_up": "1 provinces and years have both their own figure and one of a prefecture; "
    "the prefectures told of make up at most 10.0%.",
    "10_words": "3 sentences speak of the digital economy, the first in a report of 2022; "
    "1 of new quality productive forces, the first in 2023.",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    metrics = figures()
    texts = {"130600-2022": "发展数字经济。数字经济增长。", "130600-2023": "培育新质生产力。做强数字经济。"}
    shared = ("document_id", "region_code", "region", "region_level", "report_year")
    documents = [
        row("documents", {name: each[name] for name in shared}, text=texts.get(each["document_id"], ""))
        for each in {metric["document_id"]: metric for metric in metrics}.values()
    ]
    write_tables(folder / "parquet", metrics, documents=documents, regions=PLACES, indicators=[*INDICATORS, JOBS_INDICATOR])
    build(folder / "parquet", folder / "warehouse.duckdb")
    return folder


def test_there_are_ten() -> None:
    assert [each.name for each in analyses()] == list(CLAIMS)


@pytest.mark.parametrize("analysis", list(analyses()), ids=lambda each: each.name)
def test_each_claims_what_the_figures_say(data: Path, analysis: Analysis) -> None:
    with open_warehouse(data) as warehouse:
        assert warehouse.execute(analysis.claim_sql).fetchone() == (CLAIMS[analysis.name],)
        assert warehouse.execute(analysis.sql).fetchall()


def test_the_rows_behind_the_claims(data: Path) -> None:
    found: dict[str, list[Any]] = {}
    with open_warehouse(data) as warehouse:
        for each in analyses():
            found[each.name] = warehouse.execute(each.sql).fetchall()
    assert [(region, gap, met) for region, *_, gap, met in found["01_missed_growth_targets"]] == [
        ("保定市", -1.5, False),
        ("河北省", 0.4, True),
    ]
    kept = {indicator: met for _, _, indicator, *_, met, _ in found["03_housing_promises"]}
    assert kept == {"公租房": False, "老旧小区改造": None, "保障性租赁住房": True}
    assert [(r[0], r[1], r[-1]) for r in found["05_ambition"]] == [("保定市", 2022, 1.0), ("河北省", 2022, -0.5), ("保定市", 2023, -0.5)]
    assert [(r[4], r[5], r[7]) for r in found["06_revised_figures"]] == [(1000e8, 1020e8, 2.0)]
    assert [(r[5], r[6], r[7]) for r in found["07_growth_and_level"]] == [(6.4, 8.0, -1.6)]
    assert found["09_roll_up"] == [("河北省", 2022, 1, 110.16e8, 1101.6e8, 10.0)]


def test_the_command_prints_question_query_answer_and_claim(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "missed", "words"]) == 0
    said = capfd.readouterr().out
    assert "## 01_missed_growth_targets" in said
    assert "Which regions missed their growth target" in said
    assert "from targets_vs_actuals" in said
    assert "保定市" in said
    assert f"=> {CLAIMS['10_words']}" in said
    assert "03_housing" not in said


def test_the_command_says_what_is_wrong(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path)]) == 1
    assert "there is no warehouse" in capfd.readouterr().err


def test_analyses_of_an_empty_warehouse_claim_nothing_wrong(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [], numbers=[], documents=[])
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    with open_warehouse(tmp_path) as warehouse:
        for each in analyses():
            assert warehouse.execute(each.claim_sql).fetchone() is not None, each.name
