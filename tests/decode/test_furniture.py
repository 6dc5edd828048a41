"""Every rule of the page furniture takes its examples and leaves its counterexamples."""

from __future__ import annotations

import pytest

from tests.decode.makers import PARAGRAPH
from transforms.decode import boilerplate as furniture
from transforms.lexicon import load

SPECS = load("furniture.yml")
RULES = {rule.id: rule for rule in furniture.rules()}


def test_ids_are_unique_and_places_known() -> None:
    assert len(RULES) == len(SPECS)
    assert {rule.where for rule in RULES.values()} == {"anywhere", "edge", "end"}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["id"])
def test_rule(spec: dict[str, list[str]]) -> None:
    pattern = RULES[str(spec["id"])].pattern
    assert spec["yes"]
    assert spec["no"]
    assert [line for line in spec["yes"] if not pattern.fullmatch(furniture.squeeze(line))] == []
    assert [line for line in spec["no"] if pattern.fullmatch(furniture.squeeze(str(line)))] == []


def test_furniture_goes_and_the_rest_stays() -> None:
    text = (
        "下载\n打印\n全屏\n收藏\n【字号：\n加大\n还原\n减小\n】\n2026年某省政府工作报告\n来源：某报\n时间：2026-02-09 阅读量：33 分享：\n\n"
        f"各位代表：\n  {PARAGRAPH}\n大\n{PARAGRAPH}  来自马克数据网\n相关报道：\n一图读懂 | 报告 2020-01-16"
    )
    stripped, gone = furniture.strip(text)
    assert stripped == f"2026年某省政府工作报告\n来源：某报\n时间：2026-02-09\n\n各位代表：\n  {PARAGRAPH}\n大\n{PARAGRAPH}"
    assert gone == 12


def test_a_text_without_furniture_is_the_same() -> None:
    text = f"\n 报告 \n\n{PARAGRAPH}\n收藏品 12 件\n\n一、\n{PARAGRAPH}\n\n"
    assert furniture.strip(text) == (text, 0)


def test_nothing_of_a_long_text_goes_with_a_heading_that_looks_like_furniture() -> None:
    text = "\n".join([PARAGRAPH, "相关链接", *[PARAGRAPH] * 40])
    assert furniture.strip(text)[0] == text
