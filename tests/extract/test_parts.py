"""Which part of a report a sentence stands in, where the headings alone do not tell."""

from __future__ import annotations

from tests.extract.support import document
from transforms.extract import extract
from transforms.text.segment import sentences

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


def test_a_review_of_years_may_open_within_that_of_a_year() -> None:
    roles = {sentence.text: sentence.part.role for sentence in sentences(REPORT, 2023) if not sentence.is_heading}
    assert roles["2022年，我们建成公园5个。"] == "review_year"
    assert roles["建成小学12所。"] == "review_term"


def test_a_sentence_of_last_year_does_not_end_the_plan() -> None:
    told = [(metric.indicator, metric.modality, metric.period_end) for metric in extract(document(REPORT)).metrics]
    assert told[2:] == [("新建公园", "target", 2023), ("新开公交线路", "actual", 2022), ("新建小学", "target", 2023)]
