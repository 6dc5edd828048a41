"""Encodings, repairs of characters, and what is refused as no text."""

from __future__ import annotations

import json

import pytest

from tests.decode.makers import PARAGRAPH, zip_of
from transforms.decode import decode
from transforms.decode.characters import commonness, fold, lookalikes
from transforms.types import Decoded, DecodeError, RawFile

TEXT = f"某区政府工作报告\n\n一、工作回顾\n　　{PARAGRAPH}\n\n二、工作任务\n　　地区生产总值增长６．５％左右，新增就业１２万人。"


def read(data: bytes) -> Decoded:
    return decode(RawFile("x", data))


def refused(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        read(data)
    assert len(caught.value.message) > 20
    return caught.value.error


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_encoding_is_told_from_the_bytes(codec: str, name: str) -> None:
    decoded = read(TEXT.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.format, decoded.warnings) == (TEXT, name, "txt", ())


def test_big5() -> None:
    text = "政府工作報告\n各位代表：過去一年，地區生產總值增長百分之八，財政收入達到三百億元，人民生活水平繼續提高。"
    decoded = read(text.encode("big5"))
    assert (decoded.text, decoded.encoding) == (text, "big5")


def test_text_without_a_fault_is_left_as_it_is() -> None:
    text = "  第一行 \n\n\n\t第二行１２．５％，Ⅱ类水质，２０㎡，③项。\n" + PARAGRAPH + "\n\n"
    assert read(text.encode()).text == text


def test_line_breaks_become_one_kind() -> None:
    assert read(f"甲区报告\r\n{PARAGRAPH}\r乙\u2028丙".encode()).text == f"甲区报告\n{PARAGRAPH}\n乙\n丙"


def test_literal_escapes_become_line_breaks() -> None:
    escaped = r"政府工作报告\r\n各位代表：\r\n一、回顾\r\n全县增长5%。"
    assert read(escaped.encode()).text == "政府工作报告\n各位代表：\n一、回顾\n全县增长5%。"
    once = r"路径 C:\new\notes 不动，全县增长5%。"
    assert read(once.encode()).text == once


@pytest.mark.parametrize(("read_as", "was"), [("latin-1", "utf-8"), ("latin-1", "gb18030"), ("gb18030", "utf-8")])
def test_mojibake_is_repaired_and_said(read_as: str, was: str) -> None:
    text = "\n".join(["全区生产总值增长5%。", "一般公共预算收入39亿元", "居民收入稳步提高", "城镇新增就业3000人"] * 4)
    lines = [line for line in text.split("\n") if read_as != "gb18030" or _survives(line)]
    text = "\n".join(lines)
    decoded = read(text.encode(was).decode(read_as).encode())
    assert decoded.text == text
    assert "decoded wrongly" in decoded.warnings[0]


def _survives(line: str) -> bool:
    """Whether UTF-8 of the line happens to be valid GB18030 as well: only such text comes through that misreading whole."""
    try:
        return line.encode().decode("gb18030").encode("gb18030").decode() == line
    except UnicodeError:
        return False


def test_lookalikes_are_folded_one_to_one() -> None:
    assert fold("⼀⾏⼒⺠⻓⻔⻋\uf9b5\uf98e") == "一行力民长门车例年"
    assert read("⽣产总值增⻓５％，⼈⺠⽣活⽔平提⾼。".encode()).text == "生产总值增长５％，人民生活水平提高。"
    assert all(len(plain) == 1 and not 0x2E80 <= ord(plain) <= 0x2FDF for plain in lookalikes().values())


def test_unseen_characters_are_taken_out() -> None:
    text = "增长1\u200b2\u2060.\ufeff5\u202e%\u2066\x00\x07\x1b[31m，居民收入\u00ad提高\ufffe。"
    assert read((PARAGRAPH + text).encode("utf-8", "surrogatepass")).text == PARAGRAPH + "增长12.5%[31m，居民收入提高。"


def test_a_few_damaged_bytes_are_said() -> None:
    decoded = read((PARAGRAPH * 20).encode() + b"\xff" + (PARAGRAPH * 20).encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert "1 characters" in decoded.warnings[0]


def test_a_file_cut_off_within_a_character_is_read() -> None:
    assert read((PARAGRAPH * 3).encode()[:-1]).text == (PARAGRAPH * 3)[:-1]


def test_commonness_tells_text_from_rubbish() -> None:
    assert commonness(PARAGRAPH) > 0.35
    assert commonness(PARAGRAPH.encode().decode("gb18030", "replace")) < 0.2


@pytest.mark.parametrize("data", [b"", b"  \n\t ", b"\xef\xbb\xbf", b"\x00" * 50])
def test_empty(data: bytes) -> None:
    assert refused(data) == "empty"


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\x01\x02\x03\x04\x05\x06" * 300, b"\xff\x00\xfe\x81" * 500])
def test_binary(data: bytes) -> None:
    assert refused(data) == "binary"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "ocrmypdf"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "ocrmypdf"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "Unpack"),
        (zip_of(("ppt/presentation.xml", b"<p/>")), "PowerPoint"),
        (zip_of(("xl/workbook.bin", b"x")), "xlsb"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "one by one"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 50, "one by one"),
    ],
)
def test_formats_that_are_not_read_say_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=says) as caught:
        read(data)
    assert caught.value.error == "unsupported"


@pytest.mark.parametrize(
    "data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"]
)
def test_containers_of_nothing(data: bytes) -> None:
    assert refused(data) in ("broken", "no_text")


def test_markdown_loses_its_marks_only() -> None:
    source = (
        "---\ntitle: x\n---\n# 某区政府工作报告\n\n## 一、回顾\n\n- **地区生产总值**增长5%，见[附表](a.html)\n* 就业 3\\*4 万人\n\n"
        "| 指标 | 2022年 | 2023年 |\n|---|---:|---:|\n| 粮食 | 10 | 12 |\n\n---\n> 结尾 &amp; 其他"
    )
    decoded = read(source.encode())
    assert decoded.format == "md"
    assert decoded.text.split("\n") == [
        "某区政府工作报告",
        "",
        "一、回顾",
        "",
        "地区生产总值增长5%，见附表",
        "就业 3*4 万人",
        "",
        "指标｜2022年｜2023年",
        "粮食｜10｜12",
        "",
        "结尾 & 其他",
    ]


def test_json_is_the_text_of_its_longest_field() -> None:
    inner = f"<html><body>{'<p>' + PARAGRAPH + '</p>'}</body></html>" * 3
    decoded = read(json.dumps({"code": 200, "data": {"title": "公报", "content": inner}}).encode())
    assert decoded.format == "html"
    assert PARAGRAPH in decoded.text
    assert "'content'" in decoded.warnings[0]
    assert refused(json.dumps({"code": 200, "msg": "ok"}).encode()) == "unsupported"
    assert read(("{" + PARAGRAPH * 3 + "}").encode()).format == "txt"


def test_escapes_of_unicode_are_read() -> None:
    escaped = PARAGRAPH.encode("unicode_escape").decode()
    assert read((escaped * 3).encode()).text == PARAGRAPH * 3
