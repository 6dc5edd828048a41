"""PDF: the text layer in reading order, page by page, without running heads and page numbers.

PDFium gives the characters and their places; boxes stand for fonts that the file does not hold (``pdf_fonts``). A line of the page
is a line of the text; a first line set in from the margin gets two ideographic spaces, so that paragraphs can be told. Ruled tables
become lines with headings (``pdf_tables``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from transforms.decode.limits import Limits
from transforms.decode.pdf_fonts import use_box_font
from transforms.decode.pdf_forms import check_forms
from transforms.tables.layout import PlacedGrid, TablesAside, place
from transforms.tables.pdf_tables import Box, Glyph, Rules, find_tables
from transforms.types import DecodeError, Page

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_BY_HAND = "Recognise it with ocrmypdf -l chi_sim FILE out.pdf, for example, and put the resulting PDF in its place."
_OCR = f"Let the pipeline recognise the text: baogao run --ocr, where Tesseract and its chi_sim are installed. Or by hand: {_BY_HAND}"
_INDENT = "\u3000\u3000"
_PAGE_NUMBER = re.compile(r"[-—－–―_·•~\s/|]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/／,，共]+\s*\d{1,4}\s*页?)?|[ivxIVX]{1,5})[-—－–―_·•~\s|]*")
_DECORATED = re.compile(r"[-—－–―·•~]\s*\d{1,4}\s*[-—－–―·•~]?|第\s*\d{1,4}\s*页.*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page with its box (x to the right, y upwards)."""

    text: str
    box: Box
    is_table: bool = False

    @property
    def size(self) -> float:
        return max(1.0, self.box.top - self.box.bottom)


@dataclass(slots=True)
class Sheet:
    """What one page holds."""

    lines: list[Line]
    width: float
    height: float
    characters: int = 0
    ideographs: int = 0
    unmapped: int = 0
    pictures: int = 0


def read_pdf(data: bytes, limits: Limits) -> tuple[str, tuple[Page, ...], str | None, tuple[str, ...], list[PlacedGrid]]:
    """Text, pages, the title in the properties, warnings, and the grids of the tables in the text.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``no_text`` or ``too_large``.
    """
    check_forms(data)
    document = open_pdf(data)
    try:
        count = len(document)
        if count == 0:
            raise DecodeError("broken", "The PDF has no pages. Fetch it again.")
        if count > limits.pages:
            raise DecodeError("too_large", f"The PDF has {count:,} pages; at most {limits.pages:,} are read. Split it.")
        aside = TablesAside()
        sheets = _sheets(document, limits, aside)
        title = _title(document)
    finally:
        document.close()
    _require_text(sheets)
    text, pages, grids = lay_out(sheets, aside)
    return text, pages, title, _warnings(sheets), grids


def lay_out(sheets: list[Sheet], aside: TablesAside) -> tuple[str, tuple[Page, ...], list[PlacedGrid]]:
    """The text of all pages, without running heads and page numbers, where each page stands in it, and the grids of its tables."""
    _strip_margins(sheets)
    return _assemble(sheets, aside)


def open_pdf(data: bytes) -> PdfDocument:
    """The PDF as PDFium reads it.

    Raises:
        DecodeError: ``encrypted``, ``broken`` or ``no_text``.
    """
    import pypdfium2 as pdfium

    use_box_font()
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise DecodeError(
                "encrypted",
                "The PDF is protected by a password. Save it without one (print it to PDF, say) and put that file in its place.",
            ) from error
        if _lost_its_fonts(data):
            raise DecodeError(
                "no_text",
                "The PDF is cut off: pages are there, but the fonts that tell their characters are lost, so that "
                "no text can be had of them. Fetch it again. If it stays so: print it to PDF from a program that shows it.",
            ) from error
        raise DecodeError(
            "broken", "The PDF is cut off or damaged and cannot be opened. Fetch it again, or open it and print it to PDF."
        ) from error


def _lost_its_fonts(data: bytes) -> bool:
    """Cut off before its catalogue, and a font that its pages use is lost with it (or they use none): there is no text to be had."""
    if re.search(rb"/Type\s*/Catalog\b|/ObjStm\b|/Linearized\b", data) or not re.search(rb"/Type\s*/Page\b", data):
        return False
    used = {number for names in re.findall(rb"/Font\s*<<([^>]{1,4000})>>", data) for number in re.findall(rb"(\d{1,9}) 0 R", names)}
    there = {found.group(1) for found in re.finditer(rb"(?<!\d)(\d{1,9}) 0 obj", data)}
    return not used or not used <= there


def _title(document: PdfDocument) -> str | None:
    from pypdfium2 import PdfiumError

    try:
        title = " ".join(str(document.get_metadata_dict().get("Title") or "").split())
    except (PdfiumError, ValueError):
        return None
    return title[:200] or None


def _sheets(document: PdfDocument, limits: Limits, aside: TablesAside) -> list[Sheet]:
    from pypdfium2 import PdfiumError

    sheets: list[Sheet] = []
    total = 0
    for number in range(len(document)):
        try:
            page = document[number]
            sheet = _sheet(page, aside)
            page.close()
        except PdfiumError:
            sheet = Sheet([], 595.0, 842.0, unmapped=1)
        total += sheet.characters
        if total > limits.characters:
            raise DecodeError("too_large", f"The PDF has more than {limits.characters:,} characters. Split it.")
        sheets.append(sheet)
    return sheets


def _glyphs(textpage: Any) -> tuple[list[Glyph], int]:
    """The characters of a page in the file's order with their boxes, and how many have no meaning in Unicode."""
    import ctypes

    import pypdfium2.raw as raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    unmapped = 0
    glyphs: list[Glyph] = []
    for i in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, i)
        if code in (0, 0xFFFE, 0xFFFF):
            unmapped += code == 0
            continue
        if 0xDC00 <= code < 0xE000 and glyphs and 0xD800 <= ord(glyphs[-1].char) < 0xDC00:
            glyphs[-1] = replace(glyphs[-1], char=chr(0x10000 + ((ord(glyphs[-1].char) - 0xD800) << 10) + code - 0xDC00))
            continue
        raw.FPDFText_GetCharBox(textpage, i, left, right, bottom, top)
        char = "\n" if code in (10, 13) else chr(code)
        if char == "\n" and glyphs and glyphs[-1].char == "\n" and code == 10:
            continue
        unmapped += 0xE000 <= code < 0xF900
        glyphs.append(Glyph(char, left.value, bottom.value, right.value, top.value))
    return glyphs, unmapped


def _sheet(page: PdfPage, aside: TablesAside) -> Sheet:
    textpage = page.get_textpage()
    glyphs, unmapped = _glyphs(textpage)
    textpage.close()
    width, height = page.get_size()
    rules, pictures = Rules.of_page(page)
    tables = find_tables(glyphs, rules)
    inside = {i for table in tables for i in table.glyphs}
    lines = _lines([g for i, g in enumerate(glyphs) if i not in inside or g.char == "\n"])
    lines = _in_reading_order(lines, width)
    for table in tables:
        at = next(
            (
                k
                for k, line in enumerate(lines)
                if not line.is_table and line.box.top < table.box.top - 2 and line.box.bottom < table.box.bottom + 2
            ),
            len(lines),
        )
        lines[at:at] = [Line(aside.put(table.rows, certain=True) or "", table.box, True)]
    seen = "".join(g.char for g in glyphs)
    return Sheet(
        lines,
        width,
        height,
        sum(not c.isspace() for c in seen),
        sum("\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or "\u2e80" <= c <= "\u2fdf" for c in seen),
        unmapped,
        pictures,
    )


def _lines(glyphs: Sequence[Glyph]) -> list[Line]:
    lines: list[Line] = []
    now: list[Glyph] = []
    for glyph in [*glyphs, Glyph("\n", 0, 0, 0, 0)]:
        if glyph.char != "\n":
            now.append(glyph)
            continue
        inked = [g for g in now if not g.char.isspace() and g.top > g.bottom]
        text = "".join(g.char for g in now).strip()
        if text:
            box = Box.around(inked) if inked else Box(0, 0, 0, 0)
            lines.append(Line(text, box))
        now = []
    return lines


def _in_reading_order(lines: list[Line], width: float) -> list[Line]:
    """Lines from top to bottom where a few stand out of order in the file; columns side by side stay as they are."""
    jumps = [i for i in range(1, len(lines)) if lines[i].box.bottom > lines[i - 1].box.top + lines[i].size / 2]
    if not jumps or len(jumps) > max(3, len(lines) // 8):
        return lines
    if len(jumps) == 1:
        before, after = lines[: jumps[0]], lines[jumps[0] :]
        if len(after) > 3 and max(line.box.right for line in before) < width * 0.56 and min(line.box.left for line in after) > width * 0.44:
            return lines
    return _by_rows(lines)


def _by_rows(lines: Sequence[Line]) -> list[Line]:
    """Lines from top to bottom, those at one height from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle, reverse=True):
        if rows and _middle(rows[-1][0]) - _middle(line) < min(rows[-1][0].size, line.size) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.left)]


def _middle(line: Line) -> float:
    return (line.box.top + line.box.bottom) / 2


def _require_text(sheets: Sequence[Sheet]) -> None:
    characters = sum(sheet.characters for sheet in sheets)
    if characters >= 20 and characters >= 5 * len(sheets):
        return
    pictures = sum(sheet.pictures > 0 for sheet in sheets)
    unmapped = sum(sheet.unmapped for sheet in sheets)
    if unmapped > 100:
        raise DecodeError("no_text", "The PDF's fonts do not say which characters they show, so its text cannot be read. " + _OCR)
    what = "a scan: pictures of pages and no text" if pictures else "without text"
    raise DecodeError("no_text", f"The PDF is {what} ({len(sheets)} pages, {characters} characters). " + _OCR)


def _edges(sheet: Sheet) -> list[int]:
    """The lines at the top and bottom of a page: candidates for running heads and page numbers."""
    plain = [i for i, line in enumerate(sheet.lines) if not line.is_table]
    order = sorted(plain, key=lambda i: -sheet.lines[i].box.top)
    return list(dict.fromkeys([*order[:2], *order[-2:]]))


def _strip_margins(sheets: list[Sheet]) -> None:
    """Take running heads and page numbers out of all pages."""
    heads: Counter[tuple[str, int]] = Counter()
    offsets: Counter[int] = Counter()
    for number, sheet in enumerate(sheets):
        edges = _edges(sheet)
        heads.update({_place_and_text(sheet.lines[i], number) for i in edges})
        offsets.update(_printed(sheet.lines[i]) - number for i in edges if _PAGE_NUMBER.fullmatch(sheet.lines[i].text))
    offset, times = offsets.most_common(1)[0] if offsets else (0, 0)
    counted = times >= max(2, len(sheets) / 3)
    for number, sheet in enumerate(sheets):
        gone = {
            i
            for i in _edges(sheet)
            if _is_head(sheet, sheet.lines[i], number, heads, len(sheets))
            or _is_page_number(sheet.lines[i], number, offset if counted else None)
        }
        sheet.lines = [line for i, line in enumerate(sheet.lines) if i not in gone]


def _printed(line: Line) -> int:
    digits = re.search(r"\d+", line.text)
    return int(digits.group()) if digits else 0


def _place_and_text(line: Line, number: int) -> tuple[str, int]:
    """What a running head has in common on all pages: its height and its text, the number of the page left out."""
    text = re.sub(r"\d+", lambda found: f"#{int(found.group()) - number}", re.sub(r"\s+", "", line.text))
    own = re.sub(r"\s+", "", line.text)
    return (text if re.search(r"第\d+页|[-—–]\d+[-—–]|\d+/\d+", own) else own), round(line.box.bottom / 4)


def _is_head(sheet: Sheet, line: Line, number: int, heads: Counter[tuple[str, int]], pages: int) -> bool:
    outside = line.box.top < sheet.height * 0.12 or line.box.bottom > sheet.height * 0.88
    return pages >= 2 and outside and len(line.text) <= 60 and heads[_place_and_text(line, number)] >= max(2, 0.6 * pages)


def _is_page_number(line: Line, number: int, offset: int | None) -> bool:
    if not _PAGE_NUMBER.fullmatch(line.text):
        return False
    return bool(_DECORATED.fullmatch(line.text)) or (offset is not None and _printed(line) - number == offset)


def _margin(sheet: Sheet) -> float | None:
    """Where most lines of a page begin."""
    starts = Counter(round(line.box.left / 4) for line in sheet.lines if not line.is_table and len(line.text) > 10)
    if not starts:
        return None
    best = max(starts.values())
    return 4 * min(x for x, n in starts.items() if n >= max(2, best / 2)) if best > 1 else None


def _assemble(sheets: Sequence[Sheet], aside: TablesAside) -> tuple[str, tuple[Page, ...], list[PlacedGrid]]:
    from transforms.decode.characters import clean

    parts: list[str] = []
    pages: list[Page] = []
    grids: list[PlacedGrid] = []
    at = 0
    for number, sheet in enumerate(sheets, 1):
        margin = _margin(sheet)
        lines = []
        edge = max((line.box.right for line in sheet.lines), default=0.0)
        for line in sheet.lines:
            inset = line.box.left - margin if margin is not None and not line.is_table else 0.0
            is_short = line.box.right - line.box.left < 0.8 * (edge - (margin or 0.0))
            centred = is_short and abs(inset - (edge - line.box.right)) < line.size and inset > line.size
            is_first = 1.2 * line.size < inset < 4 * line.size and not centred
            lines.append((_INDENT if is_first else "") + clean(line.text))
        text, placed = place("\n".join(lines), aside, clean, at)
        grids.extend(placed)
        pages.append(Page(number, at, at + len(text)))
        parts.append(text)
        at += len(text) + 1
    return "\n".join(parts), tuple(pages), grids


def ranges(numbers: Sequence[int]) -> str:
    """Numbers of pages for people: ``1-3, 7``."""
    out: list[list[int]] = []
    for n in numbers:
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def _warnings(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    notes = []
    blank = [i for i, s in enumerate(sheets, 1) if s.characters < 5 and s.pictures]
    if blank:
        notes.append(f"Pages without text (pictures only, left out): {ranges(blank)}. OCR would be needed to read them.")
    chinese = sum(s.ideographs for s in sheets) > 50
    poor = [i for i, s in enumerate(sheets, 1) if chinese and s.characters >= 10 and s.ideographs < 0.25 * s.characters]
    whole = [s for s in sheets if s.ideographs >= 0.25 * max(1, s.characters)]
    if poor and (len(poor) > 0.1 * len(sheets) or not whole):
        notes.append(
            f"Pages on which hardly any Chinese character can be read, since the PDF does not say what its fonts show: "
            f"{ranges(poor)}. Numbers there lack their words; print the original to PDF again or use OCR."
        )
    return tuple(notes)
