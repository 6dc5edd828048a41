"""From the lines of pages to one text: running heads and page numbers out, wrapped lines joined to paragraphs, pages marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.decode.characters import clean
from transforms.decode.pdf_order import Line
from transforms.lexicon import pattern
from transforms.tables.layout import PlacedGrid, TablesAside, is_aside, place
from transforms.tables.pdf_tables import Table
from transforms.types import Page

_INDENT = "\u3000\u3000"
_PAGE_NUMBER = re.compile(r"[-—－–―_·•~\s/|]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/／,，共]+\s*\d{1,4}\s*页?)?|[ivxIVX]{1,5})[-—－–―_·•~\s|]*")
_DECORATED = re.compile(r"[-—－–―·•~]\s*\d{1,4}\s*[-—－–―·•~]?|第\s*\d{1,4}\s*页.*")
_TABLE_HEAD = pattern("above_table")
_SENTENCE_END = re.compile(r"[。！？!?；;:：][”’」』）)]*$")
_DASHES = ("—", "－－")
_CLAUSE = re.compile(r"[，。；,]")
_UNBREAKABLE = re.compile(r"[0-9A-Za-z.,%‰+\-—–~/]+|[，。；：、！？）》”’％]+|[（《“‘]+[^，。；：、！？）》”’％]?")
_FEW_LINES = 8
"""Lines below which a page does not tell its text area."""
_LETTER = re.compile(r"[A-Za-z]")


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
    text_objects: int = 0
    tables: tuple[Table, ...] = ()


@dataclass(slots=True)
class _Paragraph:
    """Text that goes on over lines: its parts, each with the number of its page."""

    parts: list[tuple[int, str]]
    last: Line
    is_first_indented: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """The text area of a column of a page: where lines begin and end, and the size of most."""

    left: float
    right: float
    size: float
    has_indents: bool
    is_prose: bool
    lines: int


def lay_out(sheets: list[Sheet], aside: TablesAside) -> tuple[str, tuple[Page, ...], list[PlacedGrid]]:
    """The text of all pages, without running heads and page numbers, where each page stands in it, and the grids of its tables."""
    strip_margins(sheets)
    return _assemble(_paragraphs(sheets), len(sheets), aside)


def _edges(sheet: Sheet) -> list[int]:
    """The lines at the top and bottom of a page: candidates for running heads and page numbers."""
    plain = [i for i, line in enumerate(sheet.lines) if not line.is_table]
    order = sorted(plain, key=lambda i: -sheet.lines[i].box.top)
    return list(dict.fromkeys([*order[:2], *order[-2:]]))


def strip_margins(sheets: list[Sheet]) -> None:
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
    often = max(2, 0.6 * pages if pages < 8 else 0.35 * pages)
    if pages < 2 or not outside or len(line.text) > 60 or _TABLE_HEAD.search(re.sub(r"\s+", "", line.text)):
        return False
    return heads[_place_and_text(line, number)] >= often


def _is_page_number(line: Line, number: int, offset: int | None) -> bool:
    if not _PAGE_NUMBER.fullmatch(line.text):
        return False
    return bool(_DECORATED.fullmatch(line.text)) or (offset is not None and _printed(line) - number == offset)


def _margin(lines: Sequence[Line]) -> float | None:
    """Where most lines begin."""
    starts = Counter(round(line.box.left / 4) for line in lines if len(line.text) > 10)
    if not starts:
        return None
    best = max(starts.values())
    return 4 * min(x for x, n in starts.items() if n >= max(2, best / 2)) if best > 1 else None


def _frames(sheets: Sequence[Sheet]) -> list[dict[int, _Frame]]:
    """The text area of each column of each page; a page of few lines has that of the nearest page, at best of its parity."""
    full: list[dict[int, _Frame]] = []
    for sheet in sheets:
        found: dict[int, _Frame] = {}
        for column in {line.column for line in sheet.lines}:
            frame = _frame([line for line in sheet.lines if line.column == column and not line.is_table])
            if frame is not None:
                found[column] = frame
        full.append(found)
    return [_or_nearest(number, found, full) for number, found in enumerate(full)]


def _or_nearest(number: int, found: dict[int, _Frame], full: Sequence[dict[int, _Frame]]) -> dict[int, _Frame]:
    if found and all(frame.lines >= _FEW_LINES for frame in found.values()):
        return found
    others = [k for k, frames in enumerate(full) if k != number and 0 in frames and frames[0].lines >= _FEW_LINES]
    if not others:
        return found
    nearest = full[min(others, key=lambda k: abs(k - number) + (0.5 if (k - number) % 2 else 0))]
    return {column: frame for column, frame in nearest.items() if column == 0 or column in found}


def _frame(lines: Sequence[Line]) -> _Frame | None:
    left = _margin(lines)
    if left is None:
        return None
    long = [line for line in lines if len(line.text) > 10]
    size = sorted(line.size for line in long)[len(long) // 2]
    body = [line for line in long if abs(line.size - size) < 0.3 * size]
    ends = sorted(line.box.right for line in body)
    right = ends[-1 - len(ends) // 10] if ends else max(line.box.right for line in lines)
    indented = sum(1.2 * size < line.box.left - left < 4 * size for line in body)
    return _Frame(left, right, size, indented >= 1, any(_CLAUSE.search(line.text) for line in body), len(body))


def _paragraphs(sheets: Sequence[Sheet]) -> list[_Paragraph]:
    frames = _frames(sheets)
    out: list[_Paragraph] = []
    open_frame: _Frame | None = None
    for number, sheet in enumerate(sheets, 1):
        for line in _notes_first(sheet, frames[number - 1]):
            frame = None if line.is_table else frames[number - 1].get(line.column)
            text = clean(line.text)
            if out and frame and open_frame and goes_on(out[-1].last, line, open_frame, frame, out[-1].parts[-1][0] != number):
                out[-1].parts.append((number, _glue(out[-1].parts[-1][1], text) + text))
                out[-1].last = line
            else:
                out.append(_Paragraph([(number, text)], line, bool(frame) and _is_indented(line, frame)))
            open_frame = frame
    return out


def _notes_first(sheet: Sheet, frames: dict[int, _Frame]) -> list[Line]:
    """The lines of a page with its footnotes before the last paragraph, so that a sentence goes on over the page."""
    lines = sheet.lines
    size = next((frame.size for frame in frames.values()), 0.0)
    first = len(lines)
    while first and not lines[first - 1].is_table and lines[first - 1].size < 0.78 * size:
        first -= 1
    if first in (0, len(lines)) or lines[first - 1].is_table or lines[first - 1].box.bottom < lines[first].box.top:
        return lines
    start = first - 1
    while start and not lines[start].is_table and (frame := frames.get(lines[start].column)) and not _is_indented(lines[start], frame):
        start -= 1
    return [*lines[:start], *lines[first:], *lines[start:first]]


def _is_indented(line: Line, frame: _Frame | None) -> bool:
    """Whether a line is the first of a paragraph, set in from the margin, and no centred title."""
    if frame is None:
        return False
    return 1.2 * line.size < line.box.left - frame.left < 4 * line.size and not _is_centred(line, frame)


def _is_centred(line: Line, frame: _Frame) -> bool:
    """Whether a line is set in from both sides alike, and short or in larger characters: a title."""
    inset, room = line.box.left - frame.left, frame.right - line.box.right
    is_large = line.size > 1.2 * frame.size
    is_short = line.box.right - line.box.left < 0.8 * (frame.right - frame.left)
    return (is_short or is_large) and inset > line.size and abs(inset - room) < (1.5 if is_large else 1.0) * line.size


def goes_on(line: Line, following: Line, frame: _Frame, next_frame: _Frame, over_page: bool) -> bool:
    """Whether a paragraph goes on in the next line: that begins at the margin, and the line is full or open."""
    if line.is_table or following.is_table or not 0.8 < line.size / following.size < 1.25:
        return False
    if following.box.left - next_frame.left > 0.9 * following.size or line.box.left - frame.left > 4.5 * line.size:
        return False
    if _is_centred(line, frame) or line.size > 1.25 * frame.size:
        return False
    apart = line.box.bottom - following.box.top
    if not over_page and line.column == following.column and not -0.7 * line.size < apart < 2.2 * line.size:
        return False
    first = _UNBREAKABLE.match(following.text)
    room = frame.right - line.box.right
    if following.text.startswith(_DASHES) and room > line.size:
        return False
    needed = (1.6 + (0.6 * len(first.group()) if first else 0)) * line.size
    if room > needed:
        return line.text.rstrip().endswith(("，", "、", "“", "（", "《")) and room < 0.6 * (frame.right - frame.left)
    if frame.has_indents or next_frame.has_indents:
        return True
    return frame.is_prose and not _SENTENCE_END.search(line.text.rstrip())


def _glue(before: str, text: str) -> str:
    """A space between two words of letters, nothing between ideographs or within a number."""
    return " " if before[-1:] and text[:1] and _LETTER.match(before[-1]) and _LETTER.match(text[0]) else ""


def _assemble(paragraphs: Sequence[_Paragraph], count: int, aside: TablesAside) -> tuple[str, tuple[Page, ...], list[PlacedGrid]]:
    """The text, a line for each paragraph or row, the pages (one may begin within a line), and the grids of the tables."""
    parts: list[str] = []
    grids: list[PlacedGrid] = []
    starts: list[int | None] = [None] * count
    ends = [0] * count
    at = 0
    for i, paragraph in enumerate(paragraphs):
        if i:
            parts.append("\n")
            at += 1
        for k, (number, text) in enumerate(paragraph.parts):
            piece = (_INDENT if paragraph.is_first_indented and not k else "") + text
            if is_aside(piece):
                piece, placed = place(piece, aside, clean, at)
                grids += placed
            if starts[number - 1] is None:
                starts[number - 1] = at
            at += len(piece)
            ends[number - 1] = at
            parts.append(piece)
    return "".join(parts), tuple(_pages(starts, ends)), grids


def _pages(starts: Sequence[int | None], ends: Sequence[int]) -> list[Page]:
    pages: list[Page] = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        before = pages[-1].end if pages else 0
        pages.append(Page(number, before, before) if start is None else Page(number, start, end))
    return pages
