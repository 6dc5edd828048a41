"""Rows of a table on a PDF page that no rule parts: the lines of its columns of values tell them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.lexicon import pattern

_TIGHT = 1.75
"""Distance of the lines of one wrapped text, in font sizes."""
_LEVEL = 0.45
"""How far a label may stand above or below the values of its row, in font sizes: fonts of labels and digits have other baselines."""
_CUT_NUMBER = re.compile(r"[-−－]?\d{1,3}(?:,\d{3})*,\d{1,2}")
_LABEL_START = pattern("label_start")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a cell."""

    text: str
    middle: float
    left: float
    right: float
    size: float
    is_number: bool


Lines = list[TextLine]


def is_tight(lines: Sequence[TextLine]) -> bool:
    """Whether lines follow each other as those of one text do."""
    return all(a.middle - b.middle <= _TIGHT * max(a.size, b.size) for a, b in pairwise(lines))


def rows_of_band(cells: Mapping[int, Lines], ends: Mapping[int, float]) -> list[dict[int, Lines]]:
    """The rows of a band by cell: one, or as many as its columns of values have lines.

    Args:
        cells: the lines of each cell of the band, from the top down.
        ends: the right edge of each cell.
    """
    if not any(cells.values()):
        return []
    levels = _levels(cells)
    if len(levels) < 2:
        return [dict(cells)]
    rows: dict[float, dict[int, Lines]] = defaultdict(lambda: defaultdict(list))
    for owner, lines in cells.items():
        for height, line in zip(_heights(lines, levels, ends[owner]), lines, strict=True):
            rows[height][owner].append(line)
    heights = sorted(rows, reverse=True)
    return _with_heads([dict(rows[height]) for height in heights], sum(height > levels[0] + 1 for height in heights))


def _levels(cells: Mapping[int, Lines]) -> list[float]:
    """Heights of the rows, from the top down, as the columns of values have them; fewer than two where the band is one row."""
    counted = [lines for lines in cells.values() if len(lines) > 1 and sum(ln.is_number for ln in lines) >= max(2, 0.6 * len(lines))]
    if any(len(lines) == 2 and _CUT_NUMBER.fullmatch(lines[0].text) for lines in counted):
        return []
    has_single_label = any(len(lines) == 1 and not lines[0].is_number for lines in cells.values())
    if counted and has_single_label and all(len(lines) == 2 and len(lines[1].text) <= 2 for lines in counted):
        return []  # numbers that wrap: their last digits stand below them
    levels: list[float] = []
    numeric = (line for lines in counted for line in lines if line.is_number)
    for line in sorted(numeric, key=lambda ln: -ln.middle):
        if not levels or levels[-1] - line.middle > 0.5 * line.size:
            levels.append(line.middle)
    return levels


def _nearest(levels: Sequence[float], height: float) -> float:
    at = bisect_left(levels, -height, key=lambda level: -level)
    return min(levels[max(0, at - 1) : at + 1], key=lambda level: abs(level - height))


def _heights(lines: Lines, levels: Sequence[float], right: float) -> list[float]:
    """For each line of a column the height of the row that it belongs to."""
    heights: list[float | None] = []
    for line in lines:
        near = _nearest(levels, line.middle)
        heights.append(near if abs(near - line.middle) <= _LEVEL * line.size else None)
    if None in heights:
        _place_blocks(lines, heights, levels)
        for i, height in enumerate(heights):
            if height is None:
                heights[i] = _place_loose(i, lines, heights, right)
    return [line.middle if height is None else height for height, line in zip(heights, lines, strict=True)]


def _place_blocks(lines: Lines, heights: list[float | None], levels: Sequence[float]) -> None:
    """Two or more lines around one value in their middle are one label."""
    for first in range(len(lines)):
        if heights[first] is not None:
            continue
        for last in range(first + 1, min(first + 4, len(lines))):
            block = lines[first : last + 1]
            middle = (block[0].middle + block[-1].middle) / 2
            level = _nearest(levels, middle)
            inner = heights[first + 1 : last]
            is_around = heights[last] is None and abs(level - middle) <= 0.4 * block[0].size
            if is_around and is_tight(block) and all(height in (None, level) for height in inner):
                heights[first : last + 1] = [level] * len(block)
                break


def _place_loose(i: int, lines: Lines, heights: Sequence[float | None], right: float) -> float | None:
    """The row of a line that stands beside no value: the label above goes on in it, or it begins the label below; None for its own."""
    if i and _goes_on(lines[i - 1], lines[i], right):
        return heights[i - 1]
    if i + 1 < len(lines) and heights[i + 1] is not None and _goes_on(lines[i], lines[i + 1], right):
        return heights[i + 1]
    return None


def _goes_on(line: TextLine, following: TextLine, right: float) -> bool:
    """Whether a label is cut at the edge of its column and the next line is the rest of it."""
    is_full = line.right > right - 1.6 * line.size
    is_near = line.middle - following.middle <= _TIGHT * line.size
    return is_full and is_near and not _LABEL_START.match(following.text)


def _with_heads(rows: list[dict[int, Lines]], count: int) -> list[dict[int, Lines]]:
    """Rows with the ``count`` that stand above the first values as one row of headings."""
    if count < 2 or len({owner for row in rows[:count] for owner in row}) < 2:
        return rows
    head: dict[int, Lines] = defaultdict(list)
    for row in rows[:count]:
        for owner, lines in row.items():
            head[owner] += lines
    return [dict(head), *rows[count:]]
