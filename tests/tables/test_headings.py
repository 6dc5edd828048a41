"""Headings: each rule of the lexicon by its examples, and headings taken apart."""

from __future__ import annotations

from typing import Any

import pytest

from transforms.lexicon import LexiconError, load
from transforms.tables.headings import heading, kind_of, kind_rules, measure_of, status_of, status_rules
from transforms.tables.places import place_named

CONTENT = load("table_headings.yml")
KINDS = [(entry, example) for entry in CONTENT["kinds"] for example in entry["yes"]]
NOT_KINDS = [(entry, example) for entry in CONTENT["kinds"] for example in entry["no"]]


@pytest.mark.parametrize(("entry", "example"), KINDS, ids=lambda value: value if isinstance(value, str) else value["kind"])
def test_a_kind_is_read_from_its_examples(entry: dict[str, Any], example: str) -> None:
    assert heading((example,)).kind.value == entry["kind"] or kind_of(example, True).value == entry["kind"]


@pytest.mark.parametrize(("entry", "example"), NOT_KINDS, ids=lambda value: value if isinstance(value, str) else value["kind"])
def test_a_kind_is_not_read_from_what_it_is_not(entry: dict[str, Any], example: str) -> None:
    assert heading((example,)).kind.value != entry["kind"]


def test_plan_and_execution_by_their_examples() -> None:
    for entry, (_, status) in zip(CONTENT["status"], status_rules(), strict=True):
        assert [e for e in entry["yes"] if status_of(e) != status] == []
        assert [e for e in entry["no"] if status_of(e) == status] == []


def test_rules_that_are_not_valid_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import transforms.tables.headings as module

    monkeypatch.setattr(module, "load", lambda _: {"kinds": [{"kind": "growing", "en": "", "pattern": "x"}]})
    with pytest.raises(LexiconError, match=r"table_headings.yml: kind 'growing': allowed are"):
        kind_rules.__wrapped__()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "year", "modality", "thing", "place"),
    [
        (("2025年", "预算数"), 2025, "target", "", None),
        (("比2024年决算数增减", "金额"), None, None, "", None),
        (("全市收入预算",), None, "target", "", "全市"),
        (("2025年债务限额", "一般债务"), 2025, None, "一般债务限额", None),
        (("对某县", "2026年预算数"), 2026, "target", "对某县", None),
        (("市本级", "执行数"), None, "actual", "", "市本级"),
        (("（调整）预算数",), None, "target", "", None),
        (("其中", "当年预算"), None, "target", "当年预算", None),
        (("工资福利支出",), None, None, "工资福利支出", None),
        (("债务余额执行数",), None, "actual", "债务余额", None),
    ],
)
def test_a_heading_is_taken_apart(path: tuple[str, ...], year: int | None, modality: str | None, thing: str, place: str | None) -> None:
    said = heading(path)
    assert said.year == year
    assert (said.status.modality if said.status else None) == modality
    assert said.thing == thing
    assert (said.place.name if said.place else None) == place


def test_units_with_their_scales() -> None:
    assert [(m.unit, int(m.scale)) for m in map(measure_of, ("万元", "亿", "百万元", "%", "万吨"))] == [
        ("元", 10**4),
        ("元", 10**8),
        ("元", 10**6),
        ("%", 1),
        ("吨", 10**4),
    ]
    assert measure_of("按月").unit is None


def test_places_of_headings_and_rows() -> None:
    named = {words: place_named(words) for words in ("洛阳市", "巴里坤县", "市本级", "全市", "经济技术开发区", "教育支出", "合计")}
    assert {words: place.scope if place else None for words, place in named.items()} == {
        "洛阳市": "part",
        "巴里坤县": "part",
        "市本级": "own_level",
        "全市": "whole",
        "经济技术开发区": "part",
        "教育支出": None,
        "合计": None,
    }
    assert named["巴里坤县"] is not None
    assert named["巴里坤县"].codes == ("650521", "652222") or "650521" in named["巴里坤县"].codes
