"""The tables of a PDF page: ruled ones, open at the sides or closed, and unruled ones.

Chinese communiqués set most tables with rules between the columns and none at the outer sides, which the usual table
finders cut to their inner columns. Here vertical rules part the columns, horizontal ones the rows where they are
drawn, and lines of text the rows where they are not. A table is only believed if it loses no character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from transforms.tables.grid import LONGEST_CELL, Cell, Slot, fill, is_number
from transforms.tables.pdf_geometry import Box, Rules, Segment, Span, cluster
from transforms.tables.pdf_grid import Region, build_grid
from transforms.tables.pdf_unruled import unruled_regions

_SPACES = re.compile(r"\s+")
_SAME_HEIGHT = 3.0
"""Points within which rows of two pages are at one height."""
_SHORT = 60
"""Characters of a cell up to which it may be a label or a number; most of a table's are."""
_LOWEST = 20.0
"""Points: what is lower is no table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table found: its place, its rows of cells (spans as in HTML), and the segments that are part of it."""

    box: Box
    rows: tuple[tuple[Cell, ...], ...]
    heights: tuple[float, ...]
    """Of its rows on the page."""
    segments: frozenset[int] = frozenset()


def find_tables(segments: Sequence[Segment], rules: Rules) -> list[Table]:
    """The tables of a page from the top down."""
    tables: list[Table] = []
    free = set(range(len(segments)))
    for region in _ruled_regions(segments, rules):
        _add(region, segments, free, tables)
    rest = sorted(free)
    for region in unruled_regions([segments[i] for i in rest], rules):
        _add(region, segments, free, tables)
    return sorted(tables, key=lambda table: -table.box.top)


def _add(region: Region, segments: Sequence[Segment], free: set[int], tables: list[Table]) -> None:
    """Add the table of a region where it is one."""
    left, right = region.columns[0] - 2, region.columns[-1] + 2
    inside = sorted(i for i in free if region.low - 1 <= segments[i].middle <= region.high + 1 and left <= segments[i].centre <= right)
    if len(inside) < 4:
        return
    rows, heights = build_grid([segments[i] for i in inside], region)
    if not _is_table(rows, region):
        return
    have = Counter(_SPACES.sub("", "".join(cell.text for row in rows for cell in row)))
    if Counter(_SPACES.sub("", "".join(segments[i].text for i in inside))) - have:
        return
    box = Box(region.columns[0], region.low, region.columns[-1], region.high)
    tables.append(Table(box, tuple(map(tuple, rows)), tuple(heights), frozenset(inside)))
    free.difference_update(inside)


def _is_table(rows: Sequence[Sequence[Cell]], region: Region) -> bool:
    """Whether a grid holds data; a single row does where rules close it all around: the rest of a table of the page before."""
    numbers = sum(is_number(cell.text) for row in rows for cell in row if cell.text)
    if len(rows) == 1:
        return numbers >= 2 and len(region.rules.horizontal) >= 2 and bool(rows[0][0].text) and not is_number(rows[0][0].text)
    texts = [cell.text for row in rows for cell in row if cell.text]
    is_wide = any(len(row) > 1 or row[0].columns > 1 for row in rows if row)
    if not numbers or not is_wide or len(texts) <= len(rows) or max(map(len, texts)) > LONGEST_CELL:
        return False
    return sum(len(text) <= _SHORT for text in texts) >= 0.6 * len(texts)


def _ruled_regions(segments: Sequence[Segment], rules: Rules) -> list[Region]:
    """Parts of the page whose height vertical rules cover without a gap, from the top down."""
    regions = []
    for low, high in _stretches(rules):
        verticals = tuple(v for v in rules.vertical if v[2] > low and v[1] < high)
        across = tuple(h for h in rules.horizontal if low - 4 <= h[0] <= high + 4)
        texts = [s for s in segments if low - 1 <= s.middle <= high + 1]
        if not texts:
            continue
        edges = cluster(v[0] for v in verticals)
        left, right = _sides(texts, across, edges)
        columns = (left, *(x for x in edges if left + 8 < x < right - 8), right)
        if len(columns) > 2:
            regions.append(Region(columns, low, high, Rules(verticals, across)))
    return regions


def _sides(texts: Sequence[Segment], across: Sequence[Span], edges: Sequence[float]) -> tuple[float, float]:
    """Left and right end of a table: of its rules, or of its text where that goes on beside rules that are drawn between columns only.

    A few characters that stand apart from the rules (the page number of a page that is turned) are no part of it.
    """
    left, right = min(s.left for s in texts) - 2, max(s.right for s in texts) + 2
    if len(across) < 2:
        return left, right
    first, last = min(*edges, *(h[1] for h in across)), max(*edges, *(h[2] for h in across))
    beside = [s for s in texts if s.right < first - s.size or s.left > last + s.size]
    if beside and len(beside) > max(1, 0.05 * len(texts)):
        return min(left, first), max(right, last)
    inside = [s for s in texts if s not in beside]
    return min(first, *(s.left - 2 for s in inside)), max(last, *(s.right + 2 for s in inside))


def _stretches(rules: Rules) -> list[tuple[float, float]]:
    out: list[list[float]] = []
    for low, high in sorted((low, high) for _, low, high in rules.vertical):
        if out and low <= out[-1][1] + 6:
            out[-1][1] = max(out[-1][1], high)
        else:
            out.append([low, high])
    return [(low, high) for low, high in reversed(out) if high - low > _LOWEST]


def with_labels_of(left: Table, table: Table) -> Table:
    """A table with the labels of the one on the page before, of which it is the columns that found no room there.

    Where spreadsheets are printed, wide tables go on to the right on the next page, with the same rows at the same heights and
    without their labels. The table itself is returned where it has labels of its own or other rows.
    """
    named = sum(bool(row[0].text) and not is_number(row[0].text) for row in table.rows if row)
    if named > 0.5 * len(table.rows) or abs(len(table.rows) - len(left.rows)) > 0.5 * len(left.rows):
        return table
    own, before = fill(table.rows), fill(left.rows)
    if not own or _labels(own) or not (count := _labels(before)):
        return table
    rows = []
    matched = 0
    for row, height in zip(table.rows, table.heights, strict=True):
        at = min(range(len(before)), key=lambda k: abs(left.heights[k] - height))
        found = abs(left.heights[at] - height) < _SAME_HEIGHT
        matched += found
        rows.append((*(Cell(before[at][column].text if found else "") for column in range(count)), *row))
    return replace(table, rows=tuple(rows)) if matched >= max(3, 0.9 * len(rows)) else table


def _labels(matrix: Sequence[Sequence[Slot]]) -> int:
    """How many columns stand before the first one of numbers, if one of them holds words; headings aside."""
    has_words = False
    for column in range(len(matrix[0])):
        cells = [row[column].text for row in matrix[1:] if row[column].text]
        if cells and sum(map(is_number, cells)) > 0.5 * len(cells):
            return column if has_words else 0
        has_words = has_words or bool(cells)
    return 0
