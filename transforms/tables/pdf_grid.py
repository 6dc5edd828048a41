"""The grid of a table on a PDF page: cells from ruling lines, and rows of text where no rule parts them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.tables.grid import Cell, cell_text, is_number
from transforms.tables.pdf_geometry import NEAR, Rules, Segment, Span, cluster, rows_of
from transforms.tables.pdf_rows import TextLine, is_tight, rows_of_band

_MOST_BLANKS = 12
_SPACE = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Region:
    """A table's part of the page: its edges, top and bottom, and the rules within."""

    columns: tuple[float, ...]
    low: float
    high: float
    rules: Rules

    @property
    def width(self) -> int:
        return len(self.columns) - 1


Lines = list[TextLine]
_Place = tuple[int, int, Lines]
"""A place of the rectangle: its cell, the row of the rectangle unless the cell covers several bands (-1), and the cell's lines."""


def build_grid(segments: Sequence[Segment], region: Region) -> tuple[list[list[Cell]], list[float]]:
    """The rows of cells of a table from the top down, spans as in HTML, and the height of each row on the page.

    A label that is set in begins with blanks.
    """
    bounds = _bands(region)
    owners = _components(region, bounds)
    texts: dict[int, list[Segment]] = defaultdict(list)
    depths = [-height for height in bounds]
    for segment in segments:
        band = bisect_right(depths, -segment.middle) - 1
        if 0 <= band < len(owners):
            column = bisect_right(region.columns, segment.centre) - 1
            texts[owners[band][max(0, min(region.width - 1, column))]].append(segment)
    lines = {owner: _text_lines(found) for owner, found in texts.items()}
    _spread(lines, owners, bounds)
    places = _places(lines, owners, region)
    return _with_spans(places), [_height(row) for row in places]


def _height(row: Sequence[_Place]) -> float:
    """The height of a row's own lines, from the middle of the highest to that of the lowest."""
    middles = [line.middle for _, number, lines in row if number >= 0 for line in lines]
    return (max(middles) + min(middles)) / 2 if middles else 0.0


def _places(lines: Mapping[int, Lines], owners: Sequence[Sequence[int]], region: Region) -> list[list[_Place]]:
    """The rectangle: each band as one row, or as several where its text has several."""
    rows: list[list[_Place]] = []
    spans = _spanned_rows(owners)
    shown: set[int] = set()
    for band, row_owners in enumerate(owners):
        own = {owner: lines.get(owner, []) for owner in dict.fromkeys(row_owners)}
        ends = {owner: region.columns[column + 1] for column, owner in enumerate(row_owners)}
        split = rows_of_band({owner: found for owner, found in own.items() if spans[owner] == 1}, ends)
        merged = {owner: found for owner, found in own.items() if spans[owner] > 1}
        below = owners[band + 1] if band + 1 < len(owners) else ()
        unseen = any(found and owner not in shown and owner not in below for owner, found in merged.items())
        for row in split or ([{}] if unseen else []):
            shown.update(merged)
            number = len(rows)
            rows.append([(owner, -1, merged[owner]) if owner in merged else (owner, number, row.get(owner, [])) for owner in row_owners])
    return rows


def _text_lines(segments: Sequence[Segment]) -> Lines:
    rows = [list(segments)] if len(segments) == 1 else rows_of(segments)
    return [_text_line(row) for row in rows]


def _text_line(row: Sequence[Segment]) -> TextLine:
    text = row[0].text if len(row) == 1 else " ".join(segment.text for segment in row)
    if " " in text or "\u3000" in text:
        text = _SPACE.sub("", text)
    first, last = row[0], row[-1]
    return TextLine(text, first.middle, first.left, last.right, first.size, is_number(text))


def _join(lines: Lines) -> str:
    """The text of a cell on one line; spaces stay between letters only."""
    if len(lines) == 1:
        return lines[0].text
    return _SPACE.sub("", cell_text("\n".join(line.text for line in lines)))


def _bands(region: Region) -> list[float]:
    """Heights between which the bands of the table lie, from the top down."""
    cuts = cluster(y for y, left, right in region.rules.horizontal if right > region.columns[0] and left < region.columns[-1])
    inner = [y for y in cuts if region.low + 4 < y < region.high - 4]
    return [region.high + 2, *sorted(inner, reverse=True), region.low - 2]


def _components(region: Region, bounds: Sequence[float]) -> list[list[int]]:
    """For each band and column the number of the cell that it is part of: neighbours without a rule between them are one cell."""
    width = region.width
    parent = list(range((len(bounds) - 1) * width))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    edges = [[v for v in region.rules.vertical if abs(v[0] - x) <= NEAR] for x in region.columns]
    for band, (top, bottom) in enumerate(pairwise(bounds)):
        across = [h for h in region.rules.horizontal if abs(h[0] - top) <= NEAR]
        for column in range(width):
            here = band * width + column
            if column + 1 < width and not _covers(edges[column + 1], bottom, top):
                parent[find(here + 1)] = find(here)
            if band and not _covers(across, region.columns[column], region.columns[column + 1]):
                parent[find(here)] = find(here - width)
    return [[find(band * width + column) for column in range(width)] for band in range(len(bounds) - 1)]


def _covers(spans: Iterable[Span], start: float, end: float) -> bool:
    """Whether lines cover more than half of a stretch."""
    return sum(max(0.0, min(high, end) - max(low, start)) for _, low, high in spans) > 0.5 * (end - start)


def _spanned_rows(owners: Sequence[Sequence[int]]) -> Counter[int]:
    """How many bands each cell covers."""
    return Counter(owner for row in owners for owner in set(row))


def _spread(lines: dict[int, Lines], owners: list[list[int]], bounds: Sequence[float]) -> None:
    """Give each band its own line where one cell has as many lines as bands: the rule between them was left out."""
    fresh = max((max(row) for row in owners), default=0) + 1
    for owner, count in _spanned_rows(owners).items():
        found = lines.get(owner, [])
        if count < 2 or len(found) < count or (is_tight(found) and not all(line.is_number for line in found)):
            continue
        for band, (top, bottom) in enumerate(pairwise(bounds)):
            if owner not in owners[band]:
                continue
            lines[fresh] = [line for line in found if bottom < line.middle <= top]
            owners[band] = [fresh if o == owner else o for o in owners[band]]
            fresh += 1


def _with_spans(rows: Sequence[Sequence[_Place]]) -> list[list[Cell]]:
    """Rows of cells: what is one cell over several places is given once, with its spans."""
    keys = [[place[:2] for place in row] for row in rows]
    taken = [[False] * len(row) for row in rows]
    edges = _edges_of_labels(rows)
    out: list[list[Cell]] = []
    for r, row in enumerate(rows):
        cells: list[Cell] = []
        for c, (_, single, lines) in enumerate(row):
            if taken[r][c]:
                continue
            key = keys[r][c]
            right = c + 1
            while right < len(row) and keys[r][right] == key and not taken[r][right]:
                right += 1
            below = r + 1
            while single < 0 and below < len(rows) and all(keys[below][k] == key for k in range(c, right)):
                below += 1
            for k in range(r, below):
                taken[k][c:right] = [True] * (right - c)
            cells.append(Cell(_indented(lines, edges[c]), below - r, right - c))
        out.append(cells)
    return out


def _edges_of_labels(rows: Sequence[Sequence[_Place]]) -> list[float]:
    """For each column where its leftmost label begins."""
    width = len(rows[0]) if rows else 0
    edges = [float("inf")] * width
    for row in rows:
        for column, (_, _, lines) in enumerate(row):
            for line in lines:
                if not line.is_number and line.left < edges[column]:
                    edges[column] = line.left
    return edges


def _indented(lines: Lines, edge: float) -> str:
    """The text of a cell, with a blank before it for each half character that a label is set in."""
    if not lines:
        return ""
    text = _join(lines)
    first = lines[0]
    if first.is_number:
        return text
    inset = (min(line.left for line in lines) - edge) / (first.size / 2)
    return " " * max(0, min(_MOST_BLANKS, round(inset))) + text
