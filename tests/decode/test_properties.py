"""Whatever the bytes are: a document or a refusal with a reason, never another exception, and a text fit to be stored."""

from __future__ import annotations

import functools

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.decode.makers import PARAGRAPH, body, docx_of, html_of, paragraph, pdf_of, raw_docx, zip_of
from transforms.decode import decode
from transforms.decode.archive import members
from transforms.decode.boilerplate import strip
from transforms.decode.characters import clean, fold
from transforms.decode.limits import Limits
from transforms.identify import identify
from transforms.schema import table
from transforms.tables.grid import Cell, fill
from transforms.tables.layout import write
from transforms.types import Decoded, DecodeError, RawFile

FORMATS = table("documents")["format"].values
SMALL = Limits(
    text_bytes=200_000,
    container_bytes=400_000,
    characters=100_000,
    pages=20,
    part_bytes=400_000,
    elements=20_000,
    table_cells=5_000,
    members=50,
    unpacked_bytes=500_000,
)
STARTS = (
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"<!DOCTYPE html><html>",
    b"<table><tr><td>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"# \xe6\x8a\xa5\n|a|b|\n|--|--|\n",
    "各位代表：\n".encode(),
    "政府工作".encode("gb18030"),
    b"\x89PNG",
    b"{\\rtf1",
)
CLASSES = {"empty", "binary", "no_text", "stub", "unsupported", "encrypted", "broken", "too_large"}


def outcome(data: bytes) -> Decoded | None:
    """Decode, and check what holds of every outcome."""
    try:
        decoded = decode(RawFile("文件", data), SMALL)
    except DecodeError as error:
        refusal = error
    else:
        check(decoded)
        return decoded
    assert refusal.error in CLASSES
    assert len(refusal.message) > 20
    refusal.message.encode()
    return None


def check(decoded: Decoded) -> None:
    """What holds of every document."""
    assert decoded.format in FORMATS
    assert decoded.text.strip()
    decoded.text.encode()
    assert not any(c < " " and c not in "\n\t" for c in decoded.text)
    assert all(decoded.text[p.start : p.end] == decoded.text[p.start : p.end].strip("\n") or p.start <= p.end for p in decoded.pages)
    assert [p.number for p in decoded.pages] == list(range(1, len(decoded.pages) + 1))
    assert not decoded.pages or (decoded.pages[0].start, decoded.pages[-1].end) == (0, len(decoded.text))
    identify(decoded, "文件")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=400), st.integers(1, 40))
@example(b"", b"\xed\xa0\x80", 1)
@example(b"<html>", b"&#xD800;&#0;&#x110000;", 9)
def test_any_bytes(start: bytes, data: bytes, times: int) -> None:
    outcome(start + data * times)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "gb18030", "big5"]), st.booleans())
def test_any_text(text: str, codec: str, is_html: bool) -> None:
    outcome((f"<html><body><p>{text}</p></body></html>" if is_html else text).encode(codec, "replace"))


@functools.cache
def samples() -> tuple[bytes, ...]:
    lines = [PARAGRAPH] * 12
    xml = body(paragraph(PARAGRAPH) + "<w:tbl><w:tr><w:tc>" + paragraph("5%") + "</w:tc></w:tr></w:tbl>")
    return (docx_of(lines), raw_docx(xml), pdf_of([line[:30] for line in lines]), html_of(lines), zip_of(("a.txt", b"x" * 500)))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 4), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=6), st.floats(0.2, 1))
def test_any_damage_to_good_files(which: int, wounds: list[tuple[float, bytes]], kept: float) -> None:
    data = bytearray(samples()[which])
    for at, wound in wounds:
        place = int(at * len(data))
        data[place : place + len(wound)] = wound
    outcome(bytes(data[: int(kept * len(data))]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=6), st.floats(0.2, 1))
def test_any_damage_to_archives(wounds: list[tuple[float, bytes]], kept: float) -> None:
    data = bytearray(zip_of(("a.txt", b"x" * 500), ("b/c.txt", PARAGRAPH.encode()), ("d.zip", zip_of(("e.txt", b"y")))))
    for at, wound in wounds:
        place = int(at * len(data))
        data[place : place + len(wound)] = wound
    error = "empty"
    try:
        for member in members(RawFile("x.zip", bytes(data[: int(kept * len(data))])), SMALL):
            assert member.source_path.startswith("x.zip!/")
            assert ".." not in member.source_path.split("/")
    except DecodeError as refusal:
        error = refusal.error
    assert error in CLASSES


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


LINES = ["打印", "", "  ", PARAGRAPH, "一、回顾", "浏览次数：12", "相关报道：", "大", "来源：某报 打印"]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_furniture_takes_whole_lines_only(lines: list[str]) -> None:
    stripped, gone = strip("\n".join(lines))
    assert stripped.count(PARAGRAPH) == lines.count(PARAGRAPH)
    assert strip(stripped)[0].count("\n") <= stripped.count("\n")
    assert (gone == 0) == (stripped == "\n".join(lines))


CELLS = st.builds(Cell, st.sampled_from(["", "指标", "1.5", "甲", "2025年", "单位：万吨"]), st.integers(1, 3), st.integers(1, 3))


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6))
def test_no_cell_of_a_table_is_lost(rows: list[list[Cell]]) -> None:
    text, _ = write(fill(rows), 0)
    assert [cell.text for row in rows for cell in row if cell.text and cell.text not in text] == []
