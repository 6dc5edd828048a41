"""Tables in plain text: lines whose columns are parted by tabs, bars or wide blanks.

The text keeps its length: the first character of what parts two cells becomes ``｜``, so that every other character stays in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.tables.grid import Slot, is_number, squeeze
from transforms.tables.layout import BAR, PlacedGrid

_PARTS = re.compile(r"[ \u3000]*(?:\t+|[|｜]|[ \u3000]{3,})[ \t\u3000]*")
_WORDS = re.compile("[\u4e00-\u9fff]")
_LONGEST_LINE = 400
_LONGEST_PART = 40
_LEAST_ROWS = 3
_MOST_COLUMNS = 40
_MOST_TRIED = 200_000
"""Lines of a text in which tables are looked for."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its cells: the text and the offsets of each in the document."""

    start: int
    cells: tuple[tuple[int, int], ...]
    bars: tuple[int, ...]


def aligned_tables(text: str) -> tuple[str, list[PlacedGrid]]:
    """The text with bars between the cells of its tables, and these tables."""
    if not _PARTS.search(text):
        return text, []
    grids = [_grid(text, run) for run in _runs(text)]
    if not grids:
        return text, []
    bars = {at for run in _runs(text) for line in run for at in line.bars}
    return "".join(BAR if at in bars else c for at, c in enumerate(text)), grids


def _runs(text: str) -> Iterator[list[_Line]]:
    """Lines in a row with as many cells each, most of them numbers under a heading."""
    now: list[_Line] = []
    start = 0
    for count, line in enumerate([*text.split("\n"), ""]):
        read = _line(line, start) if count < _MOST_TRIED else None
        start += len(line) + 1
        if read is not None and (not now or len(read.cells) == len(now[0].cells)):
            now.append(read)
            continue
        if _is_table(text, now):
            yield now
        now = [read] if read is not None else []


def _line(line: str, start: int) -> _Line | None:
    lead = len(line) - len(line.lstrip(" \t\u3000|｜"))
    body = line.rstrip(" \t\u3000|｜")
    if not body or len(body) > _LONGEST_LINE or "。" in body:
        return None
    cells, bars, at = [], [], lead
    for gap in _PARTS.finditer(body, lead):
        cells.append((start + at, start + gap.start()))
        bars.append(start + gap.start())
        at = gap.end()
    cells.append((start + at, start + len(body)))
    fits = 1 < len(cells) <= _MOST_COLUMNS and all(0 < end - begin <= _LONGEST_PART for begin, end in cells)
    return _Line(start, tuple(cells), tuple(bars)) if fits else None


def _is_table(text: str, run: Sequence[_Line]) -> bool:
    """Whether lines are a table: labels in the first column, and numbers in the others below the first line."""
    if len(run) < _LEAST_ROWS:
        return False
    body = run[1:]
    numbers = sum(all(is_number(text[a:b]) for a, b in line.cells[1:]) for line in body)
    words = sum(_WORDS.search(text, *line.cells[0]) is not None for line in body)
    head = [squeeze(text[a:b]) for a, b in run[0].cells[1:]]
    return numbers >= 0.7 * len(body) and words >= 0.7 * len(body) and any(_WORDS.search(each) for each in head)


def _grid(text: str, run: Sequence[_Line]) -> PlacedGrid:
    matrix = [[Slot(text[a:b], row, at) for at, (a, b) in enumerate(line.cells)] for row, line in enumerate(run)]
    spans = {(row, at): cell for row, line in enumerate(run) for at, cell in enumerate(line.cells)}
    return PlacedGrid(matrix, (), 0, len(matrix), spans, run[0].cells[0][0], run[-1].cells[-1][1])
