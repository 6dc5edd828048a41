"""Tables as text in which each cell keeps its row and column headings.

One row of the table is one line::

    row heading｜column heading：cell｜column heading：cell

A caption, a unit line (``单位：亿元``) and, where the first column has a heading too, the row of headings stand before the rows
as lines of their own. Headings of several levels are joined by a space, merged cells count for every row and column that they
cover, empty cells are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BAR = "\uff5c"
COLON = "\uff1a"
_NUMBER = re.compile(r"[-+−－—]?[\d０-９][\d０-９,，. ．%％‰]*|[-—–…/]{1,4}|持平|\*+")
_HAS_DIGIT = re.compile(r"[\d０-９]")
_YEAR = re.compile(r"(?:19|20)\d\d(?:年)?(?:[±\d年月—－~-]*)")
_UNIT_HEAD = re.compile(r"(?:计量)?单位|量纲")
_UNIT_LINE = re.compile(r".{0,20}单位[:：]?.{1,30}|以.{2,8}为100|.{0,20}[（(]?上年(?:同期)?=100[)）]?")
_SPACES = re.compile(r"\s+")
_SERIAL_HEAD = re.compile(r"序号|编号|项次|行次")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the source has it: its text and how many rows and columns it covers."""

    text: str
    rows: int = 1
    columns: int = 1


def cell_text(text: str) -> str:
    """A cell's text on one line; a line break between ideographs joins without a space."""
    parts = [" ".join(part.split()) for part in text.split("\n")]
    joined = ""
    for part in filter(None, parts):
        space = " " if joined and joined[-1].isascii() and joined[-1].isalnum() and part[0].isascii() and part[0].isalnum() else ""
        joined += space + part
    return joined


def grid(rows: Iterable[Sequence[Cell]], limit: int = 400_000) -> list[list[str]]:
    """The rectangular table with every span filled in; rows beyond ``limit`` cells are left out."""
    filled: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    cells = 0
    for row in rows:
        line: list[str] = []
        for cell in row:
            _take_pending(line, pending)
            text = cell_text(cell.text)
            for _ in range(max(1, min(cell.columns, 500))):
                if cell.rows > 1:
                    pending[len(line)] = (min(cell.rows, 5_000) - 1, text)
                line.append(text)
        _take_pending(line, pending)
        filled.append(line)
        cells += len(line)
        if cells > limit:
            break
    width = max((len(line) for line in filled), default=0)
    if width * len(filled) > 4 * limit:
        width = max(1, 4 * limit // len(filled))
    return [(line + [""] * (width - len(line)))[:width] for line in filled]


def _take_pending(line: list[str], pending: dict[int, tuple[int, str]]) -> None:
    while len(line) in pending:
        at = len(line)
        left, text = pending.pop(at)
        if left > 1:
            pending[at] = (left - 1, text)
        line.append(text)


def is_number(text: str) -> bool:
    """Whether a cell holds a value (or the dash that stands for none) rather than words."""
    return bool(_NUMBER.fullmatch(_SPACES.sub("", text)))


_VALUE = re.compile(r"[-+−－]?[\d０-９][\d０-９,，. ．]*[%％‰]?[\u4e00-\u9fff/（）]{0,8}")
_ORDER = re.compile(r"[\d０-９]+(?:年|月|日|季|号|岁|[.．、](?![\d０-９]))")


def is_value(text: str) -> bool:
    """Whether a cell holds a number with or without its unit (``12.6万吨``); a year, day or ordinal is none."""
    plain = _SPACES.sub("", text)
    return is_number(text) or (bool(_VALUE.fullmatch(plain)) and not _ORDER.match(plain))


def is_data(table: Sequence[Sequence[str]]) -> bool:
    """Whether a grid is a table of data; else it only lays out a page."""
    cells = [cell for row in table for cell in row if cell]
    if len(table) < 2 or not table[0] or len(table[0]) < 2 or not cells:
        return False
    distinct = {(i, cell) for i, row in enumerate(table) for cell in row if cell}
    if any(len(cell) > 400 for cell in cells) or len(distinct) <= len(table):
        return False
    short = sum(len(cell) <= 60 for cell in cells)
    return short >= 0.6 * len(cells)


def _is_spanning(row: Sequence[str]) -> bool:
    """A row of one text: a caption, a unit, a note or a group heading. A lone text over other columns heads them."""
    texts = {cell for cell in row if cell}
    if len(texts) != 1:
        return False
    return all(row) or (bool(row[0]) and not any(row[1:])) or bool(_UNIT_LINE.fullmatch(_SPACES.sub("", next(iter(texts)))))


def _header_rows(table: Sequence[Sequence[str]]) -> int:
    """How many leading rows are headings: those without a value, years aside."""
    count = 0
    for row in table[:5]:
        values = [cell for cell in row[1:] if cell and is_number(cell) and not _YEAR.fullmatch(cell)]
        years = [cell for cell in row[1:] if cell and _YEAR.fullmatch(cell)]
        if values or (years and count and len(years) < len([c for c in row[1:] if c])):
            break
        if _is_spanning(row) and count:
            break
        count += 1
    return count if count < len(table) else (1 if len(table) > 1 else 0)


def _join(parts: Iterable[str]) -> str:
    seen: list[str] = []
    for part in parts:
        if part and (not seen or seen[-1] != part):
            seen.append(part)
    return " ".join(seen)


def _halves(headings: Sequence[str]) -> int:
    """The width of one part of a table that is set side by side with the same headings, else 0."""
    width = len(headings)
    for parts in (2, 3, 4):
        size = width // parts
        if size >= 2 and size * parts == width and all(headings[i] == headings[i % size] for i in range(width)) and headings[0]:
            return size
    return 0


def _stub_width(body: Sequence[Sequence[str]], headings: Sequence[str]) -> int:
    """How many leading columns name the row: those of words, columns of units left out."""
    width = len(headings)
    stub = 0
    for column in range(width - 1):
        cells = [row[column] for row in body if row[column]]
        serial = bool(_SERIAL_HEAD.fullmatch(_SPACES.sub("", headings[column])))
        if _UNIT_HEAD.search(_SPACES.sub("", headings[column])) and column:
            break
        if cells and not serial and sum(map(is_value, cells)) > len(cells) / 2:
            break
        if column and not serial and sum(len(cell) > 25 for cell in cells) > len(cells) / 2:
            break
        stub = column + 1
        following = [row[column + 1] for row in body if row[column + 1]]
        if following and not serial and sum(map(is_value, following)) <= len(following) / 2 and column + 2 >= width:
            break
    return max(1, stub)


def _line(row: Sequence[str], headings: Sequence[str], stub: int) -> str:
    name = _join(row[:stub])
    fields = []
    for heading, cell in zip(headings[stub:], row[stub:], strict=True):
        if cell:
            fields.append(f"{heading}{COLON}{cell}" if heading else cell)
    return BAR.join([name, *fields]) if name or fields else ""


def _all_said(headings: Sequence[str], lines: Sequence[str]) -> bool:
    return all(any(heading in line for line in lines) for heading in headings)


@dataclass(frozen=True, slots=True)
class Lines:
    """A table as text lines, with its headings for a part that goes on elsewhere."""

    lines: tuple[str, ...]
    headings: tuple[str, ...]


def to_lines(table: Sequence[Sequence[str]], carried: Sequence[str] = ()) -> Lines:
    """A grid as text lines; ``carried`` are the headings of a table that goes on here without repeating them."""
    rows = [list(row) for row in table if any(row)]
    before: list[str] = []
    while rows and _is_spanning(rows[0]) and len(rows) > 1:
        text = next(cell for cell in rows.pop(0) if cell)
        before.append(text)
    if not rows:
        return Lines(tuple(before), ())
    # A unit line may stand in one corner cell of the first row.
    count = _header_rows(rows)
    if count == 0 and len(carried) == len(rows[0]):
        headings = list(carried)
    else:
        headings = [_join(row[column] for row in rows[:count]) for column in range(len(rows[0]))]
    body = rows[count:]
    size = _halves(headings)
    if size:
        body = [row[part : part + size] for part in range(0, len(headings), size) for row in body]
        parts = headings[:size]
    else:
        parts = headings
    stub = _stub_width(body, parts) if body else 1
    lines = [line for row in body if (line := next(c for c in row if c) if any(row) and _is_spanning(row) else _line(row, parts, stub))]
    if not body:
        lines = [BAR.join(dict.fromkeys(filter(None, row))) for row in rows]
    elif count and (any(parts[:stub]) or not _all_said(parts, lines)):
        before.append(BAR.join(dict.fromkeys(filter(None, parts))))
    return Lines((*before, *lines), tuple(headings))
