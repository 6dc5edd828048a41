"""Finds tables without rules between their columns: rows whose numbers stand under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from transforms.tables.grid import is_number, is_value
from transforms.tables.pdf_geometry import Box, Rules, Segment, Span, rows_of
from transforms.tables.pdf_grid import Region

_FEWEST_ROWS = 3
_LEADERS = re.compile(r"[.…·・．]{3,}|[.…·・]\s*\d+$")
"""Dots that lead to a page number in a table of contents."""
_PROSE = re.compile(r"[。；，]")
_LONGEST_LABEL = 40
_WIDEST_BREAK = 3.4
"""Distance between rows of one table, in font sizes."""

Row = list[Segment]


def unruled_regions(segments: Sequence[Segment], rules: Rules) -> list[Region]:
    """Regions of the page that are tables by the alignment of their numbers, from the top down."""
    regions = []
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
    columns = _columns([segment for row in rows if _has_values(row) for segment in row[1:] if is_value(segment.text)])
    valued = sum(map(_has_values, rows))
    columns = [column for column in columns if column[2] >= max(2, 0.3 * valued)]
    if not columns or (len(columns) == 1 and _counts_up(rows, columns[0])):
        return None
    box = Box.around([segment for row in rows for segment in row])
    labels = [segment for row in rows for segment in row if segment.right <= columns[0][0] + 1]
    if not labels or any(len(segment.text) > _LONGEST_LABEL for segment in labels):
        return None
    edges = [box.left - 2, *_separators(rows, columns, max(segment.right for segment in labels)), box.right + 2]
    low, high = box.bottom - 1, box.top + 1
    across = tuple(h for h in rules.horizontal if low - 6 < h[0] < high + 6 and h[1] < box.right and h[2] > box.left)
    return Region(tuple(edges), low, high, Rules(_invisible(rows, edges[1:-1], low, high), across))


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


def _separators(rows: Sequence[Row], columns: Sequence[tuple[float, float, int]], labels: float) -> list[float]:
    """Where one column ends and the next begins: in the middle of the gap between them, words of a further column aside."""
    edges = [(min(labels, columns[0][0]) + columns[0][0]) / 2]
    for (_, right, _), (left, _, _) in pairwise(columns):
        words = [s for row in rows for s in row if s.left > right - 1 and s.right < left + 1 and not is_number(s.text)]
        if len(words) >= 0.4 * len(rows):
            edges += [(right + min(s.left for s in words)) / 2, (max(s.right for s in words) + left) / 2]
        else:
            edges.append((right + left) / 2)
    return edges


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
