"""Binary Word documents (.doc of Word 97 to 2003, .wps of WPS Office): the text that shows, tables as tables.

The compound file is opened by olefile. Its text is read here: no library that is only a wheel reads Chinese documents in
reasonable time. Results of fields are read, their codes are not; hidden and deleted text is left out; automatic numbers are
written out; macros and embedded objects are never looked at.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.decode.blocks import table_lines
from transforms.decode.limits import Limits
from transforms.decode.word_binary import (
    WORD_97,
    Map,
    Piece,
    Properties,
    Runs,
    character_runs,
    paragraph_runs,
    piece_text,
    pieces,
    u16,
    u32,
)
from transforms.decode.word_lists import Lists, read_lists
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

_IN_TABLE, _ROW_END, _INNER_ROW_END, _TABLE = 0x2416, 0x2417, 0x244C, 0xD608
_HIDDEN, _DELETED = 0x083C, 0x0800
_CELL = "\x07"
_MARK = re.compile("[\r\x07\x0c]")
_FIELD = re.compile("[\x13\x14\x15]")
_CHARACTERS = str.maketrans(
    {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None, "\x01": None, "\x02": None, "\x05": None, "\x08": None,
     "\x13": None, "\x14": None, "\x15": None, "\u200b": None, "\x00": None}
)  # fmt: skip
_BROKEN = "The Word document is cut off or damaged ({why}). Open it in Word or WPS, save it again and put that file in its place."
_OLDER = "The Word document is of Word 6 or 95: its text is read, its tables are not told apart."


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of all stories, one character for each CP, and where each stretch of it is stored."""

    characters: str
    pieces: list[Piece]
    starts: list[int]

    def offset(self, position: int) -> int:
        """The byte at which a character is stored."""
        piece = self.pieces[max(0, bisect_left(self.starts, position + 1) - 1)]
        return piece.offset + (position - piece.start) * piece.width

    def positions(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The characters that are stored between two bytes."""
        for piece in self.pieces:
            last = piece.offset + (piece.end - piece.start) * piece.width
            if piece.offset < end and start < last:
                first = piece.start + (max(start, piece.offset) - piece.offset) // piece.width
                yield first, piece.start + (min(end, last) - piece.offset) // piece.width


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _field_codes(text: str) -> Iterator[tuple[int, int]]:
    """The codes of fields (``HYPERLINK …``), whose results stay. A field that is not closed is none."""
    opened: list[list[int]] = []
    for mark in _FIELD.finditer(text):
        at = mark.start()
        if mark.group() == "\x13":
            opened.append([at, -1])
        elif opened and mark.group() == "\x14":
            opened[-1][1] = at
        elif opened:
            start, middle = opened.pop()
            yield start, (middle if middle >= 0 else at) + 1


def _unseen(text: _Text, runs: Runs) -> list[tuple[int, int]]:
    """Stretches of the text that do not show: codes of fields, hidden and deleted text."""
    ranges = list(_field_codes(text.characters))
    stored = _merged(
        [
            (runs.starts[i], runs.ends[i])
            for i, properties in enumerate(runs.properties)
            if properties.flag(_HIDDEN) or properties.flag(_DELETED)
        ]
    )
    if len(stored) * len(text.pieces) <= 20_000_000:
        ranges.extend(found for start, end in stored for found in text.positions(start, end))
    return _merged(ranges)


class _Story:
    """Writes a stretch of the text as lines."""

    def __init__(self, text: _Text, paragraphs: Runs, unseen: list[tuple[int, int]], lists: Lists, limits: Limits) -> None:
        self._text, self._paragraphs, self._lists, self._limits = text, paragraphs, lists, limits
        self.tables = TablesAside()
        self._unseen, self._starts = unseen, [start for start, _ in unseen]
        self._out: list[str] = []
        self._rows: list[tuple[list[str], bytes]] = []
        self._cells: list[str] = []
        self._cell: list[str] = []

    def lines(self, start: int, end: int) -> list[str]:
        """The lines between two characters."""
        self._out = []
        at = start
        for mark in _MARK.finditer(self._text.characters, start, end):
            self._paragraph(at, mark.start(), mark.group())
            at = mark.end()
        if at < end:
            self._paragraph(at, end, "\r")
        self._close_table()
        return self._out

    def _shown(self, start: int, end: int) -> str:
        parts = []
        i = max(0, bisect_left(self._starts, start) - 1)
        while start < end:
            while i < len(self._unseen) and self._unseen[i][1] <= start:
                i += 1
            gone = self._unseen[i] if i < len(self._unseen) else (end, end)
            parts.append(self._text.characters[start : max(start, min(end, gone[0]))])
            start = max(start, gone[1])
        text = "".join(parts).translate(_CHARACTERS)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _paragraph(self, start: int, end: int, mark: str) -> None:
        properties = self._paragraphs.at(self._text.offset(end)) or Properties()
        if mark == _CELL and properties.flag(_ROW_END):
            if self._cell:
                self._cells.append("\n".join(self._cell))
            self._rows.append((self._cells, properties.changes.get(_TABLE, b"")))
            self._cells, self._cell = [], []
            return
        text = self._shown(start, end)
        if text.strip():
            text = self._lists.label(properties) + text
        if mark == _CELL:
            self._cell.append(text)
            self._cells.append("\n".join(self._cell))
            self._cell = []
        elif properties.flag(_IN_TABLE) and mark == "\r":
            if not properties.flag(_INNER_ROW_END):
                self._cell.append(text)
        else:
            self._close_table()
            self._out.extend(text.split("\n"))

    def _close_table(self) -> None:
        if self._cell or self._cells:  # a row whose end is lost
            self._rows.append(([*self._cells, *(["\n".join(self._cell)] if self._cell else [])], b""))
        if self._rows:
            self._out.extend(table_lines(_spanned(self._rows), self.tables, self._limits))
        self._rows, self._cells, self._cell = [], [], []


def _spanned(rows: list[tuple[list[str], bytes]]) -> list[list[Cell]]:
    """Rows of cells with the columns that each covers, told from the edges of the cells; merges downwards are filled in."""
    layouts = [_layout(definition) for _, definition in rows]
    edges = sorted({edge for layout, _ in layouts for edge in layout})
    grouped = {edge: i for i, edge in enumerate(_apart(edges))} if len(edges) < 400 else {}
    nearest = sorted(grouped)
    out: list[list[Cell]] = []
    for (texts, _), (layout, merges) in zip(rows, layouts, strict=True):
        line = []
        fits = len(layout) == len(texts) + 1 and bool(nearest)
        if len(texts) == 1 and nearest:  # a title or a unit over all columns, whatever its edges
            out.append([Cell(texts[0], 1, max(1, len(nearest) - 1))])
            continue
        for i, text in enumerate(texts):
            left = _index(nearest, layout[i]) if fits else i
            right = _index(nearest, layout[i + 1]) if fits else i + 1
            merge = merges[i] if fits and i < len(merges) else 0
            if fits and i == 0 and left > 0:
                line.append(Cell("", 1, left))
            line.append(Cell("" if merge == 1 else text, 1, max(1, right - left), merge == 1))
        out.append(line)
    return out


def _layout(definition: bytes) -> tuple[list[int], list[int]]:
    """The edges of a row's cells in twips, and of each cell its part in a merge downwards: 0, 1 (goes on) or 3 (begins)."""
    count = definition[0] if definition else 0
    if not count or len(definition) < 1 + 2 * (count + 1):
        return [], []
    edges = [u16(definition, 1 + 2 * i) for i in range(count + 1)]
    edges = [edge - 0x10000 if edge > 0x7FFF else edge for edge in edges]
    cells = 1 + 2 * (count + 1)
    return edges, [(u16(definition, cells + 20 * i) >> 5) & 3 for i in range(count)]


_SAME_EDGE = 100
"""Twips (under two millimetres) within which two edges are one."""


def _apart(edges: list[int]) -> list[int]:
    out: list[int] = []
    for edge in edges:
        if not out or edge - out[-1] > _SAME_EDGE:
            out.append(edge)
    return out


def _index(edges: list[int], edge: int) -> int:
    return max(0, bisect_left(edges, edge + 1) - 1)


def read_doc(data: bytes, limits: Limits) -> tuple[str, str | None, TablesAside, tuple[str, ...]]:
    """The text of a document, the title in its properties, its tables, and warnings.

    Raises:
        DecodeError: ``broken``, ``encrypted``, ``too_large`` or ``unsupported``.
    """
    import olefile

    try:
        container = olefile.OleFileIO(io.BytesIO(data))
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise DecodeError("broken", _BROKEN.format(why=error)) from error
    with container:
        stream = _stream(container, "WordDocument")
        plan = Map.of(stream)
        if u16(stream, 0) not in (0xA5EC, 0xA5DC) and plan.version < WORD_97:
            raise DecodeError("broken", _BROKEN.format(why="it does not begin as one"))
        if plan.encrypted:
            raise DecodeError("encrypted", "The document is protected by a password. Save it without one and put that file in its place.")
        title = _title(container)
        if plan.version < WORD_97:
            return _older(stream, limits), title, TablesAside(), (_OLDER,)
        table = _stream(container, plan.table)
        far = _stream(container, "Data") if container.exists("Data") else b""
    lines, tables = _lines(stream, table, far, plan, limits)
    return "\n".join(lines), title, tables, ()


def _stream(container: object, name: str) -> bytes:
    try:
        opened: bytes = container.openstream(name).read()  # type: ignore[attr-defined]
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise DecodeError("broken", _BROKEN.format(why=error)) from error
    return opened


def _title(container: object) -> str | None:
    try:
        value = container.get_metadata().title  # type: ignore[attr-defined]
    except (OSError, ValueError, IndexError, TypeError, KeyError, OverflowError, AttributeError):
        return None
    if isinstance(value, bytes):
        value = value.decode("gb18030", "replace") if b"\x00" not in value.strip(b"\x00") else ""
    return " ".join(value.strip("\x00").split()) or None if isinstance(value, str) else None


def _lines(stream: bytes, table: bytes, far: bytes, plan: Map, limits: Limits) -> tuple[list[str], TablesAside]:
    found = pieces(table, plan.clx, limits)
    if not found:
        raise DecodeError("broken", _BROKEN.format(why="the table of its text is empty"))
    text = _Text("".join(piece_text(stream, piece) for piece in found), found, [piece.start for piece in found])
    unseen = _unseen(text, character_runs(stream, table, plan.characters))
    lists = read_lists(table, plan.lists, plan.overrides, plan.styles)
    story = _Story(text, paragraph_runs(stream, table, far, plan.paragraphs), unseen, lists, limits)
    length, main = len(text.characters), plan.lengths[0]
    lines = story.lines(0, min(main, length))
    at = main
    for i, size in enumerate(plan.lengths[1:], 1):
        if i in (1, 5, 6) and size:  # footnotes, endnotes, text boxes; headers, macros and annotations are no text of the report
            lines.extend(line for line in story.lines(min(at, length), min(at + size, length)) if line.strip())
        at += size
    return lines, story.tables


def _older(stream: bytes, limits: Limits) -> str:
    """The text of a Word 6 or 95 document that was not saved in pieces."""
    if u16(stream, 0x0A) & 4:
        raise DecodeError(
            "unsupported",
            "The Word document is of Word 6 or 95, saved in pieces, which is not read. Open it in Word or WPS and save it anew.",
        )
    start, size = u32(stream, 0x18), min(u32(stream, 0x4C), 2 * limits.characters)
    text = stream[start : start + size].decode("gb18030", "replace")
    for code in reversed(_merged(list(_field_codes(text)))):
        text = text[: code[0]] + text[code[1] :]
    return text.replace("\r", "\n").replace(_CELL, "\n").translate(_CHARACTERS)
