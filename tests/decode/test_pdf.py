"""PDF: the text layer whole, in order, page by page."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.decode.makers import PARAGRAPH, pdf_of, squeeze
from transforms.decode import decode
from transforms.decode.limits import Limits
from transforms.types import Decoded, DecodeError, RawFile

LINES = [f"第{i}行，全年新增就业{i * 37}人，增长{i}.5%。" for i in range(1, 91)]


def read(data: bytes, limits: Limits | None = None) -> Decoded:
    return decode(RawFile("x", data), limits) if limits else decode(RawFile("x", data))


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DecodeError) as caught:
        read(data, limits)
    return caught.value.error


def drawn(*operations: tuple[str, object]) -> bytes:
    """A page of one's own: each operation is a method of the canvas with its arguments."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    sheet.setFont("STSong-Light", 12)
    for name, arguments in operations:
        getattr(sheet, name)(*arguments)  # type: ignore[misc]
    sheet.showPage()
    sheet.save()
    return out.getvalue()


def test_heads_and_page_numbers_go_and_the_pages_are_exact() -> None:
    decoded = read(pdf_of(LINES))
    assert decoded.text.split("\n") == LINES
    assert [(page.number, decoded.text[page.start : page.end].split("\n")) for page in decoded.pages] == [
        (1, LINES[:30]),
        (2, LINES[30:60]),
        (3, LINES[60:]),
    ]


def test_a_number_alone_on_a_line_of_the_body_stays() -> None:
    lines = [*LINES[:29], "2023", *LINES[30:59], "17"]
    assert read(pdf_of(lines)).text.split("\n") == lines


def test_nothing_of_the_text_layer_is_lost() -> None:
    import pypdfium2

    data = pdf_of(LINES, head="")
    layer = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    lost = Counter(squeeze(layer)) - Counter(squeeze(read(data).text))
    assert set(lost) <= set("—123")


def test_lines_out_of_order_are_put_in_order() -> None:
    drawing = [("drawString", (60, 700 - 20 * i, LINES[i])) for i in range(8)]
    assert read(drawn(*drawing[1:], drawing[0])).text.split("\n") == LINES[:8]


def test_columns_are_read_one_after_the_other() -> None:
    left = [("drawString", (40, 700 - 20 * i, f"左{i}，增长{i}%。")) for i in range(8)]
    right = [("drawString", (320, 700 - 20 * i, f"右{i}，增长{i}%。")) for i in range(8)]
    assert [line[0] for line in read(drawn(*left, *right)).text.split("\n")] == ["左"] * 8 + ["右"] * 8


def test_lines_of_a_paragraph_are_one_line_of_the_text() -> None:
    text = "增长百分之五，收入提高，就业稳定，物价平稳，" * 2
    drawing = [("drawString", (60 if i % 4 else 84, 700 - 20 * i, text[: 36 if i % 4 else 34])) for i in range(12)]
    assert read(drawn(*drawing)).text.split("\n") == ["　　" + text[:34] + 3 * text[:36]] * 3


def test_a_table_open_at_its_sides_keeps_its_headings() -> None:
    rows = [
        ("产品名称", "产量（万吨）", "比上年增长（%）"),
        ("粮食", "211.28", "-0.4"),
        ("油料", "12.97", "3.1"),
        ("棉花", "0.003", "-11.3"),
    ]
    drawing: list[tuple[str, object]] = [("drawString", (60, 760, PARAGRAPH[:30])), ("drawString", (200, 700, "表3：主要农产品产量"))]
    for i, row in enumerate(rows):
        drawing += [("drawString", (x, 665 - 30 * i, text)) for x, text in zip((80, 260, 400), row, strict=True)]
    drawing += [("line", (70, 685 - 30 * i, 520, 685 - 30 * i)) for i in range(5)]
    drawing += [("line", (x, 565, x, 685)) for x in (240, 380)]
    drawing += [("drawString", (60, 500, PARAGRAPH[:30]))]
    assert read(drawn(*drawing)).text.split("\n") == [
        PARAGRAPH[:30],
        "表3：主要农产品产量",
        "产品名称｜产量（万吨）｜比上年增长（%）",
        "粮食｜211.28｜-0.4",
        "油料｜12.97｜3.1",
        "棉花｜0.003｜-11.3",
        PARAGRAPH[:30],
    ]


def test_a_scan_has_no_text() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    data = drawn(("drawImage", (ImageReader(Image.new("RGB", (20, 20))), 0, 0, 595, 842)))
    with pytest.raises(DecodeError, match="ocrmypdf -l chi_sim") as caught:
        read(data)
    assert caught.value.error == "no_text"


def test_a_protected_file() -> None:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    sheet = canvas.Canvas(out, encrypt="secret")
    sheet.drawString(60, 700, "x")
    sheet.save()
    assert refused(out.getvalue()) == "encrypted"


def test_a_file_cut_off_has_its_whole_pages() -> None:
    data = pdf_of(LINES)
    whole = data.index(b"endobj", data.index(b"/Contents 10 0 R")) if b"/Contents 10 0 R" in data else len(data) * 8 // 10
    decoded = read(data[: max(whole + 10, len(data) * 8 // 10)])
    assert decoded.text.startswith("\n".join(LINES[:30]))
    assert "cut off" in decoded.warnings[0]


def test_a_file_without_a_whole_page() -> None:
    data = pdf_of(LINES)
    assert refused(data[: len(data) // 20]) == "broken"
    assert refused(b"%PDF-1.7\n") == "broken"
    assert refused(b"%PDF-1.7\n" + bytes(range(256)) * 100) == "broken"


def test_too_many_pages() -> None:
    assert refused(pdf_of(LINES), Limits(pages=2)) == "too_large"


def form(number: int, draws: str, content: bytes) -> bytes:
    return (
        (
            f"{number} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<<{draws}>>>>/Length {len(content)}>>stream\n"
        ).encode()
        + content
        + b"\nendstream endobj\n"
    )


@pytest.mark.parametrize(
    ("forms", "error"),
    [
        ([form(5, "/F 5 0 R", b"/F Do /F Do")], "broken"),
        ([form(5, "/F 6 0 R", b"/F Do"), form(6, "/F 5 0 R", b"/F Do")], "broken"),
        ([form(5 + i, f"/F {6 + i} 0 R", b"/F Do " * 10) for i in range(8)] + [form(13, "", b"")], "too_large"),
    ],
)
def test_drawings_within_drawings_without_end(forms: list[bytes], error: str) -> None:
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page"
        b"/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>endobj\n4 0 obj<</Length 5>>stream\n/F Do\n"
        b"endstream endobj\n"
    )
    assert refused(head + b"".join(forms) + b"trailer<</Root 1 0 R>>\n%%EOF") == error


def test_a_page_tree_that_contains_itself() -> None:
    assert refused(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    ) in ("broken", "too_large", "no_text")


def lines_at(lines: Sequence[tuple[float, str]], top: float = 780, pitch: float = 20) -> list[tuple[str, object]]:
    return [("drawString", (x, top - pitch * i, text)) for i, (x, text) in enumerate(lines)]


BODY = "各项事业取得新的进展人民生活不断改善财政收入保持增长产业结构继续优化"


def test_a_sentence_goes_on_over_the_page_and_keeps_its_pages() -> None:
    from tests.tables.test_pdf_tables import pdf_of as pages

    def page(lines: list[tuple[float, str]], number: int) -> object:
        def draw(sheet: object) -> None:
            for name, arguments in [*lines_at(lines), ("drawString", (290, 25, f"— {number} —"))]:
                getattr(sheet, name)(*arguments)  # type: ignore[misc]

        return draw

    first = page([(84, BODY[:33]), (60, BODY), (60, BODY[:20] + "。"), (84, BODY[:33]), *[(60, BODY)] * 5, (60, BODY[:34] + "12")], 1)
    second = page([(60, "万吨。"), (84, BODY[:33]), *[(60, BODY)] * 8, (60, "增长5%。")], 2)
    decoded = read(pages(first, second))  # type: ignore[arg-type]
    lines = decoded.text.split("\n")
    assert [line.startswith("　　") for line in lines] == [True] * 3
    assert lines[1].endswith("12万吨。")
    assert decoded.text[decoded.pages[1].start :].startswith("万吨。\n　　")
    assert decoded.pages[0].end == decoded.pages[1].start


def test_a_line_cut_short_by_a_number_that_does_not_break_goes_on() -> None:
    lines = [
        (84, BODY[:33]),
        (60, BODY[:32]),
        (60, "12345.67亿元，" + BODY[:20] + "。"),
        (84, BODY[:33]),
        *[(60, BODY)] * 6,
        (60, "增长。"),
    ]
    assert [line[-3:] for line in read(drawn(*lines_at(lines))).text.split("\n")] == [BODY[18:20] + "。", "增长。"]


def test_titles_and_headings_stay_lines_of_their_own() -> None:
    lines = [
        (240, "某市财政工作报告"),
        (84, "一、上年工作"),
        (84, BODY[:33]),
        *[(60, BODY)] * 7,
        (60, "增长。"),
        (84, "二、今年安排"),
        (84, BODY[:20] + "。"),
    ]
    assert [len(line) < 15 for line in read(drawn(*lines_at(lines))).text.split("\n")] == [True, True, False, True, False]
