"""Lines that a page's width has broken are joined; lines that a page has run together are parted."""

from __future__ import annotations

from transforms.text.paragraphs import paragraphs


def parts(text: str) -> list[str]:
    return ["".join(text[start:end].split()) for start, end in paragraphs(text)]


def test_a_line_broken_before_the_scale_of_its_number_is_joined() -> None:
    assert parts("全年新增就业24万人，再就业51\n万人，培训3万人。\n下一段。") == [
        "全年新增就业24万人，再就业51万人，培训3万人。",
        "下一段。",
    ]


def test_a_line_that_ends_in_a_number_is_not_joined_to_a_word() -> None:
    assert parts("全年新增就业人数的统计口径见附件2\n人民生活不断改善。") == ["全年新增就业人数的统计口径见附件2", "人民生活不断改善。"]


def test_hard_wrapped_lines_with_indented_first_lines_are_paragraphs() -> None:
    line = "全县粮食生产稳定，农民收入增加，各项事业进步，社会和谐安宁，人民安居"
    text = "".join(f"　　{line}\n{line}\n{line}\n乐业。\n" for _ in range(4))
    assert parts(text) == [f"{line}{line}{line}乐业。"] * 4


def test_a_report_in_one_line_has_the_paragraphs_of_its_indents() -> None:
    body = "全县粮食生产稳定，农民收入增加。" * 60
    text = f"政府工作报告 各位代表：\u2003\u2003{body} \u3000\u3000一、2022年工作回顾    {body}二、2023年工作安排\u2003\u2003{body}"
    assert parts(text) == ["政府工作报告各位代表：", body, "一、2022年工作回顾", body, "二、2023年工作安排", body]


def test_a_short_line_with_gaps_is_left_as_it_is() -> None:
    assert parts("甲县　　县长　　李某") == ["甲县县长李某"]
