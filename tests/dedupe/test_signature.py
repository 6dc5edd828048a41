"""Copies of one report are told from reports that are alike."""

from __future__ import annotations

from transforms.dedupe.signature import same_text, signature, similarity


def report(year: int, growth: float) -> str:
    """A report of its own phrases in each year, with the phrases that all of them share."""
    own = [f"第{i}项工作在{year}年完成投资{i * year % 977}亿元，增长{growth + i / 10:.1f}%" for i in range(120)]
    shared = [f"坚持第{i}项基本原则，深入贯彻新发展理念" for i in range(30)]
    return "。\n".join([*own[:60], *shared, *own[60:]])


def test_formats_of_one_report_are_the_same() -> None:
    text = report(2022, 4.1)
    wrapped = "\n".join(text.replace("\n", "")[i : i + 27] for i in range(0, len(text), 27))
    framed = "您的位置：首页\n浏览次数：12\n" + text + "\n责任编辑：张三"
    spaced = text.replace("年", " 年 ")
    assert all(same_text(signature(text), signature(other)) for other in (text, wrapped, framed, spaced))


def test_reports_of_two_years_are_not() -> None:
    a, b = signature(report(2022, 4.1)), signature(report(2023, 5.2))
    assert similarity(a, b) < 0.4
    assert not same_text(a, b)


def test_shape() -> None:
    numbers = signature(report(2022, 4.1))
    assert len(numbers) == 64
    assert list(numbers) == sorted(set(numbers))
    assert all(0 <= n < 2**32 for n in numbers)
    assert signature("") == signature("短") == ()
    assert not same_text((), ())
    assert signature(report(2022, 4.1)) == numbers
