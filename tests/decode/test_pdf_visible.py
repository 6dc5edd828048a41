"""What a viewer does not show of a PDF page is not read; what is read twice is read once."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.decode.test_pdf import drawn, read
from tests.tables.test_pdf_tables import pdf_of

SHOWN, HIDDEN = "全区粮食产量达到12万吨，比上年增长3%。", "工业投资完成99亿元，比上年增长77%。"


def test_what_the_crop_box_cuts_off_is_left_out() -> None:
    import pikepdf

    data = drawn(("drawString", (60, 700, SHOWN)), ("drawString", (60, 60, HIDDEN)))
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.pages[0].cropbox = pikepdf.Array([0, 200, 595, 842])
        document.save(out)
    assert read(out.getvalue()).text == SHOWN


def layered(content: bytes, members: bytes = b"", off: bytes = b"5 0 R") -> bytes:
    """A page of Latin text with a layer that is off (MC0, object 5), one that is on (MC1), and a form of the first one (X)."""
    resources = b"/Font<</F1 7 0 R>>/XObject<</X 8 0 R>>/Properties<</MC0 5 0 R/MC1 6 0 R/MD 9 0 R>>"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 400 400]/OC 5 0 R/Resources<</Font<</F1 7 0 R>>>>/Length 46>>stream\n"
    form += b"BT /F1 12 Tf 50 50 Td (within a form) Tj ET   \nendstream"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[%s]/Order[]>>>>>>" % off,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<<%s>>>>" % resources,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/OCG/Name(off)>>",
        b"<</Type/OCG/Name(on)>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        form,
        b"<</Type/OCMD/OCGs 5 0 R%s>>" % members,
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.5\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def marked(name: bytes, text: bytes, y: int) -> bytes:
    return b"/OC /%s BDC BT /F1 12 Tf 50 %d Td (%s) Tj ET EMC\n" % (name, y, text)


TEXT = b"a line that is always seen"
PLAIN = b"BT /F1 12 Tf 50 350 Td (%s) Tj ET\n" % TEXT


@pytest.mark.parametrize(
    ("content", "members", "seen"),
    [
        (marked(b"MC0", b"in a layer", 300), b"", []),
        (marked(b"MC1", b"in a layer", 300), b"", ["in a layer"]),
        (marked(b"MD", b"in a layer", 300), b"", []),
        (marked(b"MD", b"in a layer", 300), b"/P/AnyOff", ["in a layer"]),
        (b"/X Do\n", b"", []),
    ],
    ids=["off", "on", "membership", "membership of what is off", "form"],
)
def test_layers_that_are_off_are_left_out(content: bytes, members: bytes, seen: list[str]) -> None:
    assert read(layered(PLAIN + content, members)).text.split("\n") == [TEXT.decode(), *seen]


def test_layers_that_are_all_on_change_nothing() -> None:
    text = read(layered(PLAIN + marked(b"MC0", b"in a layer", 300) + b"/X Do\n", off=b"")).text
    assert text.split("\n") == [TEXT.decode(), "in a layer", "within a form"]


def invisible(sheet: Any, text: str, y: float) -> None:
    part = sheet.beginText(60, y)
    part.setTextRenderMode(3)
    part.textLine(text)
    sheet.drawText(part)


def test_invisible_text_is_left_out_unless_it_lies_over_a_scan() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def plain(sheet: Any) -> None:
        sheet.drawString(60, 700, SHOWN)
        invisible(sheet, HIDDEN, 600)

    def scan(sheet: Any) -> None:
        sheet.drawImage(ImageReader(Image.new("RGB", (20, 20))), 0, 0, 595, 842)
        invisible(sheet, SHOWN, 700)

    assert read(pdf_of(plain)).text == SHOWN
    assert read(pdf_of(scan)).text == SHOWN


def test_white_text_is_left_out_unless_its_ground_is_dark() -> None:
    def draw(sheet: Any) -> None:
        sheet.drawString(60, 700, SHOWN)
        sheet.setFillColorRGB(0.1, 0.2, 0.6)
        sheet.rect(50, 590, 400, 30, stroke=0, fill=1)
        sheet.setFillColorRGB(1, 1, 1)
        sheet.drawString(60, 600, "白字在深色底上。")
        sheet.drawString(60, 500, HIDDEN)

    assert read(pdf_of(draw)).text.split("\n") == [SHOWN, "白字在深色底上。"]


def test_what_is_printed_twice_for_weight_is_read_once() -> None:
    drawing = [("drawString", (60 + shift, y, text)) for y, text in ((700, SHOWN), (640, "2025")) for shift in (0, 0.6)]
    assert read(drawn(*drawing)).text.split("\n") == [SHOWN, "2025"]


def test_a_title_whose_second_half_is_printed_twice_is_read_once() -> None:
    title = "表二：某市对各地转移支付补助预算表"
    parts = [(60, 700, title), (60 + 12 * 9, 700, title[9:]), (60, 640, SHOWN)]
    assert read(drawn(*(("drawString", part) for part in parts))).text == f"{title}\n{SHOWN}"
