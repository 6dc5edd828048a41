"""Which years and which part of a year a number holds for, whether it was done or is aimed at, what a growth compares with."""

from __future__ import annotations

import pytest

from tests.extract.support import document
from transforms.extract import extract
from transforms.reading.sub_periods import sub_period

REVIEW, TERM, PLAN, TERM_AHEAD = "一、2022年工作回顾\n", "一、过去五年工作回顾\n", "二、2023年工作安排\n", "二、今后五年主要目标\n"

YEARS = [
    # the base of a comparison is that year's own number
    (REVIEW, "粮食产量达到12万吨，比2020年的10万吨增长20%。", [("actual", 2022, 2022), ("actual", 2020, 2020), ("actual", 2021, 2022)]),
    (PLAN, "粮食产量将达到12万吨，比上年的10万吨增长20%。", [("target", 2023, 2023), ("actual", 2022, 2022), ("target", 2023, 2023)]),
    # a year that is only compared with is not that of what follows
    (REVIEW, "主要指标好于2020年的水平，粮食产量达到12万吨。", [("actual", 2022, 2022)]),
    (REVIEW, "经济总量恢复到2019年水平，粮食产量达到12万吨。", [("actual", 2022, 2022)]),
    (REVIEW, "各项指标均超上年，粮食产量达到12万吨。", [("actual", 2022, 2022)]),
    # a sentence goes on with the time of the one before
    (TERM, "2020年粮食产量12万吨。其中，小麦产量5万吨。", [("actual", 2020, 2020), ("actual", 2020, 2020)]),
    (TERM, "2022年粮食产量12万吨。棉花产量5万吨，是2017年的2倍。", [("actual", 2022, 2022)] * 3),
    # terms: what is done again each year is of the whole, a level reached of the last year
    (TERM, "城镇新增就业超过6万人。", [("actual", 2018, 2022)]),
    (TERM, "城镇化率超过60%。", [("actual", 2022, 2022)]),
    (TERM, "五年来财政对教育的投入达3亿元。", [("actual", 2018, 2022)]),
    (TERM, "税收比上年增长5%。", [("actual", 2022, 2022)]),
    (TERM, "园区2019年列入名录，基础设施累计投资5亿元。", [("actual", 2018, 2022)]),
    (TERM, "园区2019年开始建设，道路累计投资5亿元。", [("actual", 2019, 2022)]),
    (TERM, "目前，入园企业8家，从业人员300人。", [("actual", 2022, 2022)] * 2),
    (TERM_AHEAD, "亩均产值从3万元提高到5万元以上。", [("actual", 2022, 2022), ("target", 2027, 2027)]),
    # a span holds within the clause that builds on it, a run of years within its own
    (TERM, "2022年，在2018到2021年年均增长5%的基础上，税收比上年增长8%。", [("actual", 2018, 2021), ("actual", 2022, 2022)]),
    (TERM, "空气质量连续8年全国第一，建成公园12个。", [("actual", 2018, 2022)]),
    # the average of a span that is only compared with, and 都 behind a sentence that begins with its year
    (REVIEW, "粮食产量增长5%，超过了2010年到2020年的十年间平均每年增长3%的速度。", [("actual", 2022, 2022), ("actual", 2010, 2020)]),
    (TERM, "2022年，在2018到2021年年均增长5%的基础上又有提高。税收比上年增长12%。", [("actual", 2018, 2021), ("actual", 2022, 2022)]),
    # a list goes on with the average of its first number, a doubling within a term is of all of it
    (TERM, "2022年税收5亿元，增长1.2倍。", [("actual", 2022, 2022), ("actual", 2018, 2022)]),
    # a look back within a plan goes on for as long as the tense does; the whole people is as it is
    (PLAN, "过去一年，我们取得了很大成绩。税收增长10.3%，城镇新增就业1168人，民生有所改善。", [("actual", 2022, 2022)] * 2),
    (PLAN, "充分发挥八亿农民的积极性。", [("actual", 2022, 2022)]),
    # tasks beside what was done
    (REVIEW, "税收任务174万元，完成198万元。", [("target", 2022, 2022), ("actual", 2022, 2022)]),
    (REVIEW, "第十三个五年计划期间，新建公园12个。", [("actual", 2016, 2020)]),
    # the state as it is, within a plan
    (PLAN, "我县拥有学校30所，新建学校3所。", [("actual", 2022, 2022), ("target", 2023, 2023)]),
]


def test_a_report_given_the_year_before_calls_that_year_this_year() -> None:
    text = "一、国民经济取得了进展\n1978年粮食产量30万吨。棉花产量2万吨。今年上半年工业产值比去年同期增长6%。\n"
    text += "二、1980年计划\n明年粮食产量32万吨。"
    read = extract(document(text + "明年的计划已经下达。" * 8 + "1980年的任务已经确定。" * 8, 1979)).metrics
    assert [(metric.modality, metric.period_start) for metric in read] == [
        ("actual", 1978),
        ("actual", 1978),
        ("actual", 1979),
        ("target", 1980),
    ]


@pytest.mark.parametrize(("heading", "sentence", "expected"), YEARS)
def test_years_and_modality(heading: str, sentence: str, expected: list[tuple[str, int, int]]) -> None:
    found = extract(document(heading + sentence + "\n")).metrics
    assert [(metric.modality, metric.period_start, metric.period_end) for metric in found] == expected


PARTS_OF_A_YEAR = [
    ("一季度增长", "Q1"),
    ("前三季度增长", "M01-M09"),
    ("上半年增长", "H1"),
    ("下半年增长", "H2"),
    ("1—11月增长", "M01-M11"),
    ("2022年1—11月增长", "M01-M11"),
    ("1-6月增长", "H1"),
    ("前8个月增长", "M01-M08"),
    ("6月份增长", "M06"),
    ("6月末余额", "M06"),
    ("1—12月增长", None),
    ("12月末余额", None),
    ("全年增长", None),
    ("上半年增长3%；全年增长", None),
    ("一季度增长3%，全年增长", None),
    ("11月3日建成", None),
]


@pytest.mark.parametrize(("words", "code"), PARTS_OF_A_YEAR)
def test_parts_of_a_year(words: str, code: str | None) -> None:
    assert sub_period(words, len(words)) == code


def test_quarters_beside_the_year_are_marked_and_have_its_year() -> None:
    text = "甲省2022年国民经济和社会发展统计公报\n一、综合\n全年税收增长5.0%。分季度看，一季度增长5.3%，二季度增长4.7%。\n"
    found = extract(document(text, 2023, "statistical_communique")).metrics
    assert [(metric.sub_period, metric.period_start) for metric in found] == [(None, 2022), ("Q1", 2022), ("Q2", 2022)]


@pytest.mark.parametrize(
    ("heading", "sentence", "basis"),
    [
        (REVIEW, "税收增长5%。", "yoy"),
        (TERM, "税收年均增长5%。", "cagr"),
        (TERM, "税收五年增长50%。", "over_period"),
        (REVIEW, "税收比2019年增长20%。", "over_period"),
        (REVIEW, "税收比2021年增长5%。", "yoy"),
    ],
)
def test_growth_over_several_years_is_no_yearly_growth(heading: str, sentence: str, basis: str) -> None:
    (metric,) = extract(document(heading + sentence + "\n")).metrics
    assert metric.basis == basis


def test_a_year_that_a_sentence_begins_with_gives_way_to_the_one_it_comes_to() -> None:
    text = "一、2022年工作回顾\n经济稳中有进。在2021年较快增长的基础上，2022年经济继续向好。税收突破3亿元，增长5%。\n"
    assert [metric.period_start for metric in extract(document(text)).metrics] == [2022, 2022]
