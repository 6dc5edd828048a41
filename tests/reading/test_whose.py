"""Whose figure a number is: the place as a whole, the government's own accounts, a zone, a higher place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.extract.support import document
from transforms.extract import extract
from transforms.lexicon import load
from transforms.reading.whose import Home, level_said, whose
from transforms.types import Metric

CITY = Home("云州市", "990100", "prefecture")


def _metrics(text: str) -> tuple[Metric, ...]:
    made = document(text, 2023, "budget_report")
    identity = replace(made.identity, region="云州市", region_code="990100", region_level="prefecture")
    return extract(replace(made, identity=identity)).metrics


def test_the_governments_own_accounts_are_another_series() -> None:
    whole, own = _metrics("全市一般公共预算收入120亿元。市本级一般公共预算收入48亿元。")
    assert (whole.scope, whole.indicator_id) == ("whole", "general_public_budget_revenue")
    assert (own.scope, own.indicator_id) == ("own_level", None)


def test_a_heading_within_the_text_says_whose_accounts_follow() -> None:
    text = "（1）全市收支。\n一般公共预算收入120亿元。\n（2）市级收支。\n一般公共预算收入48亿元。\n"
    text += "2.政府性基金预算\n政府性基金预算收入30亿元。"
    assert [metric.scope for metric in _metrics(text)] == ["whole", "own_level", "whole"]


def test_a_higher_place_is_named_with_its_code() -> None:
    nation, province, own = _metrics("全国居民消费价格上涨2%，全省居民消费价格上涨1.8%，全市居民消费价格上涨1.5%。")
    assert (nation.place, nation.place_code, nation.indicator_id) == ("全国", "100000", None)
    assert (province.place, province.place_code) == ("全省", "990000")
    assert (own.place, own.indicator_id) == (None, "cpi")


@pytest.mark.parametrize("head", load("higher_levels.yml")["yes"])
def test_words_for_higher_places_are_read(head: str) -> None:
    assert whose(head, head[2:], "", "", CITY).place == head[:2]


@pytest.mark.parametrize("head", load("higher_levels.yml")["no"])
def test_other_words_are_no_places(head: str) -> None:
    assert whose(head, head, "", "", CITY).place is None


def test_a_zone_is_a_part_of_the_place() -> None:
    found = whose("滨江高新区生产总值", "滨江高新区生产总值", "", "", CITY)
    assert (found.place, found.scope) == ("滨江高新区", "part")
    assert whose("滨江高新区生产总值", "生产总值", "", "", Home("滨江高新区", None, "county")).place is None


def test_what_a_heading_said_ends_with_the_next_account() -> None:
    assert level_said("（2）市级收支。", "") == "own_level"
    assert level_said("一般公共预算收入48亿元", "own_level") == "own_level"
    assert level_said("全市社会保险基金预算收入20亿元", "own_level") != "own_level"
