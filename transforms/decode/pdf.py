"""PDF: the text layer in reading order, page by page, without running heads and page numbers.

PDFium gives the characters and their places (``pdf_page``); boxes stand for fonts that the file does not hold (``pdf_fonts``).
Characters become segments (``pdf_segments``), segments tables (``transforms.tables.pdf_tables``) and lines in reading order
(``pdf_order``), lines paragraphs (``pdf_layout``): a paragraph is a line of the text, however many lines and pages it goes over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transforms.decode.limits import Limits
from transforms.decode.pdf_layout import Sheet, lay_out
from transforms.decode.pdf_open import open_or_repair, ranges
from transforms.decode.pdf_order import Line, lines_in_order
from transforms.decode.pdf_page import PageContent, read_page
from transforms.decode.pdf_segments import segments_of
from transforms.tables.layout import PlacedGrid, TablesAside
from transforms.tables.pdf_geometry import Rules, Segment
from transforms.tables.pdf_tables import Table, find_tables, with_labels_of
from transforms.types import DecodeError, Page

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

    from transforms.decode.ocr import Scans

FEW = 5
"""Characters below which a page with pictures is a picture of a page."""
_BY_HAND = "Recognise it with ocrmypdf -l chi_sim FILE out.pdf, for example, and put the resulting PDF in its place."
_OCR = f"Let the pipeline recognise the text: baogao run --ocr (needs: pip install 'baogao[ocr]'). Or by hand: {_BY_HAND}"
_IDEOGRAPH = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff]")
_SPACE = re.compile(r"\s")


def read_pdf(
    data: bytes, limits: Limits, scans: Scans | None = None
) -> tuple[str, tuple[Page, ...], str | None, tuple[str, ...], list[PlacedGrid]]:
    """Text, pages, the title in the properties, warnings, and the grids of the tables in the text.

    ``scans`` recognises the text of pages that are pictures.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``no_text`` or ``too_large``.
    """
    document, notes = open_or_repair(data)
    try:
        count = len(document)
        if count == 0:
            raise DecodeError("broken", "The PDF has no pages. Fetch it again.")
        if count > limits.pages:
            raise DecodeError("too_large", f"The PDF has {count:,} pages; at most {limits.pages:,} are read. Split it.")
        aside = TablesAside()
        sheets = _sheets(document, limits, aside, scans)
        title = _title(document)
    finally:
        document.close()
    _require_text(sheets)
    text, pages, grids = lay_out(sheets, aside)
    return text, pages, title, (*notes, *_warnings(sheets)), grids


def _title(document: PdfDocument) -> str | None:
    from pypdfium2 import PdfiumError

    try:
        title = " ".join(str(document.get_metadata_dict().get("Title") or "").split())
    except (PdfiumError, ValueError):
        return None
    return title[:200] or None


def _sheets(document: PdfDocument, limits: Limits, aside: TablesAside, scans: Scans | None) -> list[Sheet]:
    from pypdfium2 import PdfiumError

    sheets: list[Sheet] = []
    total = 0
    for number in range(len(document)):
        try:
            page = document[number]
            sheet = sheet_of(read_page(page), aside, sheets[-1].tables if sheets else ())
            if scans is not None and sheet.characters < FEW and sheet.pictures:
                sheet = scans.sheet(page, number + 1, len(document), aside)
            page.close()
        except PdfiumError:
            sheet = Sheet([], 595.0, 842.0, unmapped=1)
        total += sheet.characters
        if total > limits.characters:
            raise DecodeError("too_large", f"The PDF has more than {limits.characters:,} characters. Split it.")
        sheets.append(sheet)
    return sheets


def page_lines(segments: Sequence[Segment], rules: Rules, aside: TablesAside) -> list[Line]:
    """Segments as lines in reading order, a line in place of each table."""
    return _lines(segments, find_tables(segments, rules), aside)


def _lines(segments: Sequence[Segment], tables: Sequence[Table], aside: TablesAside) -> list[Line]:
    inside = {i for table in tables for i in table.segments}
    lines = lines_in_order([s for i, s in enumerate(segments) if i not in inside], [table.box for table in tables])
    return _with_tables(lines, tables, aside)


def sheet_of(content: PageContent, aside: TablesAside, before: Sequence[Table] = ()) -> Sheet:
    """What a page holds; ``before`` are the tables of the page before."""
    segments = segments_of(content)
    tables = find_tables(segments, content.rules)
    if len(tables) == len(before) == 1:
        tables = [with_labels_of(before[0], tables[0])]
    return Sheet(
        _lines(segments, tables, aside),
        content.width,
        content.height,
        len(_SPACE.sub("", content.text)),
        len(_IDEOGRAPH.findall(content.text)),
        content.unmapped,
        content.pictures,
        content.text_objects,
        tuple(tables),
    )


def _with_tables(lines: list[Line], tables: Sequence[Table], aside: TablesAside) -> list[Line]:
    """The lines of a page with those that stand for its tables."""
    for table in tables:
        below = (
            k
            for k, line in enumerate(lines)
            if not line.is_table and line.box.top < table.box.top - 2 and line.box.bottom < table.box.bottom + 2
        )
        at = next(below, len(lines))
        lines.insert(at, Line(aside.put(table.rows, certain=True) or "", table.box, True))
    return lines


def _require_text(sheets: Sequence[Sheet]) -> None:
    characters = sum(sheet.characters for sheet in sheets)
    if characters >= 20 and characters >= 5 * len(sheets):
        return
    pictures = sum(sheet.pictures > 0 for sheet in sheets)
    unmapped = sum(sheet.unmapped for sheet in sheets)
    if unmapped > 100 or sum(sheet.text_objects for sheet in sheets) > 20 * len(sheets):
        raise DecodeError("no_text", "The PDF's fonts do not say which characters they show, so its text cannot be read. " + _OCR)
    what = "a scan: pictures of pages and no text" if pictures else "without text"
    raise DecodeError("no_text", f"The PDF is {what} ({len(sheets)} pages, {characters} characters). " + _OCR)


def _lacks_words(sheet: Sheet) -> bool:
    """Whether words are missing on a page: it has hardly any, and it is no page of a table of numbers."""
    is_numbers = bool(sheet.tables) and sheet.unmapped <= 5 and sheet.pictures <= 5
    return sheet.characters >= 10 and sheet.ideographs < 0.25 * sheet.characters and not is_numbers


def _warnings(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    notes = []
    blank = [i for i, s in enumerate(sheets, 1) if s.characters < FEW and s.pictures]
    if blank:
        notes.append(f"Pages without text (pictures only, left out): {ranges(blank)}. OCR would be needed to read them.")
    chinese = sum(s.ideographs for s in sheets) > 50
    poor = [i for i, s in enumerate(sheets, 1) if chinese and _lacks_words(s)]
    whole = [s for s in sheets if s.ideographs >= 0.25 * max(1, s.characters)]
    if poor and (len(poor) > 0.1 * len(sheets) or not whole):
        notes.append(
            f"Pages on which hardly any Chinese character can be read, since the PDF does not say what its fonts show, "
            f"or shows words as pictures: {ranges(poor)}. Numbers there lack their words; print the original to PDF again or use OCR."
        )
    return tuple(notes)
