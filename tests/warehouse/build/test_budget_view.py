"""The view budget: items of the fiscal classification with what was passed, adjusted and carried out."""

from __future__ import annotations

from typing import Any

from tests.made_rows import Row, row
from tests.warehouse.conftest import Maker
from transforms.tables.fiscal_items import fiscal_items


def cell(number: int, indicator: str, value: float, **changes: Any) -> Row:
    money: Row = {"unit": "元", "unit_std": "CNY", "value_std": value, "dimension": "currency"}
    place: Row = {
        "metric_id": f"m{number}",
        "char_start": number * 10,
        "char_end": number * 10 + 3,
        "period_start": 2024,
        "period_end": 2024,
    }
    said: Row = {"indicator": indicator, "indicator_id": None, "value": value, "statistic": "level", "modality": "actual", "basis": None}
    return row("metrics", money | place | said | {"section": "2024年全市一般公共预算支出执行情况表", "scope": "whole"} | changes)


def test_an_item_has_what_was_passed_adjusted_and_carried_out_and_its_share(make: Maker) -> None:
    rows = [
        cell(1, "教育支出", 250.0),
        cell(2, "教育", 200.0, modality="target"),
        cell(3, "教育支出", 220.0, modality="target", basis="adjusted_budget"),
        cell(4, "教育支出", 5.0, statistic="growth_rate", unit="%", unit_std="percent", basis="yoy"),
        cell(5, "公共安全支出", 750.0),
        cell(6, "普通教育", 100.0),
        cell(7, "教育支出", 90.0, scope="own_level"),
        cell(8, "教育支出", 1.0, scope="part", place="某区"),
        cell(9, "未列科目", 4.0),
    ]
    con = make(rows, fiscal_items=[*fiscal_items()])
    found = con.execute("select scope, fiscal_code, budget, adjusted, executed, growth, share from budget order by all").fetchall()
    assert found == [
        ("own_level", "205", None, None, 90.0, None, 100.0),
        ("whole", "204", None, None, 750.0, None, 75.0),
        ("whole", "205", 200.0, 220.0, 250.0, 5.0, 25.0),
        ("whole", "20502", None, None, 100.0, None, 10.0),
    ]


def test_the_account_is_that_of_the_title(make: Maker) -> None:
    con = make([cell(1, "城乡社区支出", 3.0, section="2024年政府性基金预算支出表")], fiscal_items=[*fiscal_items()])
    assert con.execute("select account, fiscal_code from budget").fetchall() == [("政府性基金", "212")]


def test_items_have_codes_of_their_class_and_names_of_their_years() -> None:
    rows = fiscal_items()
    codes = {each["fiscal_code"] for each in rows}
    assert {each["parent_fiscal_code"] for each in rows if each["parent_fiscal_code"]} <= codes
    names = {(each["fiscal_code"], each["fiscal_item"]) for each in rows}
    assert len(names) == len(rows)
    health = [(each["fiscal_item"], each["valid_from"], each["valid_to"]) for each in rows if each["fiscal_code"] == "210"]
    assert health == [("卫生健康支出", 2019, None), ("医疗卫生与计划生育支出", 2014, 2018), ("医疗卫生支出", 2007, 2013)]
