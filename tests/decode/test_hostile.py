"""Files made to exhaust a reader end soon, each with its class."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from tests.decode.makers import PARAGRAPH, W, body, raw_docx
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


FILES = {
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
