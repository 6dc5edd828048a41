"""Finds tables without rules between their columns: rows whose numbers stand under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from transforms.tables.grid import is_number, is_value
from transforms.tables.pdf_geometry import Box, Rules, Segment, Span, rows_of
from transforms.tables.pdf_grid import Region

_FEWEST_ROWS = 3
_LEADERS = re.compile(r"[.…·・．]{3,}|…\s*\d+$")
"""Dots that lead to a page number in a table of contents."""
_PROSE = re.compile(r"[。；，]")
_LONGEST_LABEL = 40
_WIDEST_BREAK = 3.4
"""Distance between rows of one table, in font sizes."""

Row = list[Segment]


def unruled_regions(segments: Sequence[Segment], rules: Rules) -> list[Region]:
    """Regions of the page that are tables by the alignment of their numbers, from the top down."""
    regions: list[Region] = []
    if sum(is_number(segment.text) for segment in segments) < _FEWEST_ROWS:
        return regions
    for block in _blocks(rows_of(segments)):
        region = _region(block, rules)
        if region is not None:
            regions.append(region)
    return regions


def _has_values(row: Row) -> bool:
    return len(row) > 1 and any(is_number(segment.text) for segment in row[1:])


def _is_prose(row: Row) -> bool:
    text = "".join(segment.text for segment in row)
    return len(_PROSE.findall(re.sub(r"\d[,，]\d", "", text))) > 0 and len(text) > 18


def _blocks(rows: Sequence[Row]) -> list[list[Row]]:
    """Stretches of rows with values, with the rows of words between and directly above them."""
    blocks: list[list[Row]] = []
    current: list[Row] = []
    for row in rows:
        size = max(segment.size for segment in row)
        far = bool(current) and current[-1][0].bottom - row[0].top > _WIDEST_BREAK * size
        if current and (far or _is_prose(row)):
            blocks.append(current)
            current = []
        if not _is_prose(row):
            current.append(row)
    blocks.append(current)
    return [block for found in blocks if (block := _trimmed(found))]


def _trimmed(rows: list[Row]) -> list[Row]:
    """Rows from the headings above the first values to the last values; none where there are too few."""
    valued = [i for i, row in enumerate(rows) if _has_values(row)]
    if len(valued) < _FEWEST_ROWS or any(_LEADERS.search(segment.text) for i in valued for segment in rows[i]):
        return []
    first = valued[0]
    while first and valued[0] - first < 4 and len(rows[first - 1]) > 1:
        first -= 1
    return rows[first : valued[-1] + 1]


def _region(rows: Sequence[Row], rules: Rules) -> Region | None:
    """The region of a block of rows; None where its values make no columns."""
    valued = [row for row in rows if _has_values(row)]
    columns = _columns([segment for row in valued for segment in row[1:] if is_value(segment.text)])
    columns = [column for column in columns if column[2] >= max(2, 0.3 * len(valued))]
    if not columns or (len(columns) == 1 and _counts_up(rows, columns[0])):
        return None
    labels = [segment for row in valued for segment in row if segment.right <= columns[0][0] + 1]
    if sum(not is_value(s.text) for s in labels) < 0.6 * len(valued) or any(len(s.text) > _LONGEST_LABEL for s in labels):
        return None
    extents = _extents(valued, labels, columns)
    heads = next((row for row in rows if not _has_values(row) and len(row) == len(extents)), None)
    box = Box.around([segment for row in rows for segment in row])
    inner = [_separator(k, extents, heads) for k in range(len(extents) - 1)]
    low, high = box.bottom - 1, box.top + 1
    across = tuple(h for h in rules.horizontal if low - 6 < h[0] < high + 6 and h[1] < box.right and h[2] > box.left)
    return Region((box.left - 2, *inner, box.right + 2), low, high, Rules(_invisible(rows, inner, low, high), across))


def _columns(values: Sequence[Segment]) -> list[tuple[float, float, int]]:
    """Left and right edge of each column of values, and how many it holds: values that overlap from left to right."""
    spans: list[list[float]] = []
    for segment in sorted(values, key=lambda s: s.left):
        if spans and segment.left < spans[-1][1] - 1:
            spans[-1][1] = max(spans[-1][1], segment.right)
            spans[-1][2] += 1
        else:
            spans.append([segment.left, segment.right, 1])
    return [(left, right, int(count)) for left, right, count in spans]


def _extents(valued: Sequence[Row], labels: Sequence[Segment], columns: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """Left and right edge of each column: labels, values, and words between values."""
    extents = [(min(s.left for s in labels), max(s.right for s in labels))]
    for left, right, _ in columns:
        before = extents[-1][1]
        words = [s for row in valued for s in row if s.left > before - 1 and s.right < left + 1 and not is_number(s.text)]
        if len(words) >= 0.4 * len(valued):
            extents.append((min(s.left for s in words), max(s.right for s in words)))
        extents.append((left, right))
    return extents


def _separator(k: int, extents: Sequence[tuple[float, float]], heads: Row | None) -> float:
    """Where column ``k`` ends: in the gap before the next one, so that each has its own heading."""
    low, high = extents[k][1], extents[k + 1][0]
    if heads is not None:
        inner = max(low, heads[k].right), min(high, heads[k + 1].left)
        if inner[0] < inner[1]:
            low, high = inner
    return (low + high) / 2


def _counts_up(rows: Sequence[Row], column: tuple[float, float, int]) -> bool:
    """Whether the only column of numbers can be page numbers: integers that never fall."""
    texts = [s.text for row in rows for s in row[1:] if column[0] - 1 <= s.centre <= column[1] + 1]
    numbers = [int(text) for text in texts if text.isdigit() and len(text) < 4]
    return len(numbers) >= 0.9 * len(texts) and all(a <= b for a, b in pairwise(numbers))


def _invisible(rows: Sequence[Row], edges: Sequence[float], low: float, high: float) -> tuple[Span, ...]:
    """Lines between the columns, left out where a heading goes over several columns."""
    spans: list[Span] = []
    for edge in edges:
        top = high
        for row in rows:
            if any(segment.left < edge - 2 and segment.right > edge + 2 for segment in row) and not _has_values(row):
                spans.append((edge, row[0].top + 1, top))
                top = row[0].bottom - 1
        spans.append((edge, low, top))
    return tuple(span for span in spans if span[2] > span[1])
