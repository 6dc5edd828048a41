"""Old and open formats of word processors: what shows is read, tables are tables, what does not show is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.decode.makers import odf, rtf_of
from transforms.decode import decode
from transforms.types import Decoded, DecodeError, RawFile

FILES = Path(__file__).parent / "files"
ACCOUNTS = """某县2024年财政决算
全县一般公共预算收入12.5亿元，增长6%。
其中税收收入8.1亿元。
详见县政府网站。
1.收入情况
2.支出情况
项目｜2024年
｜预算数｜决算数
税收收入｜8.0｜8.1
非税收入｜4.2｜4.4
以上决算，请予审议。"""


def read(data: bytes) -> Decoded:
    return decode(RawFile("x", data))


@pytest.mark.parametrize("kind", ["docx", "doc", "rtf", "odt"])
def test_one_document_in_four_formats(kind: str) -> None:
    """Hidden text, a deleted revision, a link's code, automatic numbers, and a table with merged headings (saved by LibreOffice)."""
    decoded = read((FILES / f"accounts.{kind}").read_bytes())
    assert (decoded.format, decoded.text.strip()) == (kind, ACCOUNTS)
    (table,) = decoded.tables
    assert table.columns == (("2024年", "预算数"), ("2024年", "决算数"))
    assert [(row.label, [cell.text for cell in row.cells]) for row in table.rows] == [
        ("税收收入", ["8.0", "8.1"]),
        ("非税收入", ["4.2", "4.4"]),
    ]


def test_doc_that_is_cut_off_or_protected() -> None:
    data = (FILES / "accounts.doc").read_bytes()
    with pytest.raises(DecodeError) as caught:
        read(data[:3000])
    assert caught.value.error == "broken"
    stream = bytearray(data)
    stream[stream.index(b"\xec\xa5") + 0x0B] |= 1
    with pytest.raises(DecodeError) as caught:
        read(bytes(stream))
    assert caught.value.error == "encrypted"


def rtf(text: str) -> bytes:
    return (r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset136 MingLiU;}}" + text + "}").encode("latin-1")


def gbk(text: str, codec: str = "gbk") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(codec))


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (gbk("增长") + "5%", "增长5%"),
        (r"\uc1\u22686?\u-27265\'3f" + "5", "增长5"),
        (r"{\f1 " + gbk("增長", "big5") + "}" + gbk("增长"), "增長增长"),
        (r"12{\v 34}56{\deleted 78}9", "12569"),
        (r"{\field{\*\fldinst HYPERLINK http://a/123}{\fldrslt " + gbk("网站") + "}}", "网站"),
        (r"{\header 99}{\*\unknown 88}{\pict 77}1", "1"),
        (r"{\listtext\pard\plain " + gbk("一、") + r"\tab}" + gbk("总体情况"), "一、总体情况"),
        (r"1\bin5 {{{{{2", "12"),
        (r"A\~B\_C\-D\line E", "A B-CD\nE"),
        (r"\'b1\'", "�'"),
    ],
    ids=["bytes", "unicode", "fonts", "hidden", "field", "skipped", "label", "binary", "symbols", "cut off"],
)
def test_rtf(inner: str, text: str) -> None:
    assert read(rtf(inner)).text.strip() == text


def test_rtf_notes_follow_the_text() -> None:
    decoded = read(rtf(gbk("增长5%") + r"{\footnote\pard " + gbk("按可比价格计算") + "}" + gbk("。") + r"\par " + gbk("完。")))
    assert decoded.text.strip() == "增长5%。\n完。\n按可比价格计算"


def test_rtf_nests_as_deep_as_it_likes() -> None:
    assert read(rtf("{" * 50_000 + "1" + "}" * 50_000)).text.strip() == "1"
    with pytest.raises(DecodeError) as caught:
        read(b"{\\rtf1" + b"{" * 2_000_000)
    assert caught.value.error == "too_large"


def test_rtf_of_a_character_beyond_gbk() -> None:
    assert read(rtf_of(["增长5%，其中𠮷林㐀"])).text.strip() == "增长5%，其中𠮷林㐀"


LIST = (
    '<text:list-style style:name="L">'
    '<text:list-level-style-number text:level="1" style:num-format="一, 二, 三, ..." style:num-suffix="、"/>'
    '<text:list-level-style-number text:level="2" style:num-format="1" style:num-prefix="（" style:num-suffix="）"/></text:list-style>'
)


def test_odt_lists_spaces_and_notes() -> None:
    body = (
        '<text:list text:style-name="L"><text:list-item><text:p>收入</text:p><text:list>'
        "<text:list-item><text:p>税收</text:p></text:list-item>"
        "<text:list-item><text:p>非税</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>支出</text:p>"
        '</text:list-item></text:list><text:p>增长<text:s text:c="2"/>5%<text:note><text:note-citation>1</text:note-citation>'
        "<text:note-body>"
        "<text:p>按可比价格</text:p></text:note-body></text:note>。<text:line-break/>完"
        "<office:annotation><text:p>批注9</text:p></office:annotation></text:p>"
    )
    assert read(odf(body, styles=LIST)).text == "一、收入\n（1）税收\n（2）非税\n二、支出\n增长  5%。\n完\n按可比价格"


def test_odt_leaves_out_what_was_deleted_or_is_hidden() -> None:
    styles = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧9</text:p></text:deletion></text:changed-region>"
        '</text:tracked-changes><text:p>共<text:span text:style-name="H">8</text:span>7<text:ruby><text:ruby-base>项</text:ruby-base>'
        "<text:ruby-text>xiang</text:ruby-text></text:ruby></text:p>"
        '<text:p text:style-name="H">6</text:p>'
    )
    assert read(odf(body, styles=styles)).text == "共7项"
