"""A text that contradicts the year taken for its own, and the table of evidence for people."""

from __future__ import annotations

from transforms.explain.identity import explain_identity
from transforms.identify import identify
from transforms.types import Decoded, RawFile

HEAD = "某县政府工作报告\n——2018年1月10日在桐庐县第十六届人民代表大会第二次会议上\n各位代表：\n现在，我代表县人民政府报告工作。\n"


def test_a_text_that_looks_back_on_later_years_contradicts_its_day() -> None:
    later = HEAD + "2022年，全县完成投资20亿元。2022年实现增长5%。2021年取得成绩。2022年获得表彰。"
    found = identify(Decoded(later, "txt"), "d")
    assert "2022 (3 times)" in " ".join(found.contradictions)
    assert "2018" in " ".join(found.contradictions)


def test_a_report_that_reviews_the_year_before_does_not() -> None:
    plain = HEAD + "一、2017年工作回顾\n2017年，全县完成投资20亿元。2017年实现增长5%。2016年取得成绩。\n二、2018年工作安排"
    assert identify(Decoded(plain, "txt"), "d").contradictions == ()


def test_the_table_of_evidence_names_candidates_points_and_words() -> None:
    table = explain_identity(RawFile("d.txt", (HEAD + "一、2017年工作回顾\n2017年，全县经济平稳增长，完成投资。").encode()))
    assert "kind: work_report" in table
    assert "region: 桐庐县 (330122)" in table
    assert "year: 2018" in table
    assert "year.review_heading" in table
    assert "«" in table
