"""Lines of a PDF page in reading order: from the top down, one column of text after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from transforms.tables.pdf_geometry import Box, Segment, rows_of

_FEWEST_LINES = 6
"""Lines that two columns of text have side by side at least."""
_TOUCH = 0.25
"""Gap in font sizes up to which two segments are one word."""
_SHORTEST = 8
"""Characters of a line of a column, in the middle."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page with its box; ``column`` counts the columns of text from the left, ``font_size`` 0 is not known."""

    text: str
    box: Box
    is_table: bool = False
    column: int = 0
    font_size: float = 0.0

    @property
    def size(self) -> float:
        """Font size in points, or the height of the line."""
        return self.font_size or max(1.0, self.box.top - self.box.bottom)


def line_of(segments: Sequence[Segment], column: int = 0) -> Line:
    """Segments at one height as a line; a wide gap is a space."""
    size = max(segment.size for segment in segments)
    text = segments[0].text
    for before, segment in pairwise(segments):
        # A sign drawn after its number stands directly before it.
        text += segment.text if segment.left - before.right < _TOUCH * size else f" {segment.text}"
    return Line(text, Box.around(segments), column=column, font_size=size)


def lines_in_order(segments: Sequence[Segment], tables: Sequence[Box]) -> list[Line]:
    """The lines that segments make up. A table in between ends the columns of text above it."""
    rows = rows_of(segments)
    gutter = _gutter(rows)
    if gutter is None:
        return [line_of(row) for row in rows]
    lines: list[Line] = []
    for (crosses, _), group in groupby(rows, key=lambda row: _block(row, gutter, tables)):
        block = list(group)
        if crosses:
            lines += [line_of(row) for row in block]
            continue
        for column in (0, 1):
            parts = ([segment for segment in row if (segment.centre >= gutter) == bool(column)] for row in block)
            lines += [line_of(part, column) for part in parts if part]
    return lines


def _block(row: Sequence[Segment], gutter: float, tables: Sequence[Box]) -> tuple[bool, int]:
    """Whether a row goes over both columns, and how many tables stand above it."""
    above = sum(box.bottom > row[0].middle for box in tables)
    return any(segment.left < gutter < segment.right for segment in row), above


def _gutter(rows: Sequence[Sequence[Segment]]) -> float | None:
    """Where the gap between two columns of text lies from left to right; None for a page of one column."""
    pairs = [(a, b) for row in rows if len(row) >= 2 for a, b in [_widest_gap(row)]]
    long = [(a, b) for a, b in pairs if len(a.text) >= _SHORTEST and len(b.text) >= _SHORTEST]
    if len(long) < _FEWEST_LINES or len(long) < 0.4 * len(rows):
        return None
    right, left = max(a.right for a, _ in long), min(b.left for _, b in long)
    if left - right < 0.8 * long[0][0].size:
        return None
    return (left + right) / 2


def _widest_gap(row: Sequence[Segment]) -> tuple[Segment, Segment]:
    return max(pairwise(row), key=lambda pair: pair[1].left - pair[0].right)
