"""The grid of a table on a PDF page: cells from ruling lines, and rows of text where no rule parts them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.lexicon import pattern
from transforms.tables.grid import Cell, cell_text, is_number
from transforms.tables.pdf_geometry import NEAR, Rules, Segment, cluster, rows_of

_TIGHT = 1.75
"""Distance of the lines of one wrapped text, in font sizes."""
_CUT_NUMBER = re.compile(r"[-−－]?\d{1,3}(?:,\d{3})*,\d{1,2}")
_LABEL_START = pattern("label_start")


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


Lines = list[list[Segment]]
_Place = tuple[int, int, Lines]
"""A place of the rectangle: its cell, the row of the rectangle unless the cell covers several bands (-1), and the cell's lines."""


def build_grid(segments: Sequence[Segment], region: Region) -> list[list[Cell]]:
    """The rows of cells of a table from the top down, spans as in HTML. A label set in begins with blanks."""
    bounds = _bands(region)
    owners = _components(region, bounds)
    texts: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        band = next((b for b, (top, bottom) in enumerate(pairwise(bounds)) if bottom < segment.middle <= top), None)
        if band is not None:
            texts[owners[band][_column(segment.centre, region.columns)]].append(segment)
    lines = {owner: rows_of(found) for owner, found in texts.items()}
    _spread(lines, owners, bounds)
    rows: list[list[_Place]] = []
    spans = _spanned_rows(owners)
    shown: set[int] = set()
    for band in range(len(owners)):
        own = {owner: lines.get(owner, []) for owner in dict.fromkeys(owners[band])}
        split = _rows_of_band({o: found for o, found in own.items() if spans[o] == 1}, region, owners[band])
        merged = {owner: found for owner, found in own.items() if spans[owner] > 1}
        is_last = {o for o, found in merged.items() if found and o not in shown and (band + 1 == len(owners) or o not in owners[band + 1])}
        for row in split or ([{}] if is_last else []):
            shown.update(merged)
            number = len(rows)
            rows.append([(owner, -1, merged[owner]) if owner in merged else (owner, number, row.get(owner, [])) for owner in owners[band]])
    return _with_spans(rows, _edges_of_labels(rows))


def _edges_of_labels(rows: Sequence[Sequence[_Place]]) -> list[float]:
    """For each column where its leftmost label begins."""
    width = len(rows[0]) if rows else 0
    starts: list[list[float]] = [[] for _ in range(width)]
    for row in rows:
        for column, (_, _, lines) in enumerate(row):
            if lines and (not column or row[column - 1] is not row[column]) and not is_number(_join(lines)):
                starts[column].append(min(line[0].left for line in lines))
    return [min(found, default=0.0) for found in starts]


def _with_spans(rows: Sequence[Sequence[_Place]], edges: Sequence[float]) -> list[list[Cell]]:
    """Rows of cells: what is one cell over several places is given once, with its spans."""
    keys = [[place[:2] for place in row] for row in rows]
    taken = [[False] * len(row) for row in rows]
    out: list[list[Cell]] = []
    for r, row in enumerate(rows):
        cells: list[Cell] = []
        for c in range(len(row)):
            if taken[r][c]:
                continue
            right = c + 1
            while right < len(row) and keys[r][right] == keys[r][c] and not taken[r][right]:
                right += 1
            below = r + 1
            while below < len(rows) and keys[r][c][1] < 0 and all(keys[below][k] == keys[r][c] for k in range(c, right)):
                below += 1
            for k in range(r, below):
                taken[k][c:right] = [True] * (right - c)
            cells.append(Cell(_indented(row[c][2], edges[c]), below - r, right - c))
        out.append(cells)
    return out


def _indented(lines: Lines, edge: float) -> str:
    """The text of a cell, with a blank before it for each half character that a label is set in."""
    text = _join(lines)
    if not text or is_number(text):
        return text
    inset = (min(line[0].left for line in lines) - edge) / (lines[0][0].size / 2)
    return " " * max(0, min(12, round(inset))) + text


def _column(x: float, columns: Sequence[float]) -> int:
    return max(0, min(len(columns) - 2, sum(edge <= x for edge in columns) - 1))


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

    for band, (top, bottom) in enumerate(pairwise(bounds)):
        for column in range(width):
            here = band * width + column
            if column + 1 < width and not _parted(region.columns[column + 1], bottom, top, region.rules.vertical):
                parent[find(here + 1)] = find(here)
            if band and not _parted_above(region, column, top):
                parent[find(here)] = find(here - width)
    return [[find(band * width + column) for column in range(width)] for band in range(len(bounds) - 1)]


def _parted(x: float, bottom: float, top: float, verticals: Iterable[tuple[float, float, float]]) -> bool:
    covered = sum(max(0.0, min(high, top) - max(low, bottom)) for at, low, high in verticals if abs(at - x) <= NEAR)
    return covered > 0.5 * (top - bottom)


def _parted_above(region: Region, column: int, y: float) -> bool:
    left, right = region.columns[column], region.columns[column + 1]
    covered = sum(max(0.0, min(b, right) - max(a, left)) for at, a, b in region.rules.horizontal if abs(at - y) <= NEAR)
    return covered > 0.5 * (right - left)


def _spanned_rows(owners: Sequence[Sequence[int]]) -> dict[int, int]:
    """How many bands each cell covers."""
    seen: dict[int, set[int]] = defaultdict(set)
    for band, row in enumerate(owners):
        for owner in row:
            seen[owner].add(band)
    return {owner: len(bands) for owner, bands in seen.items()}


def _spread(lines: dict[int, Lines], owners: list[list[int]], bounds: Sequence[float]) -> None:
    """Give each band its own line where one cell has as many lines as bands: the rule between them was left out."""
    for owner, count in _spanned_rows(owners).items():
        found = lines.get(owner, [])
        if count < 2 or len(found) < count or (_is_tight(found) and not all(is_number(_join([line])) for line in found)):
            continue
        fresh = max((max(row) for row in owners), default=0) + 1
        for band, (top, bottom) in enumerate(pairwise(bounds)):
            if owner not in owners[band]:
                continue
            lines[fresh] = [line for line in found if bottom < line[0].middle <= top]
            owners[band] = [fresh if o == owner else o for o in owners[band]]
            fresh += 1


def _is_tight(lines: Lines) -> bool:
    return all(a[0].middle - b[0].middle <= _TIGHT * max(a[0].size, b[0].size) for a, b in pairwise(lines))


def _text(line: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in line)


def _join(lines: Lines) -> str:
    """The text of a cell on one line; spaces stay between letters only."""
    text = cell_text("\n".join(_text(line) for line in lines))
    return re.sub(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])", "", text)


def _rows_of_band(cells: dict[int, Lines], region: Region, owners: Sequence[int]) -> list[dict[int, Lines]]:
    """The rows of a band: one, or as many as its columns of values have lines."""
    if not any(cells.values()):
        return []
    levels = _levels(cells)
    if len(levels) < 2:
        return [dict(cells)]
    placed: list[tuple[float, int, list[Segment]]] = []
    for owner, lines in cells.items():
        columns = [i for i, o in enumerate(owners) if o == owner]
        right = region.columns[columns[-1] + 1]
        placed += [(height, owner, line) for height, line in _placed(lines, levels, right)]
    heights = sorted({height for height, _, _ in placed}, reverse=True)
    rows: list[dict[int, Lines]] = [defaultdict(list) for _ in heights]
    for height, owner, line in placed:
        rows[heights.index(height)][owner].append(line)
    return _with_heads([dict(row) for row in rows], heights, levels)


def _levels(cells: dict[int, Lines]) -> list[float]:
    """Heights of the rows, from the top down, as the columns of values have them; fewer than two where the band is one row."""
    counted = [
        lines for lines in cells.values() if len(lines) > 1 and sum(is_number(_join([ln])) for ln in lines) >= max(2, 0.6 * len(lines))
    ]
    if any(_CUT_NUMBER.fullmatch(_join([lines[0]])) and len(lines) == 2 for lines in counted):
        return []
    single = [lines for lines in cells.values() if len(lines) == 1 and not is_number(_join(lines))]
    if counted and single and max(map(len, counted)) == 2 and all(len(_join([lines[1]])) <= 2 for lines in counted):
        return []
    levels: list[float] = []
    numeric = (line for lines in counted for line in lines if is_number(_join([line])))
    for line in sorted(numeric, key=lambda ln: -ln[0].middle):
        if not levels or levels[-1] - line[0].middle > 0.5 * line[0].size:
            levels.append(line[0].middle)
    return levels


def _placed(lines: Lines, levels: Sequence[float], right: float) -> list[tuple[float, list[Segment]]]:
    """Each line of a column with the height of the row that it belongs to."""
    heights: list[float | None] = []
    for line in lines:
        near = min(levels, key=lambda level: abs(level - line[0].middle))
        heights.append(near if abs(near - line[0].middle) <= 0.45 * line[0].size else None)
    _place_pairs(lines, heights, levels)
    for i, line in enumerate(lines):
        if heights[i] is None:
            heights[i] = _place_loose(i, lines, heights, right)
        if heights[i] is None:
            heights[i] = line[0].middle
    return [(height, line) for height, line in zip(heights, lines, strict=True) if height is not None]


def _place_pairs(lines: Lines, heights: list[float | None], levels: Sequence[float]) -> None:
    """Two or more lines around one value in their middle are one label."""
    for first in range(len(lines)):
        if heights[first] is not None:
            continue
        for last in range(first + 1, min(first + 4, len(lines))):
            block = lines[first : last + 1]
            middle, size = (block[0][0].middle + block[-1][0].middle) / 2, block[0][0].size
            level = min(levels, key=lambda at: abs(at - middle))
            inner = heights[first + 1 : last]
            if heights[last] is None and abs(level - middle) <= 0.4 * size and _is_tight(block) and all(h in (None, level) for h in inner):
                heights[first : last + 1] = [level] * len(block)
                break


def _place_loose(i: int, lines: Lines, heights: Sequence[float | None], right: float) -> float | None:
    """The row of a line that stands beside no value: the label above goes on in it, or it begins the label below; None for its own."""
    line = lines[i]
    above, below = (lines[i - 1] if i else None), (lines[i + 1] if i + 1 < len(lines) else None)
    if above and _goes_on(above, line, right):
        return heights[i - 1]
    if below and heights[i + 1] is not None and _goes_on(line, below, right):
        return heights[i + 1]
    return None


def _goes_on(line: Sequence[Segment], following: Sequence[Segment], right: float) -> bool:
    """Whether a label is cut at the edge of its column and the next line is the rest of it."""
    is_full = line[-1].right > right - 1.6 * line[-1].size
    is_near = line[0].middle - following[0].middle <= _TIGHT * line[0].size
    return is_full and is_near and not _LABEL_START.match(following[0].text)


def _with_heads(rows: list[dict[int, Lines]], heights: Sequence[float], levels: Sequence[float]) -> list[dict[int, Lines]]:
    """Rows with what stands above the first values as one row of headings."""
    count = sum(height > levels[0] + 1 for height in heights)
    if count < 2 or len({owner for row in rows[:count] for owner in row}) < 2:
        return rows
    head: dict[int, Lines] = defaultdict(list)
    for row in rows[:count]:
        for owner, lines in row.items():
            head[owner] += lines
    return [dict(head), *rows[count:]]
