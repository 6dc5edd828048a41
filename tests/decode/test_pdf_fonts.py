"""PDFs that name their fonts and do not hold them are the same text on every machine, whatever fonts it has."""

from __future__ import annotations

import hashlib

import pytest

from transforms.decode import decode
from transforms.decode.pdf_fonts import box_font
from transforms.decode.pdf_open import open_pdf
from transforms.decode.pdf_page import read_page
from transforms.tables.pdf_geometry import Segment
from transforms.types import RawFile

SAID = "增长5，就业 1万人。"
DESCRIPTOR = b"<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -141 1000 859]/ItalicAngle 0/Ascent 859/Descent -141/StemV 80>>"
CODES = {char: number for number, char in enumerate(sorted(set(SAID)), 3)}
TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange %d beginbfchar %s endbfchar endcmap end end"
    % (len(CODES), b" ".join(b"<%04x> <%04x>" % (code, ord(char)) for char, code in CODES.items()))
)


def stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)


def composite(encoding: bytes, ordering: bytes, kind: bytes) -> list[bytes]:
    """A font of many characters: itself, what it descends from, its descriptor, and what its codes mean."""
    meaning = b"/ToUnicode 8 0 R" if ordering == b"Identity" else b""
    order = b"<</Registry(Adobe)/Ordering(%s)/Supplement 2>>" % ordering
    return [
        b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/%s/DescendantFonts[6 0 R]%s>>" % (encoding, meaning),
        b"<</Type/Font/Subtype/%s/BaseFont/SimSun/CIDSystemInfo%s/FontDescriptor 7 0 R/DW 1000>>" % (kind, order),
        DESCRIPTOR,
        stream(TO_UNICODE),
    ]


FONTS: dict[str, tuple[list[bytes], str, bytes]] = {
    "UniGB": (composite(b"UniGB-UCS2-H", b"GB1", b"CIDFontType0"), SAID, SAID.encode("utf-16-be")),
    "GBK": (composite(b"GBK-EUC-H", b"GB1", b"CIDFontType2"), SAID, SAID.encode("gbk")),
    "Big5": (composite(b"ETen-B5-H", b"CNS1", b"CIDFontType2"), "增長5，就業 1萬人。", "增長5，就業 1萬人。".encode("big5")),
    "Identity": (
        composite(b"Identity-H", b"Identity", b"CIDFontType2"),
        SAID,
        b"".join(CODES[char].to_bytes(2, "big") for char in SAID),
    ),
    "Latin": ([b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"], "GDP 12.5%", b"GDP 12.5%"),
}


def pdf_in(fonts: list[bytes], codes: bytes, lines: int) -> bytes:
    """A page with the same line several times, 20 points apart."""
    content = b"\n".join(b"BT /F 12 Tf 1 0 0 1 60 %d Tm <%s> Tj ET" % (700 - 20 * i, codes.hex().encode()) for i in range(lines))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(content),
        *fonts,
    ]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1)) + b"trailer<</Root 1 0 R>>\n%%EOF"


def glyphs_of(data: bytes) -> list[Segment]:
    document = open_pdf(data)
    try:
        page = read_page(document[0])
    finally:
        document.close()
    return [Segment(*box, char, 0.0) for box, char in zip(page.boxes.T.tolist(), page.text, strict=True)]


@pytest.mark.parametrize("name", FONTS)
def test_characters_of_fonts_that_are_not_in_the_file_have_boxes(name: str) -> None:
    fonts, said, codes = FONTS[name]
    glyphs = glyphs_of(pdf_in(fonts, codes, 1))
    assert "".join(glyph.text for glyph in glyphs if glyph.text != "\n") == said
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    assert all(0 < glyph.right - glyph.left <= 12.1 for glyph in inked)
    assert all(697 <= glyph.bottom < glyph.top <= 712 for glyph in inked)
    assert [glyph.left for glyph in inked] == sorted(glyph.left for glyph in inked)
    assert max(glyph.top - glyph.bottom for glyph in inked) > 8
    # In no font of a machine is a comma as large as an ideograph.
    wide = {(round(glyph.right - glyph.left, 2), round(glyph.top - glyph.bottom, 2)) for glyph in inked if glyph.text > "\u2fff"}
    assert wide == (set() if name == "Latin" else {(11.28, 11.24)})


@pytest.mark.parametrize("name", FONTS)
def test_a_line_that_stands_several_times_on_a_page_is_not_taken_for_printed_twice(name: str) -> None:
    fonts, said, codes = FONTS[name]
    text = decode(RawFile("x.pdf", pdf_in(fonts, codes * 3, 5))).text
    assert text.split("\n") == [said * 3] * 5


def test_spaces_have_no_box() -> None:
    fonts, _, codes = FONTS["GBK"]
    space = next(glyph for glyph in glyphs_of(pdf_in(fonts, codes, 1)) if glyph.text == " ")
    assert space.top - space.bottom < 0.1


def test_the_font_is_a_few_bytes_that_never_change() -> None:
    assert len(box_font()) < 1000
    assert hashlib.sha256(box_font()).hexdigest() == "0d0af0b85fd22543f4ccbc1002b0413bfd8fbd4f12a466e5ceab39ba2fa3003b"
