"""Which part of a report a sentence stands in: one decision over the whole document."""

from __future__ import annotations

import pytest

from tests.extract.support import document
from transforms.extract import extract
from transforms.text.part_evidence import tense_of, western_years
from transforms.text.part_path import _transitions
from transforms.text.parts import ROLES, part_of, plan_span
from transforms.text.sentences import sentences

REPORT = """一、2022年工作回顾
2022年，我们建成公园5个。
各位代表！经过五年接续奋斗，县城面貌焕然一新。
建成小学12所。
二、2023年工作安排
（一）深入实施城乡融合行动，力争“三年初见成效”。
新建公园6个。
去年新开公交线路9条。
新建小学3所。
"""


def roles(text: str, year: int = 2023, kind: str = "work_report") -> dict[str, str]:
    return {sentence.text: sentence.part.role for sentence in sentences(text, year, kind) if not sentence.is_heading}


def test_a_review_of_years_may_open_within_that_of_a_year() -> None:
    assert roles(REPORT)["2022年，我们建成公园5个。"] == "review_year"
    assert roles(REPORT)["建成小学12所。"] == "review_term"


def test_a_sentence_of_last_year_does_not_end_the_plan() -> None:
    told = [(metric.indicator, metric.modality, metric.period_end) for metric in extract(document(REPORT)).metrics]
    assert told[2:] == [("新建公园", "target", 2023), ("新开公交线路", "actual", 2022), ("新建小学", "target", 2023)]


HEADINGS_OF_EVERY_STYLE = [
    ("2022年工作回顾", "2023年主要任务"),
    ("二○二二年工作回顾", "二○二三年工作安排"),
    ("首先报告2022年的工作", "下面报告今年的工作安排"),
    ("第一部分 过去一年的工作", "第二部分 今年的工作"),
    ("一、2022年经济社会发展基本情况", "二、2023年工作安排"),
    ("一、过去一年“十四五”规划开局良好", "二、2023年工作安排"),
]


@pytest.mark.parametrize(("review", "plan"), HEADINGS_OF_EVERY_STYLE)
def test_headings_of_every_style_part_review_and_plan(review: str, plan: str) -> None:
    found = roles(f"{review}\n我县有小学12所。\n{plan}\n我县有公园6个。\n")
    assert found == {"我县有小学12所。": "review_year", "我县有公园6个。": "plan_year"}


def test_the_line_of_the_session_is_no_part() -> None:
    found = [
        sentence.part.role
        for sentence in sentences("政府工作报告\n——2023年1月5日在甲县人民代表大会第三次会议上\n2022年工作回顾\n建成小学12所。\n", 2023)
    ]
    assert found == ["front", "front", "review_year", "review_year"]


def test_tense_overrules_a_heading_that_does_not_tell() -> None:
    past = "全年成功引进企业12家，累计投入3亿元，顺利建成投产，产值同比增长8%，居全市前列。\n" * 3
    text = f"一、2022年工作回顾\n{past}二、坚持创新驱动，全力推动产业升级\n{past}三、2023年工作安排\n力争新增企业20家以上。\n"
    assert [found for _, found in roles(text).items()] == ["review_year", "plan_year"]


def test_a_plan_without_a_heading_is_told_by_its_opening_and_tense() -> None:
    text = (
        "刚刚过去的一年，我们取得了显著成绩。\n全年建成公园5个，荣获国家园林县城。\n"
        "今年是关键之年，要抓好以下工作。\n力争新增公园6个以上，确保年内开工。\n鼓励企业做大做强，产值增长9%左右。\n"
    )
    assert list(roles(text).values()) == ["review_year"] * 2 + ["plan_year"] * 3


def test_a_glossary_is_told_by_its_heading_and_by_its_terms() -> None:
    text = "一、2022年工作回顾\n建成小学12所。\n名词解释\n1.一网通办：指政务服务网上办理，共3环。\n2.三长：指路长，河长，林长，共3类。\n"
    assert list(roles(text).values()) == ["review_year", "glossary", "glossary"]


def test_a_note_within_a_communique_ends_with_its_paragraph() -> None:
    text = "甲市2022年国民经济和社会发展统计公报\n一、综合\n全年产值3亿元。\n注：本表数据为初步统计数。\n二、农业\n粮食产量5万吨。\n"
    found = roles(text, 2023, "statistical_communique")
    assert found["注：本表数据为初步统计数。"] == "glossary"
    assert found["粮食产量5万吨。"] == "review_year"


def test_a_second_communique_in_a_file_has_the_year_of_its_title() -> None:
    text = (
        "甲市2023年国民经济和社会发展统计公报\n一、综合\n全年社会消费品零售总额46亿元，增长0.5%。\n"
        "甲市2022年国民经济和社会发展统计公报\n一、综合\n全年社会消费品零售总额44亿元，增长3.4%。\n"
    )
    read = extract(document(text, 2024, "statistical_communique"))
    assert [metric.period_end for metric in read.metrics] == [2023, 2023, 2022, 2022]


@pytest.mark.parametrize(
    ("role", "said", "report", "years"),
    [
        ("review_term", "过去五年工作回顾", 2023, (2018, 2022)),
        ("review_term", "四年来的工作", 2023, (2019, 2022)),
        ("review_term", "“十三五”时期的发展", 2021, (2016, 2020)),
        ("review_term", "2015年以来的工作", 2021, (2015, 2020)),
        ("review_term", "2018—2021年工作回顾", 2022, (2018, 2021)),
        ("plan_term", "“十四五”时期主要目标", 2021, (2021, 2025)),
        ("plan_term", "今后三年的任务", 2021, (2021, 2023)),
        ("plan_term", "第十四个五年规划", 2021, (2021, 2025)),
        ("plan_year", "2024年工作安排", 2023, (2024, 2024)),
        ("review_year", "工作回顾", 2023, (2022, 2022)),
        ("review_year", "工作回顾", None, (None, None)),
    ],
)
def test_years_of_a_part(role: str, said: str, report: int | None, years: tuple[int | None, int | None]) -> None:
    part = part_of(role, said, report)
    assert (part.first_year, part.last_year) == years


def test_five_year_plans_begin_with_1953_and_have_three_years_between_the_second_and_the_third() -> None:
    assert [plan_span(name) for name in ("一", "二", "三", "十四")] == [(1953, 1957), (1958, 1962), (1966, 1970), (2021, 2025)]


def test_years_in_chinese_numerals_are_read_in_headings_whatever_the_zero() -> None:
    assert western_years("二〇〇八年、二OO八年、二○○八年、一九八五年") == "2008年、2OO8年、2○○8年、1985年".replace("O", "0").replace(
        "○", "0"
    )


def test_tense_is_above_zero_for_what_was_done() -> None:
    assert tense_of("全年成功引进企业12家，荣获先进称号。") > 0 > tense_of("力争新增企业20家以上，抓好招商。")


def test_every_change_of_part_has_a_cost_and_a_report_does_not_begin_twice() -> None:
    weights = _transitions()
    assert all(weights[a][b] <= 0 for a in range(len(ROLES)) for b in range(len(ROLES)))
    assert all(weights[a][ROLES.index("front")] < -10 for a in range(1, len(ROLES)))


def years(text: str, year: int) -> dict[str, tuple[str, int | None, int | None]]:
    found = [sentence for sentence in sentences(text, year) if not sentence.is_heading]
    return {sentence.text: (sentence.part.role, sentence.part.first_year, sentence.part.last_year) for sentence in found}


def test_an_opening_counts_the_years_of_a_review_whose_heading_names_none() -> None:
    text = "一、新区成立以来的工作回顾\n七年来，我们建成绿道90公里。\n植树3万株。\n二、今后五年的目标\n建成学校30所。\n"
    found = years(text, 2017)
    assert found["七年来，我们建成绿道90公里。"] == found["植树3万株。"] == ("review_term", 2010, 2016)
    assert found["建成学校30所。"] == ("plan_term", 2017, 2021)


def test_an_opening_does_not_change_the_years_that_the_heading_names() -> None:
    found = years("一、过去五年的工作\n三年来，我们建成绿道90公里。\n植树3万株。\n", 2017)
    assert found["植树3万株。"] == ("review_term", 2012, 2016)


def test_the_review_of_a_term_goes_on_to_the_opening_of_that_of_its_last_year() -> None:
    text = (
        "“十三五”时期主要成绩及2020年工作回顾\n过去的五年，我们攻坚克难。\n全区换了新颜，建成学校20所。\n完成了40个项目。\n"
        "各位代表！刚刚过去的2020年，我们做了以下工作：\n新建了公园3个。\n"
    )
    found = years(text, 2021)
    assert found["完成了40个项目。"] == ("review_term", 2016, 2020)
    assert found["新建了公园3个。"] == ("review_year", 2020, 2020)


def test_a_report_of_mid_year_plans_two_years_and_reviews_the_one_before() -> None:
    text = (
        "关于1983、1984年国民经济计划安排的报告\n一、国民经济取得了新的进展\n糖产量300万吨。\n今年上半年，钢产量增长6%。\n"
        "二、1984年国民经济计划的主要指标\n糖产量320万吨。\n" + "1984年将是重要的一年。\n" * 9
    )
    found = [(m.value, m.modality, m.period_end) for m in extract(document(text, 1983, "plan_report")).metrics]
    assert found == [(3_000_000, "actual", 1982), (6, "actual", 1983), (3_200_000, "target", 1984)]
