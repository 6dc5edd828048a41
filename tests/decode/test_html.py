"""Pages: the report and nothing else of them."""

from __future__ import annotations

import pytest

from tests.decode.makers import PARAGRAPH, page
from transforms.decode import decode
from transforms.types import Decoded, DecodeError, RawFile

REPORT = "<h1>2025年某区国民经济和社会发展统计公报</h1>" + "".join(f"<p>　　{i}、{PARAGRAPH}</p>" for i in range(1, 9))


def read(data: bytes) -> Decoded:
    return decode(RawFile("x.bin", data))


def test_only_the_report_is_left() -> None:
    decoded = read(page(REPORT))
    assert decoded.text.split("\n") == ["2025年某区国民经济和社会发展统计公报", *(f"　　{i}、{PARAGRAPH}" for i in range(1, 9))]
    assert (decoded.format, decoded.encoding, decoded.title) == ("html", "utf-8", "2025年某区国民经济和社会发展统计公报")


def test_a_page_is_gb18030_whatever_it_says() -> None:
    data = page(REPORT, "gb2312").replace(b"gb2312", b"utf-8")
    decoded = read(data)
    assert decoded.encoding == "gb18030"
    assert PARAGRAPH in decoded.text


def test_text_in_divs_spans_and_line_breaks() -> None:
    inner = f"<div>甲：<b>{PARAGRAPH}</b><br/>乙<sup>[1]</sup>：<span>{PARAGRAPH}</span><!-- 注释 7 --></div>" * 4
    assert read(page(inner)).text.split("\n")[:2] == [f"甲：{PARAGRAPH}", f"乙[1]：{PARAGRAPH}"]


def test_a_report_split_over_siblings_is_whole() -> None:
    parts = "".join(f"<div class=p{i}><p>第{i}部分，{PARAGRAPH}</p></div>" for i in range(12))
    text = read(page(parts)).text
    assert [i for i in range(12) if f"第{i}部分，" not in text] == []


def test_lists_of_links_go() -> None:
    more = "<ul>" + "".join(f"<li><a href=x>某市{y}年统计公报</a> {y}-04-01</li>" for y in range(2000, 2020)) + "</ul>"
    assert "2007" not in read(page(REPORT + more)).text


@pytest.mark.parametrize(
    "inner",
    [
        "<h1>2025年某区统计公报</h1><p><a href='f/2025bulletin.pdf'>2025年某区统计公报.pdf</a></p>",
        "<h1>某区2025年预算报告</h1>",
        f"<h1>某区12月预算执行情况</h1><p>{PARAGRAPH}</p>",
    ],
)
def test_a_page_without_the_report_is_a_stub(inner: str) -> None:
    with pytest.raises(DecodeError) as caught:
        read(page(inner))
    assert caught.value.error == "stub"
    assert "某区" in caught.value.message
    assert ("统计公报.pdf" in caught.value.message) == ("pdf" in inner)


def test_a_small_page_of_no_site_is_a_document() -> None:
    assert read(f"<html><body><p>{PARAGRAPH}</p></body></html>".encode()).text == PARAGRAPH


def test_nothing_of_scripts_and_hidden_parts() -> None:
    text = read(page(REPORT + "<div style='display: none'>隐藏的数字 99999</div><select><option>2019年</option></select>")).text
    assert not any(word in text for word in ("12345", "99999", "2019"))


def test_what_nests_too_deep_for_the_parser_is_read_all_the_same() -> None:
    text = read(b"<html><body>" + b"<div>" * 20_000 + f"<p>{PARAGRAPH}</p>".encode() * 20 + b"</div>" * 20_000).text
    assert text.count(PARAGRAPH) == 20


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="visibility:hidden">99亿元</span>',
        "<span hidden>99亿元</span>",
        '<span style="font-size:0">99亿元</span>',
        '<font style="color:#FFFFFF">99亿元</font>',
        '<span style="color: white">99亿元</span>',
        "<ruby><rt>99</rt></ruby>",
    ],
)
def test_what_a_browser_does_not_show_is_not_read(hidden: str) -> None:
    assert "99" not in decode(RawFile("x", page(f"<p>{PARAGRAPH}{hidden}</p>" * 9))).text


def test_white_on_a_ground_of_colour_is_read() -> None:
    cells = '<td style="color:#fff">指标</td><td style="color:#fff">2023年</td>'
    table = f'<table><tr style="background:#036">{cells}</tr><tr><td>粮食</td><td>12</td></tr></table>'
    assert "指标" in decode(RawFile("x", page(f"<p>{PARAGRAPH}</p>" * 9 + table))).text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<html><frameset><frame src="left.htm"><frame src="report.htm"></frameset></html>', "report.htm"),
        ('<html><head><script src="app.js"></script></head><body><div id="app"></div></body></html>', "by scripts"),
        ('<html><head><script src="app.js"></script></head><body><div id="app">正在加载</div></body></html>', "by scripts"),
    ],
)
def test_pages_whose_text_is_elsewhere_say_what_to_fetch(body: str, says: str) -> None:
    with pytest.raises(DecodeError, match=says) as caught:
        decode(RawFile("x", body.encode()))
    assert caught.value.error == "stub"
