"""Files made to exhaust a reader end soon, each with its class."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.decode.makers import PARAGRAPH, W, body, odf, ofd, raw_docx, zip_of
from transforms.decode import decode
from transforms.types import DecodeError, RawFile

P = f"<p>{PARAGRAPH}</p>\n"
SECONDS = 20
"""Far above what any of them takes (4 s at most) and far below what they would take without limits."""


def zeros(times: int) -> bytes:
    """A small DOCX of so many empty paragraphs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w", force_zip64=True) as part:
        part.write(f"<w:document {W}><w:body>".encode())
        for _ in range(times // 100_000):
            part.write(b"<w:p/>" * 100_000)
    return out.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "html of 100 MB": (lambda: P.encode() * 700_000, {"too_large"}),
    "100,000 nested tags": (lambda: b"<html><body>" + b"<div>" * 100_000 + P.encode() * 30 + b"</div>" * 100_000, {"ok"}),
    "nested layout tables": (lambda: b"<html><body>" + b"<table><tr><td>" * 20_000 + P.encode() * 30, {"ok"}),
    "unclosed inline tags": (lambda: b"<html><body>" + P.encode() * 20 + b"<b><i><a href=x>" * 50_000, {"ok"}),
    "spans of a table": (
        lambda: b"<table>" + b"<tr><td rowspan=9999 colspan=9999>1</td><td>2</td></tr>" * 3000 + b"</table>" + P.encode() * 9,
        {"ok", "too_large"},
    ),
    "attributes of one tag": (lambda: b"<html><body><p " + b"".join(b"a%d=1 " % i for i in range(400_000)) + b">" + P.encode() * 9, {"ok"}),
    "line of 50 million characters": (lambda: "增".encode() * 50_000_000, {"too_large"}),
    "line of 4 million characters": (lambda: "增".encode() * 4_000_000, {"ok"}),
    "numeral of a million digits": (lambda: ("生产总值" + "9" * 1_000_000 + "亿元").encode(), {"ok"}),
    "a million escapes": (lambda: b"\\r\\n" * 1_000_000 + PARAGRAPH.encode(), {"ok"}),
    "brackets of markdown": (lambda: b"# a\n# b\n" + b"[" * 200_000 + b"](x)" + b"**a" * 100_000 + b"|" * 100_000, {"ok"}),
    "random bytes": (lambda: bytes((i * i * 31 + i * 7) % 251 for i in range(1_000_000)), {"binary"}),
    "docx: 60 million elements": (lambda: zeros(60_000_000), {"too_large"}),
    "docx: 7 million elements": (lambda: zeros(7_000_000), {"too_large"}),
    "docx: nested tables": (lambda: raw_docx(body("<w:tbl><w:tr><w:tc>" * 50_000)), {"broken"}),
}


def sheet(xml: str, strings: str = "") -> bytes:
    """A workbook of one sheet with this inside."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return zip_of(
        ("xl/workbook.xml", f'<workbook {names} {rel}><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'.encode()),
        ("xl/_rels/workbook.xml.rels", b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", f"<worksheet {names}>{xml}</worksheet>".encode()),
        ("xl/sharedStrings.xml", f"<sst {names}>{strings}</sst>".encode()),
    )


def doc(change: Callable[[bytearray], object]) -> bytes:
    """A Word document with damage done to it."""
    data = bytearray((Path(__file__).parent / "files" / "accounts.doc").read_bytes())
    change(data)
    return bytes(data)


def point_sectors_at(data: bytearray, sector: int) -> None:
    """Every entry of the table of sectors leads to the same one."""
    table = 512 + 512 * int.from_bytes(data[76:80], "little")
    data[table : table + 512] = sector.to_bytes(4, "little") * 128


def lengthen_pieces(data: bytearray) -> None:
    """The piece table asks for two thousand million characters."""
    at = data.index(b"\xec\xa5")
    for offset in (0x1A2, 0x4C):
        data[at + offset : at + offset + 4] = (0x7FFFFFFF).to_bytes(4, "little")


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY b%d "%s">' % (i, b"&b%d;" % (i - 1) * 10) for i in range(1, 10)) + b"]>"
)
REPEATED = (
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="{r}"><table:table-cell table:number-columns-repeated="{c}">'
)
FILES |= {
    "doc: sectors in a circle": (lambda: doc(lambda data: point_sectors_at(data, 0)), {"broken", "unsupported"}),
    "doc: sectors of nothing": (lambda: doc(lambda data: point_sectors_at(data, 0x7FFFFFF0)), {"broken", "unsupported"}),
    "doc: endless pieces": (lambda: doc(lengthen_pieces), {"broken", "too_large"}),
    "doc: all of it but the head is noise": (
        lambda: doc(lambda data: data.__setitem__(slice(600, 12_000), bytes(i * 7 % 256 for i in range(11_400)))),
        {"broken", "ok", "unsupported", "too_large", "encrypted", "no_text"},
    ),
    "rtf: many groups": (lambda: b"{\\rtf1" + b"{\\b 1}" * 200_000 + b"}", {"ok", "too_large"}),
    "rtf: open groups": (lambda: b"{\\rtf1" + b"{" * 5_000_000, {"too_large"}),
    "rtf: a million cells": (lambda: b"{\\rtf1" + b"\\trowd\\cellx1\\intbl 1\\cell\\row" * 500_000 + b"}", {"ok", "too_large"}),
    "rtf: binary without end": (lambda: b"{\\rtf1 1\\bin999999999 x}", {"ok"}),
    "rtf: an object and a macro": (
        lambda: b"{\\rtf1{\\object\\objocx{\\*\\objclass Excel}{\\*\\objdata 0105}}{\\field{\\*\\fldinst DDEAUTO cmd}}1}",
        {"ok"},
    ),
    "odt: rows repeated": (
        lambda: odf(REPEATED.format(r=10**8, c=10**8) + "<text:p>1</text:p></table:table-cell></table:table-row>" * 1 + "</table:table>"),
        {"ok", "too_large"},
    ),
    "ods: rows repeated": (
        lambda: odf(
            REPEATED.format(r=10**8, c=10**8) + "<text:p>1</text:p></table:table-cell></table:table-row></table:table>", "spreadsheet"
        ),
        {"ok", "too_large"},
    ),
    "odt: external entity": (
        lambda: zip_of(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", ENTITY + b"<x>&a;</x>")),
        {"broken"},
    ),
    "odt: entities of entities": (
        lambda: zip_of(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", LAUGHS + b"<x>&b9;</x>")),
        {"broken"},
    ),
    "xlsx: external entity": (
        lambda: zip_of(("xl/workbook.xml", ENTITY + b"<workbook>&a;</workbook>"), ("xl/_rels/workbook.xml.rels", b"<R/>")),
        {"broken"},
    ),
    "xlsx: a cell at the far end": (lambda: sheet('<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), {"ok"}),
    "xlsx: a million cells": (
        lambda: sheet("<sheetData>" + "<row>" + "<c><v>1</v></c>" * 1_000_000 + "</row></sheetData>"),
        {"too_large"},
    ),
    "xlsx: merged all over": (
        lambda: sheet(
            "<sheetData>"
            + "<row><c><v>1</v></c><c><v>2</v></c></row>" * 2000
            + "</sheetData><mergeCells>"
            + '<mergeCell ref="A1:XFD1048576"/>' * 20_000
            + "</mergeCells>"
        ),
        {"ok"},
    ),
    "xlsx: bomb": (lambda: sheet(" " * 100_000_000), {"too_large"}),
    "ofd: bomb": (lambda: zip_of(("OFD.xml", b" " * 100_000_000)), {"too_large"}),
    "ofd: pages of themselves": (
        lambda: zip_of(
            ("OFD.xml", b"<OFD><DocBody><DocRoot>d.xml</DocRoot></DocBody></OFD>"),
            ("d.xml", b"<Document><Pages>" + b'<Page BaseLoc="d.xml"/>' * 2_000 + b"</Pages></Document>"),
        ),
        {"no_text"},
    ),
    "ofd: a million characters at one place": (
        lambda: ofd(
            '<ofd:TextObject Boundary="0 0 9 9" Size="3"><ofd:TextCode X="0" Y="0" DeltaX="g 999999999 0">'
            + "增" * 100_000
            + "</ofd:TextCode></ofd:TextObject>"
        ),
        {"ok"},
    ),
    "ofd: blocks in blocks": (lambda: ofd("<ofd:PageBlock>" * 200 + "</ofd:PageBlock>" * 200), {"no_text"}),
    "epub: external entity": (
        lambda: zip_of(("META-INF/container.xml", ENTITY + b"<container>&a;</container>"), ("mimetype", b"application/epub+zip")),
        {"broken"},
    ),
    "mht: parts in parts": (
        lambda: (
            b"MIME-Version: 1.0\r\n"
            + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(3000))
        ),
        {"too_large", "no_text", "broken"},
    ),
    "mht: many parts": (
        lambda: b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 200_000,
        {"too_large"},
    ),
    "csv: one cell without end": (lambda: ('a,b\n"' + "增" * 5_000_000).encode(), {"ok", "too_large"}),
    "csv: a million rows": (lambda: b"a,b\n" + b"1,2\n" * 1_000_000, {"too_large", "ok"}),
}


@pytest.mark.parametrize("name", FILES)
def test_ends_soon(name: str) -> None:
    make, expected = FILES[name]
    data = make()
    start = time.perf_counter()
    try:
        decode(RawFile("x", data))
        found = "ok"
    except DecodeError as refusal:
        found = refusal.error
    assert found in expected
    assert time.perf_counter() - start < SECONDS
