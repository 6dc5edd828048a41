"""Where tables stand in a document's text.

A decoder sets a table aside and puts one line in its place (:class:`TablesAside`). When the text has been cleaned, :func:`place`
writes each table there, a row on a line, the cells parted by ``｜``, and tells the offsets of every cell::

    项目｜2025年预算数｜2025年执行数
    税收收入｜210,000｜213,141

An empty cell stays empty between its bars, a merged one is written at its first place only, and rows of one text above the headings
(title, unit) and below the table (notes) are lines without bars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.lexicon import pattern
from transforms.tables.grid import Cell, Matrix, Slot, fill, is_data, is_number, squeeze, unpacked

BAR = "\uff5c"
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_ASIDE = re.compile(f"{_OPEN}(\\d+)x*{_CLOSE}")
_UNIT_LINE = re.compile(r".{0,20}单位[:：]?.{1,30}|以.{2,8}为100|.{0,20}[（(]?上年(?:同期)?=100[)）]?")
_NOTE = re.compile(r"^(?:注|备注|说明|资料来源)\d*[:：.、]")
_LONG_NOTE = 60
_MOST_IN_TITLE = 3
_MOST_TITLE_ROWS = 5
_TABLE_NUMBER_ALONE = pattern("table_number_alone")
_TABLE_TITLE = pattern("table_title")
_TABLE_UNIT = pattern("table_unit")


@dataclass(frozen=True, slots=True)
class PlacedGrid:
    """A grid in a text: ``spans`` are the offsets of the cells by the row and column of their upper left corner."""

    matrix: Matrix
    titles: tuple[str, ...]
    first: int
    """The first row of ``matrix`` that is no title."""
    last: int
    """Behind the last row that is no note."""
    spans: dict[tuple[int, int], tuple[int, int]]
    start: int
    end: int


class TablesAside:
    """The tables of a document while its text is cleaned."""

    def __init__(self) -> None:
        self.matrices: list[Matrix] = []

    def put(self, rows: Iterable[Sequence[Cell]], limit: int = 400_000, *, certain: bool = False) -> str | None:
        """Set a table aside.

        Returns:
            The line that stands for it in the text; None where the grid holds no data, unless ``certain`` says that it does.
        """
        matrix = without_empty(fill(unpacked(rows), limit))
        if not (is_data(matrix) or (certain and matrix)):
            return None
        return "\n".join(self._add(part) for part in _stacked(matrix))

    def _add(self, matrix: Matrix) -> str:
        self.matrices.append(matrix)
        # As long as the table, so that whoever measures the text is not misled.
        length = sum(len(slot.text) + 1 for row in matrix for slot in row)
        return f"{_OPEN}{len(self.matrices) - 1}{'x' * length}{_CLOSE}"


def _stacked(matrix: Matrix) -> list[Matrix]:
    """The tables of a grid in which several stand one below the other, each with its title."""
    starts = [0]
    for number in range(2, len(matrix) - 1):
        if _is_title(matrix[number]) and not _is_title(matrix[number - 1]) and _begins_table(matrix, number):
            starts.append(number)
    if len(starts) == 1:
        return [matrix]
    return [without_empty(matrix[start:end]) for start, end in pairwise([*starts, len(matrix)])]


def _begins_table(matrix: Matrix, number: int) -> bool:
    """Whether lines of one text name a table, and headings follow them."""
    named = False
    for row in matrix[number : number + _MOST_TITLE_ROWS]:
        if not _is_title(row):
            texts = {slot.text for slot in row if slot.text}
            return named and len(texts) > 1 and not any(is_number(text) for text in texts)
        text = squeeze("".join(slot.text for slot in dict.fromkeys(row)))
        named = named or bool(_TABLE_NUMBER_ALONE.fullmatch(text) or _TABLE_TITLE.search(text) or _TABLE_UNIT.search(text))
    return False


def is_aside(text: str) -> bool:
    """Whether a text holds the line of a table that was set aside."""
    return _OPEN in text


def without_empty(matrix: Matrix) -> Matrix:
    """The rectangle without rows and columns that hold no text, and without columns that only widen a merged cell."""
    rows = [row for row in matrix if any(slot.text for slot in row)]
    keep = [
        at for at in range(len(rows[0]) if rows else 0) if any(row[at].text and (at == 0 or row[at] is not row[at - 1]) for row in rows)
    ]
    moved: dict[int, Slot] = {}
    out: Matrix = []
    for number, row in enumerate(rows):
        line = []
        for column, at in enumerate(keep):
            slot = row[at]
            if id(slot) not in moved:
                moved[id(slot)] = Slot(slot.text, number, column, slot.indent)
            line.append(moved[id(slot)])
        out.append(line)
    return out


def is_spanning(row: Sequence[Slot]) -> bool:
    """A row of one text: a title, a unit, a note or a group heading. A lone text over other columns heads them."""
    slots = {id(slot): slot for slot in row if slot.text}
    if len(slots) != 1:
        return False
    only = next(iter(slots.values()))
    return bool(row[0].text) or _UNIT_LINE.fullmatch(squeeze(only.text)) is not None


def _is_title(row: Sequence[Slot]) -> bool:
    if is_spanning(row):
        return True
    texts = list(dict.fromkeys(slot.text for slot in row if slot.text))
    return len(texts) <= _MOST_IN_TITLE and any("单位：" in squeeze(t) or "单位:" in squeeze(t) for t in texts)


def _is_note(row: Sequence[Slot]) -> bool:
    text = next((slot.text for slot in row if slot.text), "")
    return is_spanning(row) and (_NOTE.match(text) is not None or (len(text) > _LONG_NOTE and "。" in text))


def _bounds(matrix: Matrix) -> tuple[int, int]:
    """The first row that is no title, and the one behind the last that is no note."""
    first, last = 0, len(matrix)
    while first < len(matrix) - 1 and _is_title(matrix[first]):
        first += 1
    while last > first + 1 and _is_note(matrix[last - 1]):
        last -= 1
    return first, last


class _Writer:
    """Writes one grid from an offset on."""

    def __init__(self, start: int, clean: Callable[[str], str]) -> None:
        self.parts: list[str] = []
        self.at = start
        self.clean = clean
        self.spans: dict[tuple[int, int], tuple[int, int]] = {}

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.at += len(text)

    def row(self, row: Sequence[Slot], number: int, separator: str) -> None:
        last = max((at for at, slot in enumerate(row) if (slot.row, slot.column) == (number, at) and slot.text), default=-1)
        if last < 0:
            return  # all of it belongs to cells above
        if self.parts:
            self.write("\n")
        for at, slot in enumerate(row[: last + 1]):
            if at and separator == BAR:
                self.write(separator)
            if (slot.row, slot.column) != (number, at) or not slot.text:
                continue
            if separator != BAR and at and self.parts and self.parts[-1] != "\n":
                self.write(separator)
            start = self.at
            self.write(self.clean(slot.text))
            self.spans[number, at] = (start, self.at)
        if separator == BAR and last == 0:
            self.write(BAR)


def write(matrix: Matrix, start: int, clean: Callable[[str], str] = str) -> tuple[str, PlacedGrid]:
    """A grid as text that begins at the offset ``start``, and where its cells stand."""
    writer = _Writer(start, clean)
    first, last = _bounds(matrix)
    for number, row in enumerate(matrix):
        writer.row(row, number, BAR if first <= number < last else "\u3000")
    titles = tuple(slot.text for number in range(first) for slot in dict.fromkeys(matrix[number]) if slot.text)
    return "".join(writer.parts), PlacedGrid(matrix, titles, first, last, writer.spans, start, writer.at)


def place(text: str, aside: TablesAside, clean: Callable[[str], str] = str, start: int = 0) -> tuple[str, list[PlacedGrid]]:
    """The text with its tables written where they belong; ``start`` is the offset of ``text`` in the document."""
    parts: list[str] = []
    placed: list[PlacedGrid] = []
    at = done = 0
    seen: set[int] = set()
    for found in _ASIDE.finditer(text):
        number = int(found[1])
        if number >= len(aside.matrices) or number in seen:
            continue
        seen.add(number)
        parts.append(text[done : found.start()])
        at += found.start() - done
        written, grid = write(aside.matrices[number], start + at, clean)
        parts.append(written)
        placed.append(grid)
        at += len(written)
        done = found.end()
    parts.append(text[done:])
    return "".join(parts), placed
