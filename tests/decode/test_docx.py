"""DOCX: everything that a reader of the document sees, in its order."""

from __future__ import annotations

import io

import pytest

from tests.decode.makers import PARAGRAPH, W, body, paragraph, raw_docx
from transforms.decode import decode
from transforms.decode.numbering import chinese, write
from transforms.types import Decoded, DecodeError, RawFile


def read(data: bytes) -> Decoded:
    return decode(RawFile("x", data))


def refused(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        read(data)
    return caught.value.error


def test_paragraphs_and_tables_in_order() -> None:
    import docx

    document = docx.Document()
    document.core_properties.title = "某区统计公报"
    document.add_heading("某区统计公报", 0)
    document.add_paragraph(PARAGRAPH)
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "表1 产量"
    for i, text in enumerate(["指标", "2024年", "2025年"]):
        table.cell(1, i).text = text
    for i, text in enumerate(["粮食", "10.2", "11.3"]):
        table.cell(2, i).text = text
    document.add_paragraph("二、结尾")
    out = io.BytesIO()
    document.save(out)
    decoded = read(out.getvalue())
    assert decoded.text.split("\n") == [
        "某区统计公报",
        PARAGRAPH,
        "表1 产量",
        "指标｜2024年｜2025年",
        "粮食｜10.2｜11.3",
        "二、结尾",
    ]
    assert (decoded.format, decoded.title, decoded.pages) == ("docx", "某区统计公报", ())


def test_vertical_merges_are_filled_in() -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr>{paragraph(text)}</w:tc>"

    rows = [
        cell("类别") + cell("项目") + cell("数量"),
        cell("教育", '<w:vMerge w:val="restart"/>') + cell("学校") + cell("3"),
        cell("", "<w:vMerge/>") + cell("学位") + cell("1200"),
    ]
    xml = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert read(raw_docx(body(paragraph(PARAGRAPH) + xml))).text.split("\n")[-2:] == ["教育｜学校｜3", "｜学位｜1200"]


def test_automatic_numbers_are_written_out() -> None:
    def level(at: int, form: str, text: str) -> str:
        return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'

    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="1">{level(0, "chineseCounting", "%1、")}{level(1, "decimal", "%1.%2")}'
        '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )

    def numbered(text: str, at: int) -> str:
        return paragraph(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="7"/></w:numPr>')

    xml = body(numbered("回顾", 0) + numbered("甲", 1) + numbered("乙", 1) + numbered("任务", 0) + numbered("丙", 1) + paragraph("平常"))
    assert read(raw_docx(xml, numbering=numbering)).text.split("\n") == ["一、回顾", "一.1 甲", "一.2 乙", "二、任务", "二.1 丙", "平常"]


def test_numbers_of_headings() -> None:
    assert [chinese(n) for n in (1, 10, 11, 20, 35, 120)] == ["一", "十", "十一", "二十", "三十五", "120"]
    assert [write(4, form) for form in ("upperRoman", "lowerLetter", "decimalEnclosedCircle", "decimal")] == ["IV", "d", "④", "4"]


def test_insertions_controls_boxes_and_notes_are_text_and_deletions_are_not() -> None:
    xml = body(
        "<w:p><w:r><w:t>增长</w:t></w:r><w:del><w:r><w:delText>9%</w:delText></w:r></w:del><w:ins><w:r><w:t>5%</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:hyperlink><w:r><w:t>左右</w:t></w:r></w:hyperlink></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('控件里的字')}</w:sdtContent></w:sdt>"
        f"<w:p><w:r><w:t>正文</w:t><w:pict><w:txbxContent>{paragraph('框里的字')}</w:txbxContent></w:pict></w:r></w:p>"
    )
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator">{paragraph("线")}</w:footnote>'
        f"<w:footnote>{paragraph('注：十二项')}</w:footnote></w:footnotes>"
    )
    assert read(raw_docx(xml, footnotes=notes)).text.split("\n") == ["增长5%左右", "控件里的字", "正文", "框里的字", "注：十二项"]


def test_tables_within_tables() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("最里面增长5%") + "</w:tc></w:tr></w:tbl>" * 60
    assert read(raw_docx(body(deep))).text == "最里面增长5%"


def test_entities_are_refused() -> None:
    entities = '<!ENTITY a "lol">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 or str()};" * 10}">' for i in range(1, 10))
    bomb = f"<?xml version='1.0'?><!DOCTYPE x [{entities}]>" + body(paragraph("&a9;"))
    assert refused(raw_docx(bomb)) == "broken"
    wide = bomb.replace("version='1.0'", "version='1.0' encoding='utf-16'").encode("utf-16")
    assert refused(raw_docx(wide)) == "broken"
    outside = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + body(paragraph("&a;"))
    assert refused(raw_docx(outside)) == "broken"


def test_what_is_no_document() -> None:
    assert refused(raw_docx(body(paragraph("")))) == "no_text"
    assert refused(raw_docx("<w:document")) == "broken"
    assert refused(raw_docx(body(paragraph("x")))[:-30]) == "broken"
    assert refused(raw_docx("<x/>")) == "broken"


def test_white_text_on_white_is_not_read() -> None:
    white = '<w:r><w:rPr><w:color w:val="FFFFFF"/>{}</w:rPr><w:t>99亿元</w:t></w:r>'
    shown = "<w:r><w:t>增长5%</w:t></w:r>"
    assert decode(RawFile("x", raw_docx(body(f"<w:p>{shown}{white.format('')}</w:p>")))).text == "增长5%"
    assert "99" in decode(RawFile("x", raw_docx(body(f"<w:p>{shown}{white.format('<w:shd/>')}</w:p>")))).text
