"""Scans: what is asked of the program that recognises text, and what becomes of its lines; and that program itself, where it is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.workers import ocr
from flows.workers.ocr import Kept, OcrMissing, Tesseract, joined
from tests.decode.makers import pdf_of
from tests.decode.test_formats import LINES
from transforms.decode import decode
from transforms.decode.ocr import Reading, mended
from transforms.pipeline import Processed, process
from transforms.types import RECOGNISED, DecodeError, RawFile


def scan_of(pages: Sequence[Any]) -> bytes:
    """A PDF whose pages are pictures."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=300, save_all=True, append_images=list(pages[1:]))
    return out.getvalue()


def blank(count: int) -> bytes:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed (dependency group ocr)")
    return scan_of([image.new("L", (2480, 3508), 255) for _ in range(count)])


def lines(*texts: str, confidence: float = 90.0) -> list[Reading]:
    return [Reading(text, 300, 400 + 100 * i, 300 + 40 * len(text), 440 + 100 * i, confidence) for i, text in enumerate(texts)]


def read(data: bytes, *answers: list[Reading] | Exception) -> Any:
    left = iter(answers)

    def recognise(picture: Any) -> Sequence[Reading]:
        assert abs(picture.size[0] - 2480) <= 1, "drawn at 300 dots an inch"
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return decode(RawFile("x.pdf", data), recognise=recognise, recogniser="Reader 1")


PARAGRAPH = lines("密云区政府工作报告", "2022年实现地区生产总值367亿元，同比增长2%左右。", "一般公共预算收入39.7亿元。")


def test_without_a_recogniser_a_scan_is_refused() -> None:
    with pytest.raises(DecodeError, match="--ocr") as caught:
        decode(RawFile("x.pdf", blank(1)))
    assert caught.value.error == "no_text"


def test_pages_become_text_with_places_and_a_note() -> None:
    decoded = read(blank(3), PARAGRAPH, TimeoutError(), lines("同口径增长4.7%6。", confidence=20))
    assert (decoded.format, decoded.encoding, len(decoded.pages)) == ("pdf", RECOGNISED, 3)
    assert "367亿元" in decoded.text[decoded.pages[0].start : decoded.pages[0].end]
    assert decoded.text[decoded.pages[2].start : decoded.pages[2].end].strip() == "同口径增长4.7%。", "half a percent sign is no digit"
    assert "Reader 1" in decoded.warnings[0]
    assert "1 of 4" in decoded.warnings[0]
    assert decoded.warnings[1] == "Pages on which no text was recognised: 2."
    assert [line.confidence for line in decoded.recognised] == [0.9, 0.9, 0.9, 0.2]


def test_a_page_without_text_among_others_is_recognised() -> None:
    from pypdfium2 import PdfDocument

    mixed = PdfDocument(pdf_of(LINES[:30]))
    mixed.import_pages(PdfDocument(blank(1)))
    out = io.BytesIO()
    mixed.save(out)
    decoded = read(out.getvalue(), PARAGRAPH)
    assert decoded.encoding is None
    assert "一般公共预算收入39.7亿元" in decoded.text[decoded.pages[1].start :]
    assert "pages 2 was recognised" in decoded.warnings[0]
    made = processed(lambda picture: PARAGRAPH, out.getvalue())
    second = [row["confidence"] for row in made.metrics if row["page"] == 2]
    assert second
    assert max(second) <= 0.81


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("出生率6.3%o，死亡率7.18%0", "出生率6.3‰，死亡率7.18‰"),
        ("人口自然增长率-0.87%₀", "人口自然增长率-0.87‰"),
        ("同口径增长4.7%6", "同口径增长4.7%"),
        ("增长4.7%0.", "增长4.7%."),
        ("人均住房面积35.2平方m", "人均住房面积35.2平方米"),
        ("建筑面积1200m2", "建筑面积1200㎡"),
        ("全长500m", "全长500m"),
        ("其中：工业增长5%;农业增长3%，共1,200人,均增长", "其中：工业增长5%；农业增长3%，共1,200人，均增长"),
    ],
)
def test_usual_misreadings(wrong: str, right: str) -> None:
    assert mended(wrong) == right


def test_a_picture_of_a_page() -> None:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed (dependency group dev)")
    out = io.BytesIO()
    image.new("L", (2480, 3508), 255).save(out, "PNG")
    decoded = read(out.getvalue(), PARAGRAPH)
    assert (decoded.format, decoded.encoding) == ("picture", RECOGNISED)
    with pytest.raises(DecodeError, match="picture") as caught:
        decode(RawFile("x", out.getvalue()))
    assert caught.value.error == "unsupported"


def test_numbers_that_stand_in_columns_are_a_table() -> None:
    def cells(y: int, *texts: str) -> list[Reading]:
        return [Reading(t, 300 + 600 * i, y, 300 + 600 * i + 40 * len(t), y + 40, 95.0) for i, t in enumerate(texts)]

    rows = [
        ("指标", "2024年", "2025年"),
        ("粮食产量", "1201.5", "1320.6"),
        ("油料产量", "101.5", "112.3"),
        ("蔬菜产量", "332.1", "341.7"),
        ("水产品产量", "42.5", "44.0"),
    ]
    page = [reading for i, row in enumerate(rows) for reading in cells(600 + 80 * i, *row)]
    decoded = read(blank(1), [*lines("某县2025年国民经济和社会发展统计公报，全年粮食和油料增产。"), *page])
    assert "油料产量｜101.5｜112.3" in decoded.text


def test_recognised_pages_are_kept(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed (dependency group dev)")
    asked: list[int] = []

    def recognise(picture: Any) -> Sequence[Reading]:
        asked.append(1)
        return PARAGRAPH

    page = image.new("L", (100, 100), 255)
    for _ in range(2):
        assert Kept(recognise, "R", tmp_path)(page) == PARAGRAPH
    assert len(asked) == 1
    Kept(recognise, "another", tmp_path)(page)
    assert len(asked) == 2


def test_a_scan_in_which_nothing_is_recognised_is_refused() -> None:
    with pytest.raises(DecodeError, match="300 dpi") as caught:
        read(blank(2), [], lines("一"))
    assert caught.value.error == "no_text"


def test_a_file_with_text_is_not_recognised() -> None:
    def never(picture: Any) -> Sequence[Reading]:
        raise AssertionError("there is text")

    assert decode(RawFile("x.pdf", pdf_of(LINES)), recognise=never).encoding is None


def processed(recognise: Any, data: bytes) -> Processed:
    return process(
        RawFile("x.pdf", data),
        run_id="r",
        ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
        pipeline_version="v",
        recognise=recognise,
        recogniser="R",
    )


def test_what_was_recognised_is_marked_and_less_sure() -> None:
    made = processed(lambda picture: PARAGRAPH, blank(1))
    assert made.document is not None
    assert made.document["encoding"] == RECOGNISED
    assert "recognised" in made.document["warnings"]
    assert made.metrics
    assert all(row["confidence"] <= 0.81 for row in made.metrics)


def test_words_are_joined_as_they_are_written() -> None:
    assert joined(["地区", "生产", "总值", "367", "亿元"]) == "地区生产总值367亿元"
    assert joined(["PM2.5", "of", "the", "city", "大"]) == "PM2.5of the city大"


@pytest.mark.parametrize(
    ("lacking", "said"), [("package", "baogao\\[ocr\\]"), ("program", "apt-get install tesseract-ocr"), ("language", "chi_sim")]
)
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, lacking: str, said: str) -> None:
    if lacking != "package":
        there = ocr.importlib.util.find_spec  # type: ignore[attr-defined]
        monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: None if name == "rapidocr" else there(name))  # type: ignore[attr-defined]
    if lacking == "package":
        monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: None)  # type: ignore[attr-defined]
    else:
        pytesseract = pytest.importorskip("pytesseract", reason="pytesseract is not installed (dependency group ocr)")
        monkeypatch.setattr(ocr.shutil, "which", lambda name: None if lacking == "program" else "/bin/true")  # type: ignore[attr-defined]
        monkeypatch.setattr(pytesseract, "get_languages", lambda config: ["eng"])
    ocr.engine.cache_clear()
    with pytest.raises(OcrMissing, match=said):
        ocr.engine()
    ocr.engine.cache_clear()


def tesseract(**more: Any) -> Tesseract:
    try:
        return Tesseract(**more)
    except OcrMissing as missing:
        pytest.skip(str(missing))


def test_tesseract_reads_a_scan_of_the_seed() -> None:
    from PIL import Image, ImageDraw, ImageFont

    fonts = sorted(Path("/usr/share/fonts").rglob("Noto*CJK-Regular.ttc"))
    if not fonts:
        pytest.skip("no Chinese font is installed to draw the scan with (fonts-noto-cjk)")
    picture = Image.new("L", (2480, 3508), 255)
    for i, line in enumerate(LINES[:30]):
        ImageDraw.Draw(picture).text((250, 250 + 100 * i), line, font=ImageFont.truetype(fonts[0], 50), fill=0)
    pictures = [picture]
    told: list[int] = []
    made = processed(tesseract(working=lambda: told.append(1)), scan_of(pictures))
    assert len(told) == len(pictures), "it says before each page that it is at work"
    assert made.document is not None
    assert (made.document["region_code"], made.document["doc_type"]) == ("110118", "work_report")
    assert {row["number_text"] for row in made.metrics} & {"367亿元", "44467元"}
