"""The grid of a table as a source draws it: which cell covers which rows and columns.

Decoders hand over rows of :class:`Cell` as HTML has them: a cell that covers more rows or columns is given once, with its spans, and
the places it covers are left out. :func:`fill` makes the rectangle of it in which every place knows its :class:`Slot`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(
    r"[-+−－—▲△]?[\d０-９][\d０-９,，. ．]*[%％‰]?|[（(][-+−－]?[\d０-９][\d０-９,，.．]*[%％]?[）)]|[-—–…/]{1,4}|持平|\*+"
)
_VALUE = re.compile(r"[-+−－▲△]?[\d０-９][\d０-９,，. ．]*[%％‰]?[\u4e00-\u9fff/（）]{0,8}")
_ORDER = re.compile(r"[\d０-９]+(?:年|月|日|季|号|岁|[.．、](?![\d０-９]))")
_SPACES = re.compile(r"\s+")
_LEADING = re.compile(r"[ \t\u3000\xa0\u2002\u2003]*")
MOST_COLUMNS = 500
MOST_ROWS = 5_000
LONGEST_CELL = 400
"""Characters of a cell from which on a grid is the layout of a page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the source has it: its text and how many rows and columns it covers."""

    text: str
    rows: int = 1
    columns: int = 1
    joins_above: bool = False
    """The cell is one with the cell above it (DOCX ``vMerge``; a PDF without a rule between them)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of the rectangle: its text on one line, the place of its upper left corner, and the blanks before its text."""

    text: str
    row: int
    column: int
    indent: int = 0
    """Leading blanks in half-width columns: how deep a label stands in its column."""


Matrix = list[list[Slot]]


def cell_text(text: str) -> str:
    """A cell's text on one line; a line break between ideographs joins without a space."""
    parts = [" ".join(part.split()) for part in text.replace("\uff5c", "|").split("\n")]
    joined = ""
    for part in filter(None, parts):
        space = " " if joined and joined[-1].isascii() and joined[-1].isalnum() and part[0].isascii() and part[0].isalnum() else ""
        joined += space + part
    return joined


def _indent(text: str) -> int:
    lead = _LEADING.match(text.lstrip("\r\n"))
    return sum(2 if c in "\u3000\u2003" else 1 for c in lead.group()) if lead else 0


def fill(rows: Iterable[Sequence[Cell]], limit: int = 400_000) -> Matrix:
    """The rectangle with every span filled in; rows beyond ``limit`` places are left out."""
    filled: Matrix = []
    pending: dict[int, tuple[int, Slot]] = {}
    places = 0
    for number, row in enumerate(rows):
        line: list[Slot] = []
        for cell in row:
            _take_pending(line, pending)
            slot = _slot(cell, number, len(line), filled)
            for _ in range(max(1, min(cell.columns, MOST_COLUMNS))):
                if cell.rows > 1:
                    pending[len(line)] = (min(cell.rows, MOST_ROWS) - 1, slot)
                line.append(slot)
        _take_pending(line, pending)
        filled.append(line)
        places += len(line)
        if places > limit:
            break
    return _rectangle(filled, limit)


def unpacked(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """The rows, those that pack several lines of numbers into each cell as several rows."""
    for row in rows:
        lines = [[line for line in cell.text.split("\n") if line.strip()] for cell in row]
        packed = {len(each) for each in lines if len(each) > 1 and all(map(is_number, each))}
        count = next(iter(packed)) if len(packed) == 1 else 0
        named = any(len(each) == count and not any(map(is_number, each)) for each in lines)
        if not count or not named or any(cell.rows > 1 for cell in row):
            yield row
            continue
        for at in range(count):
            yield [_part(cell, each, at, count) for cell, each in zip(row, lines, strict=True)]


def _part(cell: Cell, lines: Sequence[str], at: int, count: int) -> Cell:
    """A packed cell's part in one of the rows that it is split into; one that is not packed belongs to them all."""
    if len(lines) == count:
        return Cell(lines[at], 1, cell.columns)
    return Cell(cell.text if at == 0 else "", 1, cell.columns, joins_above=at > 0 or cell.joins_above)


def _slot(cell: Cell, row: int, column: int, above: Matrix) -> Slot:
    if cell.joins_above and above and column < len(above[-1]) and not cell.text.strip():
        return above[-1][column]
    return Slot(cell_text(cell.text), row, column, _indent(cell.text))


def _rectangle(filled: Matrix, limit: int) -> Matrix:
    width = max((len(line) for line in filled), default=0)
    if width * len(filled) > 4 * limit:
        width = max(1, 4 * limit // len(filled))
    return [(line + [Slot("", row, at) for at in range(len(line), width)])[:width] for row, line in enumerate(filled)]


def _take_pending(line: list[Slot], pending: dict[int, tuple[int, Slot]]) -> None:
    while len(line) in pending:
        at = len(line)
        left, slot = pending.pop(at)
        if left > 1:
            pending[at] = (left - 1, slot)
        line.append(slot)


def squeeze(text: str) -> str:
    """The text without white space."""
    return _SPACES.sub("", text)


def is_number(text: str) -> bool:
    """Whether a cell holds a value (or the dash that stands for none) rather than words."""
    return bool(_NUMBER.fullmatch(squeeze(text)))


def is_value(text: str) -> bool:
    """Whether a cell holds a number with or without its unit (``12.6万吨``); a year, day or ordinal is none."""
    plain = squeeze(text)
    return is_number(text) or (bool(_VALUE.fullmatch(plain)) and not _ORDER.match(plain))


def is_data(matrix: Sequence[Sequence[Slot]]) -> bool:
    """Whether a grid is a table of data; else it only lays out a page."""
    slots = {id(slot): slot for row in matrix for slot in row if slot.text}.values()
    if len(matrix) < 2 or not matrix[0] or len(matrix[0]) < 2 or len(slots) <= len(matrix):
        return False
    if any(len(slot.text) > LONGEST_CELL for slot in slots):
        return False
    return sum(len(slot.text) <= 60 for slot in slots) >= 0.6 * len(slots)
